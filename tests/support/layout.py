"""What is wrong with how a page is laid out: what cannot be read, whichever browser or language it is in."""

from __future__ import annotations

from playwright.sync_api import Page


def cut_off(page: Page) -> list[str]:
    """The visible elements of which something is beside the window, or does not fit into their box."""
    found: list[str] = page.evaluate(_CUT_OFF)
    return found


def overlapping(page: Page) -> list[str]:
    """The visible texts and controls that lie on one another."""
    found: list[str] = page.evaluate(_OVERLAPPING)
    return found


def moving(page: Page) -> list[str]:
    """The elements that are animated, or would be."""
    found: list[str] = page.evaluate(_MOVING)
    return found


def edgeless(page: Page) -> list[str]:
    """The controls and groups that cannot be told from what is around them where colours are forced."""
    found: list[str] = page.evaluate(_EDGELESS)
    return found


_CUT_OFF = """
() => {
  const found = [], wide = document.documentElement.clientWidth;
  const where = each => each.closest("[data-state]") ? each.closest("[data-state]").dataset.state + ": " : "";
  const unseen = style => style.clipPath !== "none" || style.visibility === "hidden";
  for (const each of document.querySelectorAll("body, body *")) {
    const style = getComputedStyle(each);
    if (!each.checkVisibility() || each.closest("thead") || unseen(style)) continue;
    const { left, right, width } = each.getBoundingClientRect();
    const beside = width && (left < -1 || right > wide + 1);
    const over = each.clientWidth && each.scrollWidth > each.clientWidth + 1;
    if (beside || over)
      found.push(where(each) + each.tagName + " " + each.textContent.trim().slice(0, 60));
  }
  return found;
}
"""

_OVERLAPPING = """
() => {
  const found = [], boxes = [];
  for (const each of document.querySelectorAll("body *")) {
    const style = getComputedStyle(each);
    if (!each.checkVisibility() || style.visibility === "hidden" || style.clipPath !== "none" || each.closest("thead, select")) continue;
    const control = each.matches("button, input, select, textarea");
    const texts = [...each.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
    if (!control && !texts.length) continue;
    const range = document.createRange();
    const rects = control ? [each.getBoundingClientRect()]
      : texts.flatMap(text => (range.selectNodeContents(text), [...range.getClientRects()]));
    boxes.push(...rects.filter(rect => rect.width > 1).map(rect => ({ each, rect })));
  }
  for (const [at, { each, rect }] of boxes.entries())
    for (const { each: other, rect: its } of boxes.slice(at + 1)) {
      if (each.contains(other) || other.contains(each)) continue;
      const wide = Math.min(rect.right, its.right) - Math.max(rect.left, its.left);
      const high = Math.min(rect.bottom, its.bottom) - Math.max(rect.top, its.top);
      // Boxes of lines of text are taller than their letters.
      if (wide > 1 && high > 4)
        found.push([each, other].map(one => one.textContent.trim().slice(0, 40)).join(" / "));
    }
  return found;
}
"""
_MOVING = """
() => [...document.querySelectorAll("*")].filter(each => {
  const style = getComputedStyle(each);
  return style.animationName !== "none" || /[1-9]/.test(style.transitionDuration)
    || style.scrollBehavior === "smooth";
}).map(each => each.tagName)
"""
_EDGELESS = """
() => [...document.querySelectorAll("button, fieldset, select, textarea, section.cookiesafe, .cookiesafe-frame")]
  .filter(each => each.checkVisibility() && getComputedStyle(each).visibility !== "hidden")
  .filter(each => {
    const style = getComputedStyle(each), side = "border-bottom-";
    const ground = style.backgroundColor === "rgba(0, 0, 0, 0)"
      ? getComputedStyle(document.documentElement).backgroundColor : style.backgroundColor;
    return style.getPropertyValue(side + "style") === "none"
      || parseFloat(style.getPropertyValue(side + "width")) === 0
      || style.getPropertyValue(side + "color") === ground;
  })
  .map(each => `${each.tagName} ${each.textContent.trim().slice(0, 40)}`)
"""
