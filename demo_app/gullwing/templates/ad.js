(() => {
  const place = document.getElementById("gullwing-ad");
  if (!place) return;
  const advert = {{ {"headline": choice.script.headline, "text": choice.script.text, "because": choice.because} | tojson }};
  const make = (tag, text, style) => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.style.cssText = "display:block;margin:0;color:inherit;" + style;
    return element;
  };
  const box = document.createElement("div");
  box.style.cssText =
    "box-sizing:border-box;min-height:11.5rem;padding:1.25rem;border-radius:.75rem;color:#fff;" +
    "background:linear-gradient(120deg,#8a1c4a,#b3304a 60%,#b5471f);display:grid;align-content:center;gap:.3rem";
  box.append(
    make("strong", advert.headline, "font-size:1.35rem;line-height:1.2"),
    make("span", advert.text, "font-size:1rem"),
    make("small", "Gullwing Adverts: " + advert.because, "font-size:.85rem;margin-top:.5rem"),
  );
  place.replaceChildren(box);
})();
