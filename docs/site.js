// A table that is wider than its page scrolls in a box of its own. The keyboard reaches that box as long as it scrolls,
// as it does wide code.
const reach = (box) => {
  const wide = box.scrollWidth > box.clientWidth;
  for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", "Wide table"]]) {
    if (wide) box.setAttribute(name, value);
    else box.removeAttribute(name);
  }
};

// The theme has put each table into its box by then.
addEventListener("load", () => {
  const sizes = new ResizeObserver((seen) => seen.forEach(({ target }) => reach(target)));
  document.querySelectorAll(".md-typeset__scrollwrap").forEach((box) => sizes.observe(box));
});
