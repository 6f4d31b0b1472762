"""axe-core in a page: what it finds, beside the page's own Content-Security-Policy.

It is put into each document by the browser, not by the page, so the page is as visitors have it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.support.node import package

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
BEYOND = ("color-contrast-enhanced",)
"""Of level AAA, what holds for our own text."""
_OTHER_ORIGINS = ";axe.configure({ allowedOrigins: ['<unsafe_all_origins>'] });"
"""Frames of other companies are looked at as well."""
_COLOURS = ("color-contrast", "link-in-text-block")
_TOLD = """
const why = node => [...node.any, ...node.all, ...node.none][0].message;
const told = (found, kind, says) => found[kind].flatMap(rule => rule.nodes.map(
  node => `${says}${rule.id}: ${node.target.join(" ")}: ${why(node)}`));
const all = found => [...told(found, "violations", ""), ...told(found, "incomplete", "not decided, ")];
const resultTypes = ["violations", "incomplete"];
"""
_RUN = """
async ([tags, beyond]) => {
  const rules = Object.fromEntries(beyond.map(rule => [rule, { enabled: true }]));
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, rules, resultTypes });
  const read = found.passes.some(rule => rule.id === beyond[0]) ? [] : ["no text was looked at"];
  return [...all(found), ...read];
}
"""
_STRUCTURE = """
async ([tags, colours]) => {
  const rules = Object.fromEntries(colours.map(rule => [rule, { enabled: false }]));
  return all(await axe.run(document, { runOnly: { type: "tag", values: tags }, rules, resultTypes }));
}
"""
_RULES = """
async rules => all(await axe.run(document, { runOnly: { type: "rule", values: rules }, resultTypes }))
"""
_ONE_OF_EACH = """
async ([colours, seen]) => {
  const kinds = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    const says = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    // Of one letter axe-core does not know whether it is text.
    if (!says || element.textContent.trim().length < 2 || !element.checkVisibility()) continue;
    const kind = [];
    for (let each = element; each !== document.body; each = each.parentElement) {
      kind.push(`${each.localName}.${each.getAttribute("class")}`);
    }
    if (!kinds.has(kind.join(" "))) kinds.set(kind.join(" "), element);
  }
  for (const kind of seen) kinds.delete(kind);
  if (!kinds.size) return [[], []];
  const runOnly = { type: "rule", values: colours };
  const found = await axe.run({ include: [...kinds.values()] }, { runOnly, resultTypes });
  const read = found.passes.length || seen.length ? [] : ["no text was looked at"];
  return [[...kinds.keys()], [...all(found), ...read]];
}
"""


@cache
def source() -> str:
    """Skips the test where axe-core is not installed."""
    return (package("axe-core") / "axe.min.js").read_text("utf-8")


def prepare(context: BrowserContext) -> None:
    """Have it in every document, framed ones too."""
    context.add_init_script(source() + _OTHER_ORIGINS)


def findings(page: Page) -> list[str]:
    """What it finds, and what it could not decide: which rule, where, and why."""
    found: list[str] = _run(page, _RUN, [TAGS, BEYOND])
    return found


def faults_of_structure(page: Page) -> list[str]:
    """The same of all but colours, up to level AA."""
    found: list[str] = _run(page, _STRUCTURE, [TAGS, _COLOURS])
    return found


def faults_of(page: Page, *rules: str) -> list[str]:
    """The same of some rules alone."""
    found: list[str] = _run(page, _RULES, rules)
    return found


def faults_of_colour(page: Page, seen: set[str]) -> list[str]:
    """The same of colours, up to level AA, of one text of each kind that is not ``seen`` yet, which it is then.

    Texts that have the same elements and classes around them have the same colours under one style sheet: a site of
    pages with thousands of texts has some hundred kinds.
    """
    kinds, found = _run(page, _ONE_OF_EACH, [_COLOURS, sorted(seen)])
    seen.update(kinds)
    told: list[str] = found
    return told


def _run(page: Page, script: str, given: object) -> Any:
    return page.evaluate(f"async given => {{ {_TOLD} return ({script})(given); }}", given)
