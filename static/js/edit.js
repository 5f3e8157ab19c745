// Instructors: E opens in the studio what has the focus, else what the pointer is on, else what the page is about.

const EDITABLE = "[data-edit], section.fact, .card, li.card-row, .glossary > [id]";
const KEY = /^[NA]\d{3}(-[a-z])?$/; // of facts and cards, as the page shows them

let pointed = null;

document.addEventListener("pointerover", (event) => {
  pointed = event.target.closest(EDITABLE);
});

const addressOf = (element) => {
  if (!element) return undefined;
  if (element.dataset.edit) return element.dataset.edit;
  const shown = element.querySelector(".fact-key, .card-code")?.textContent.trim() ?? "";
  const key = element.id || (KEY.test(shown) ? shown : "");
  return key ? `/studio/go/${encodeURIComponent(key)}/` : undefined;
};

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "e" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) return;
  const address =
    addressOf(event.target.closest(EDITABLE)) ??
    addressOf(pointed?.isConnected ? pointed : null) ??
    addressOf(document.querySelector(":target")?.closest(EDITABLE)) ??
    addressOf(document.querySelector("[data-edit]"));
  if (!address) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const back = location.pathname + location.search + location.hash;
  location.href = `${address}?back=${encodeURIComponent(back)}`;
}, true);
