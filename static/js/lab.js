// Play: presses Next step, once in a while, until the end or until somebody presses anything.

let timer = 0;
const stop = () => {
  clearInterval(timer);
  timer = 0;
  label();
};
const label = () => {
  const play = document.querySelector("[data-play]");
  if (!play) return;
  play.hidden = false;
  play.textContent = timer ? "❚❚" : "▶▶";
  play.setAttribute("aria-label", timer ? "Pause" : "Play");
};
const step = () => {
  const next = document.querySelector("[data-next]");
  if (!next || next.disabled) stop();
  else next.click();
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-play]")) {
    if (timer) return stop();
    timer = setInterval(step, 1400);
    label();
    step();
  } else if (event.isTrusted && timer) stop();
});
document.addEventListener("htmx:afterSettle", label);
label();
