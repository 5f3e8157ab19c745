// The workshop's hands: a curve is drawn with the pointer, and a number is slid. Both only fill the fields beside them.

const WIDTH = 480;
const HEIGHT = 120;
const MOST = 120; // values of a drawn curve
const NS = "http://www.w3.org/2000/svg";

const numbers = (text) => text.split(/[\s,;]+/).filter(Boolean).map(Number).filter(Number.isFinite);

function easel(area) {
  if (area.dataset.ready) return;
  area.dataset.ready = "1";
  const svg = document.createElementNS(NS, "svg");
  const line = document.createElementNS(NS, "polyline");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("class", "easel");
  svg.setAttribute("aria-hidden", "true"); // the field says the same in numbers
  line.setAttribute("class", "line curve-0");
  svg.append(line);
  const hint = document.createElement("p");
  hint.className = "help";
  hint.textContent = "Draw the curve with the pointer, or write its numbers.";
  area.after(svg, hint);

  let values = numbers(area.value);
  const top = Math.max(100, ...values) * 1.2;
  const show = () => {
    const across = WIDTH / Math.max(1, values.length - 1);
    const points = values.map((value, place) => `${(place * across).toFixed(1)},${(HEIGHT - (value / top) * HEIGHT).toFixed(1)}`);
    line.setAttribute("points", points.join(" "));
  };
  const put = (event) => {
    const box = svg.getBoundingClientRect();
    const place = Math.round(((event.clientX - box.left) / box.width) * (values.length - 1));
    const value = Math.round((1 - (event.clientY - box.top) / box.height) * top);
    return [Math.min(values.length - 1, Math.max(0, place)), Math.max(0, value)];
  };
  let last = null;
  svg.addEventListener("pointerdown", (event) => {
    if (values.length < 2) values = Array(60).fill(0);
    values = values.slice(0, MOST);
    svg.setPointerCapture(event.pointerId);
    last = put(event);
    values[last[0]] = last[1];
    show();
  });
  svg.addEventListener("pointermove", (event) => {
    if (!last) return;
    const [place, value] = put(event);
    const step = place >= last[0] ? 1 : -1;
    for (let at = last[0]; at !== place + step; at += step) {
      const share = place === last[0] ? 1 : (at - last[0]) / (place - last[0]);
      values[at] = Math.round(last[1] + (value - last[1]) * share);
    }
    last = [place, value];
    show();
  });
  const end = () => {
    if (!last) return;
    last = null;
    area.value = values.join(", ");
  };
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
  area.addEventListener("input", () => {
    values = numbers(area.value);
    show();
  });
  show();
}

let soon = 0; // runs the case when the slider has come to rest
let held = ""; // the field whose slider had the focus before the page was swapped

function slider(field) {
  if (field.dataset.ready) return;
  field.dataset.ready = "1";
  const range = document.createElement("input");
  range.type = "range";
  range.min = "0";
  range.max = field.dataset.slider;
  range.value = field.value;
  range.className = "slider";
  range.setAttribute("aria-label", `${field.labels[0]?.textContent ?? field.name}, slider`);
  range.addEventListener("input", () => {
    field.value = range.value;
  });
  range.addEventListener("change", () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      held = document.activeElement === range ? field.name : "";
      field.form.querySelector("button[name=run]").click();
    }, 400);
  });
  field.addEventListener("input", () => {
    range.value = field.value;
  });
  field.after(range);
  if (held === field.name) {
    held = "";
    range.focus();
  }
}

const ready = () => {
  document.querySelectorAll("textarea[data-draw]").forEach(easel);
  document.querySelectorAll("input[data-slider]").forEach(slider);
};
document.addEventListener("htmx:afterSettle", ready);
ready();
