"""What is run in pages."""

from __future__ import annotations

from typing import Final

TELLER: Final = "__cookiesafeAudit"

TELLING: Final = """
(() => {
  const tell = window.TELLER;
  if (!tell) return;
  const by = () => {
    const line = (new Error().stack || "").split("\\n").find(each => /https?:\\/\\//.test(each)) || "";
    return (line.match(/https?:\\/\\/[^\\s()]+/) || [location.href])[0];
  };
  const say = (kind, name) => { try { tell(kind, String(name), by()); } catch {} };
  const around = (owner, method, kind, name) => {
    const its = owner && owner[method];
    if (typeof its !== "function") return;
    owner[method] = function (...given) { say(kind, name(given, this)); return its.apply(this, given); };
  };
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  if (cookie) Object.defineProperty(Document.prototype, "cookie", {
    ...cookie,
    set(text) { say("cookie", String(text).split("=")[0].trim()); cookie.set.call(this, text); },
  });
  const area = each => { try { return each === window.localStorage; } catch { return false; } };
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (...given) {
    say(area(this) ? "localStorage" : "sessionStorage", given[0]);
    return setItem.apply(this, given);
  };
  const first = given => given[0] && given[0].name || given[0];
  if (window.CookieStore) around(CookieStore.prototype, "set", "cookie", first);
  if (window.IDBFactory) around(IDBFactory.prototype, "open", "IndexedDB", first);
  if (window.CacheStorage) around(CacheStorage.prototype, "open", "Cache", first);
})();
""".replace("TELLER", TELLER)
"""Says who stores something, before that is done; what there is at the end is read from the browser itself."""

STORED: Final = """
async () => {
  const found = [];
  const add = async (kind, names) => {
    try { for (const name of (await names()).slice(0, 300)) found.push([kind, String(name)]); } catch {}
  };
  await add("localStorage", () => Object.keys(localStorage));
  await add("sessionStorage", () => Object.keys(sessionStorage));
  await add("IndexedDB", async () => (await indexedDB.databases()).map(each => each.name));
  await add("Cache", () => caches.keys());
  await add("service worker", async () =>
    (await navigator.serviceWorker.getRegistrations()).map(each => new URL(each.scope).pathname));
  return found;
}
"""

LINKS: Final = """
() => [...document.querySelectorAll("a[href]:not([download])")].slice(0, 500).map(each => each.href)
  .filter(each => typeof each === "string")
"""

BUTTONS: Final = """
() => {
  const elements = [];
  const about = /cookie|consent|gdpr|privacy|datenschutz/i;
  const named = /cookie|consent|gdpr|cmp|privacy|notice|banner|overlay|modal|popup/i;
  const up = each => each.parentElement || (each.getRootNode().host ?? null);
  const asks = button => {
    for (let each = up(button); each && each !== document.documentElement; each = up(each)) {
      if (each === document.body) return window !== window.top || each.textContent.length < 2000 && about.test(each.textContent);
      if (/^(fixed|sticky)$/.test(getComputedStyle(each).position)) return true;
      if (/dialog/.test(each.getAttribute("role") || "") || each.localName === "dialog") return true;
      if (named.test(each.id + " " + each.getAttribute("class"))) return true;
      if (each.textContent.length < 3000 && about.test(each.textContent)) return true;
    }
    return false;
  };
  const visit = (root, left) => {
    for (const each of root.querySelectorAll("*")) {
      if (elements.length >= 300) return;
      if (each.shadowRoot && left) visit(each.shadowRoot, left - 1);
      if (each.matches("button, [role=button], a, input[type=submit], input[type=button]")
          && each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && asks(each)) elements.push(each);
    }
  };
  visit(document, 5);
  const texts = each => [each.innerText || each.value || "", each.getAttribute("aria-label") || each.title || ""];
  return { elements, labels: elements.map(each => texts(each).map(text => String(text).slice(0, 80))) };
}
"""
"""What may be pressed and seems to belong to a notice, with its labels."""

LIST_LINK: Final = """
() => {
  const own = name => [...document.querySelectorAll(`a[href*="/cookiesafe/${name}"]`)].map(each => each.href)[0];
  const choices = own("choices");
  return own("cookies") || choices && choices.replace(/\\/cookiesafe\\/choices.*/, "/cookiesafe/cookies") || null;
}
"""

LIST: Final = """
() => [...document.querySelectorAll("main > h2")].slice(0, 100).map(heading => {
  const group = { title: heading.textContent.trim(), cookies: [], vendors: [] };
  for (let each = heading.nextElementSibling; each && each.localName !== "h2"; each = each.nextElementSibling) {
    if (each.localName !== "table") continue;
    const rows = [...each.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent.trim()));
    (each.tHead.rows[0].cells.length === 4 ? group.cookies : group.vendors).push(...rows);
  }
  return group;
})
"""
"""The list of cookies and partners of a site of ours, group by group."""

SCROLL: Final = "() => window.scrollTo(0, document.documentElement.scrollHeight)"
