// Place mode: a cell's text is dragged to its column, which chooses its letter there. Without a mouse the lists do it.

let dragged = null;

const selectAt = (event) => {
  const cell = event.target.closest?.("td");
  const select = cell?.querySelector("select");
  return select && dragged && cell.parentElement === dragged.closest("tr") ? select : null;
};

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-letter]") ?? null;
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.letter);
});
document.addEventListener("dragover", (event) => {
  if (selectAt(event)) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const select = selectAt(event);
  if (!select) return;
  event.preventDefault();
  // A text stands in one place: where it was before is free again.
  for (const other of dragged.closest("tr").querySelectorAll("select")) {
    if (other.value === dragged.dataset.letter) other.value = "";
  }
  select.value = dragged.dataset.letter;
});
document.addEventListener("dragend", () => {
  dragged = null;
});

const ready = () => {
  for (const item of document.querySelectorAll("[data-letter]")) item.draggable = true;
};
document.addEventListener("htmx:afterSettle", ready);
ready();
