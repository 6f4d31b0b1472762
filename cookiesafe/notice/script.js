/* The little script of the notice: it saves the reload after a choice, and tells the site's own scripts what was chosen.
   Everything works without it. It makes nothing out of text but text, so that Trusted Types have nothing to mind.

   What it is told stands on its own tag: data-state, where the visitor stands; data-choices, where that can be changed;
   data-native, that the browser is to send the forms, since the page answers one and is not to be loaded again. What it
   shows stands in a template. It is served without its comments, and without blanks that mean nothing,
   so every statement ends with a semicolon. */
(() => {
  const { dataset } = document.currentScript;
  if (window.cookieSafe) return;
  let state = JSON.parse(dataset.state), { native } = dataset, busy;

  /* Google's tags take what was pushed before they came, and know it by its being arguments. */
  function gtag() {
    (window.dataLayer ||= []).push(arguments);
  }
  const google = () => state.google?.forEach(command => gtag(...command));

  const ask = async (url, body) => {
    const sent = await fetch(url, { method: body && "POST", headers: { Accept: "application/json" }, body });
    const answer = await sent.json();
    if (!answer.state) throw answer;
    const old = state;
    state = answer.state;
    if (old.id != state.id) {
      google();
      document.dispatchEvent(new CustomEvent("cookiesafe:change", { bubbles: 1, detail: cookieSafe }));
    }
    const banner = document.querySelector("[data-cookiesafe=banner]");
    /* A browser loosens no policy that a page has. */
    if (old.page != state.page && !dataset.native) location.reload();
    else if (banner && state.decided) confirm(banner, body && answer.said);
  };

  const parts = () => document.querySelector("[data-cookiesafe=answer]").content.children;

  const confirm = (banner, text) => {
    const [said, , ...nav] = parts();
    document.body.append(...nav);
    if (!text) return banner.remove();
    /* What comes late would move the page long after the click. */
    if (busy < performance.now()) banner.style = "min-height:" + banner.offsetHeight + "px!important";
    banner.dataset.cookiesafe = "confirmation";
    while (banner.children[1]) banner.lastChild.remove();
    banner.append(said);
    said.firstChild.textContent = text;
    said.lastChild.onclick = () => banner.remove();
    said.focus();
  };

  document.addEventListener("submit", async (event) => {
    const { target: form, submitter: button } = event;
    const banner = form.closest("[data-cookiesafe=banner]");
    if (native || event.defaultPrevented || !button || !banner) return;
    event.preventDefault();
    if (busy) return;
    busy = event.timeStamp + 400;
    const body = new URLSearchParams(new FormData(form));
    body.set("choice", button.value);
    /* Whether the browser keeps cookies is found out on the way to the answer. */
    body.set("check", 1);
    try {
      await ask(form.action, body);
    } catch (error) {
      /* It is said, and the next time the browser sends the form; at once, where only a page can tell why. */
      native = 1;
      if (error.native) form.requestSubmit(button);
      const said = parts()[1];
      if (error.detail) said.textContent = error.detail;
      banner.append(said);
    }
  });

  /* A page that comes back as it was left may ask what was answered since. */
  addEventListener("pageshow", event => event.persisted && ask(dataset.choices).catch(() => {}));

  window.cookieSafe = {
    get decided() { return state.decided; },
    allows: id => state.allows.includes(id),
    open() { location = dataset.choices; },
    onChange: call => addEventListener("cookiesafe:change", () => call(cookieSafe)),
  };
  google();
})();
