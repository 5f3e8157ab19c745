// The keyboard of a session: a key presses the control that names it in `data-hotkey`.

const typing = (element) => element.matches("input:not([type=hidden]), textarea, select");
const control = (key) => document.querySelector(`[data-hotkey="${CSS.escape(key)}"]`);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const key = event.key === " " ? "Space" : event.key.toLowerCase();
  if (typing(event.target)) {
    // Enter sends a typed answer by itself; Escape leaves the field to the keys; no answer begins with a space.
    if (key === "escape") document.querySelector("[data-focus]")?.focus();
    if (!(key === "Space" && event.target.matches("[data-typed]") && !event.target.value)) return;
  }
  // On a focused button, Space is the browser's own way to press it.
  if (key === "Space" && event.target.matches("button, summary")) return;
  const pressed = control(key) ?? (key === "Space" ? control("3") : null);
  if (!pressed || pressed.disabled) return;
  event.preventDefault();
  pressed.click();
});

// After a swap, reading goes on at the new card; a card that wants typing takes the keys at once.
const settle = () => {
  for (const input of document.querySelectorAll("[data-time-zone]")) {
    input.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
  (document.querySelector("[data-typed]") ?? document.querySelector("[data-focus]"))?.focus();
};

document.addEventListener("htmx:afterSettle", settle);
settle();
