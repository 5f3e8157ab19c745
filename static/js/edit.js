// Instructors: E opens in the studio what has the focus, else what the pointer is on, else what the page is about.

const EDITABLE = "[data-edit], section.fact[id], li.card-row[id]";
let pointed = null;

document.addEventListener("pointerover", (event) => {
  pointed = event.target.closest(EDITABLE);
});

const addressOf = (element) => element && (element.dataset.edit ?? `/studio/go/${encodeURIComponent(element.id)}/`);

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "e" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input, textarea, select")) return;
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
