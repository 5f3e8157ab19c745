// The editor's keys: Ctrl+S saves the draft, Ctrl+Enter publishes. What is typed is saved by itself; where that fails, it says so.

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  const name = event.key === "Enter" ? "[data-publish]" : event.key.toLowerCase() === "s" ? "[data-save]" : "";
  const button = name && document.querySelector(name);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// Another kind of question has other fields: the saved draft is opened anew with them.
document.querySelector("[data-refields] select[name=kind]")?.addEventListener("change", () => {
  document.querySelector("[data-save]").click();
});

let unsaved = false;

const failed = (why) => {
  unsaved = true;
  const state = document.querySelector(".editor-state");
  if (!state) return;
  state.classList.add("is-failed");
  state.textContent = `Not saved: ${why}. What you typed still stands here; the next key tries again.`;
};

document.addEventListener("htmx:sendError", () => failed("the site does not answer"));
document.addEventListener("htmx:timeout", () => failed("the site takes too long"));
document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if (status >= 500 || status === 400 || status === 404) {
    event.detail.shouldSwap = false;
    failed(`the site answered ${status}`);
  } else unsaved = status >= 400;
});

// Who leaves with something unsaved is asked first.
window.addEventListener("beforeunload", (event) => {
  if (unsaved && !leaving) event.preventDefault();
});
let leaving = false;
document.addEventListener("submit", () => {
  leaving = true;
});
