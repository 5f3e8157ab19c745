// The editor's keys: Ctrl+S saves the draft, Ctrl+Enter publishes. What is typed is saved by itself.

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  const name = event.key === "Enter" ? "[data-publish]" : event.key.toLowerCase() === "s" ? "[data-save]" : "";
  const button = name && document.querySelector(name);
  if (!button) return;
  event.preventDefault();
  button.click();
});
