// Put into each document before its own scripts, with what a notice's parts are called.
((parts) => {
  const violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    violations.push(event.effectiveDirective);
  });
  const part = (name) => document.querySelector(parts[name]);
  const HOST = "[data-host]";
  const CONTROL = "a[href], button, summary, input:not([type=hidden]), [role=button]";
  const box = (element) => element.getBoundingClientRect();
  const visible = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && opacity(element) >= 0.9 && box(element).width > 4 && box(element).height > 4;
  const opacity = (element) =>
    element ? Number(getComputedStyle(element).opacity) * opacity(element.parentElement) : 1;
  const within = (rect) =>
    rect.left >= -1 && rect.top >= -1 && rect.right <= innerWidth + 1 && rect.bottom <= innerHeight + 1;
  const hit = (element) => {
    const { left, top, width, height } = box(element);
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    return there !== null && (element.contains(there) || (there.contains(element) && there.tagName === "LABEL"));
  };
  const all = (selector) => [...(part("banner")?.querySelectorAll(selector) ?? [])];
  const colour = (css) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const [red, green, blue, alpha] = colour(getComputedStyle(each).backgroundColor);
      if (alpha > 127) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const LOOKS = [
    "color", "background-color", "background-image", "box-shadow", "opacity", "text-decoration-line",
    "border-top-width", "border-top-style", "border-top-color", "border-top-left-radius",
    "padding-top", "padding-left", "font-family", "font-size", "font-weight", "font-style", "text-transform",
  ];
  const looks = (element) => {
    const style = getComputedStyle(element);
    return Object.fromEntries(LOOKS.map((name) => [name, style.getPropertyValue(name)]));
  };
  const written = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().width;
  };
  const size = (element) => ({ width: box(element).width, height: box(element).height, text: written(element) });

  const probe = (window.probe = {
    seen: null,
    violations,
    // The notice is there once a press on "accept" would reach it.
    shown: () => {
      const accept = part("accept");
      return accept !== null && visible(accept) && within(box(accept)) && hit(accept);
    },
    there: () => part("accept") !== null && visible(part("accept")),
    first: () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
    focused: () => {
      const at = document.activeElement;
      if (at === null || at === document.body || at === document.documentElement) return "nothing";
      return part("banner")?.contains(at) || at.contains(part("banner")) ? "notice" : at.closest(HOST) ? "page" : "other";
    },
    buttons: () => ["accept", "reject"].map((name) => ({ ...size(part(name)), looks: looks(part(name)) })),
    styled: () => ["banner", "accept", "reject"].map((name) => looks(part(name))),
    ground: () => ground(part("accept").parentElement),
    usable: () => [...document.querySelectorAll(HOST + " a")].filter((each) => within(box(each)) && hit(each)).length,
    direction: () => getComputedStyle(part("accept")).direction,
    places: () => ["accept", "reject"].map((name) => ({ x: box(part(name)).x, y: box(part(name)).y })),
    label: () => part("accept").textContent.trim() || part("accept").value || "",
    // What cannot be brought into the window, though it is shown.
    missed: () => {
      const controls = all(CONTROL).filter(visible);
      const texts = all("*").filter((each) =>
        visible(each) && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
      const out = (element, block) => {
        element.scrollIntoView({ block, inline: "nearest", behavior: "instant" });
        const rect = box(element);
        return block === "start" ? rect.top < -1 || rect.top > innerHeight : rect.bottom > innerHeight + 1 || rect.bottom < 0;
      };
      const unreachable = (element) => {
        element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
        return !hit(element);
      };
      return {
        controls: controls.length,
        missed: controls.filter(unreachable).length,
        cut: texts.filter((each) => out(each, "start") || out(each, "end")).length,
      };
    },
    // What can be pressed and is not the page's own.
    ways: () => {
      const found = [...document.body.querySelectorAll("*")].filter((each) =>
        !each.closest(HOST) && visible(each) && (each.matches(CONTROL) || getComputedStyle(each).cursor === "pointer"));
      return found
        .filter((each) => !found.some((other) => other !== each && other.contains(each)))
        .map((each) => {
          const { left, top, right, bottom, width, height } = box(each);
          const wide = Math.max(0, Math.min(right, innerWidth) - Math.max(left, 0));
          const fixed = getComputedStyle(each).position === "fixed" || getComputedStyle(each.parentElement).position === "fixed";
          const high = fixed ? Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)) : height;
          const label = each.getAttribute("aria-label") || each.textContent.trim() || each.getAttribute("title") || "";
          return { label, width, height, seen: (wide * high) / (width * height) };
        });
    },
    stored: () => Object.entries(localStorage).reduce((sum, [name, value]) => sum + name.length + value.length, 0),
  });
  const watch = () => {
    if (probe.shown()) probe.seen = performance.now();
    else requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
})(PARTS);
