// What all charts share: scales, axes, a drawing that follows the width of its place, and the reading of values by
// mouse and keyboard.

/** Returns about `wanted` round numbers that cover [low, high]. */
function ticks(low, high, wanted) {
  const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw)),
        off = (factor) => Math.abs(Math.log((factor * power) / raw));
  const step = power * [1, 2, 2.5, 5, 10].reduce((best, factor) => (off(factor) < off(best) ? factor : best));
  const result = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
    result.push(Number((i * step).toPrecision(12)));
  return result;
}

/** Returns a function that writes ticks with as few digits as tell them apart; `unit` 100 writes them in percent. */
function tickText(ticks, unit = 1) {
  const digits = (value) => Number((value * unit).toPrecision(6)), largest = Math.max(...ticks.map(Math.abs)) * unit;
  if (largest > 0 && (largest < 1e-3 || largest >= 1e6))
    return (value) => minus(value === 0 ? "0" : digits(value).toExponential().replace("e+", "e"));
  const decimals = Math.max(...ticks.map((value) => (String(digits(value)).split(".")[1] ?? "").length));
  return (value) => minus(digits(value).toLocaleString(
                      "en-US", {minimumFractionDigits: decimals, maximumFractionDigits: decimals})) +
    (unit === 100 ? " %" : "");
}

/** Returns the smallest and the largest finite value, or null if there is none. */
function extent(values) {
  const finite = values.filter((value) => value !== null && Number.isFinite(value));
  return finite.length === 0 ? null : [Math.min(...finite), Math.max(...finite)];
}

/** Returns a linear or logarithmic scale from [low, high] to pixels [from, to]. */
function scale([low, high], [from, to], logarithmic = false) {
  const map = logarithmic ? Math.log10 : (value) => value;
  const start = map(low), length = map(high) - start || 1;
  return (value) => from + ((map(value) - start) / length) * (to - from);
}

/** Returns a range with a margin, which is never empty. A range that is almost at 0 begins at 0. */
function widened([low, high]) {
  if (low === high) return low === 0 ? [0, 1] : [low - Math.abs(low) * 0.1, high + Math.abs(high) * 0.1];
  const margin = (high - low) * 0.06;
  return [low >= 0 && low < (high - low) * 0.5 ? 0 : low - margin, high + margin];
}

/** Returns the ticks of a logarithmic axis: powers of ten, and 2 and 5 times them if there are few. */
function logTicks(low, high) {
  const all = (factors) => {
    const result = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); ++power)
      for (const factor of factors) {
        const value = Number((factor * 10 ** power).toPrecision(3));
        if (value >= low && value <= high) result.push(value);
      }
    return result;
  };
  const tens = all([1]);
  return tens.length >= 3 ? tens : all([1, 2, 5]);
}

/** Draws horizontal grid lines with their values, and the values along the horizontal axis. */
function axes(box, x, y, xTicks, yTicks, xLabel, formatX = tickText(xTicks), formatY = tickText(yTicks)) {
  return [
    yTicks.map(
      (tick) =>
        [shape("line", {class: "grid", x1: box.left, x2: box.right, y1: y(tick), y2: y(tick)}),
         shape("text", {x: box.left - 8, y: y(tick) + 4, "text-anchor": "end"}, formatY(tick))]),
    shape("line", {class: "axis", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom}),
    xTicks.map((tick) => shape("text", {x: x(tick), y: box.bottom + 18, "text-anchor": "middle"}, formatX(tick))),
    xLabel && shape("text", {x: box.right, y: box.bottom + 36, "text-anchor": "end"}, xLabel),
  ];
}

/** Returns the points as the path of a line, which is interrupted where a value is missing. */
function path(points) {
  let text = "", drawing = false;
  for (const [x, y] of points) {
    const present = y !== null && Number.isFinite(y);
    if (present) text += `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    drawing = present;
  }
  return text;
}

/** Returns the index of the value nearest to `wanted`. */
const nearest = (values, wanted) =>
  values.reduce((found, value, i) => (Math.abs(value - wanted) < Math.abs(values[found] - wanted) ? i : found), 0);

const drawings = [];

/** Returns an SVG that `draw(svg, width)` fills, again when the width of its place changes. */
function drawing(label, draw) {
  const svg = shape("svg", {role: "img", "aria-label": label});
  drawings.push({svg, draw, width: 0});
  return svg;
}

function redraw(entry) {
  const width = Math.round(entry.svg.parentElement.clientWidth);
  if (width === 0 || width === entry.width) return;
  entry.width = width;
  entry.svg.replaceChildren();
  entry.draw(entry.svg, width);
}

/** Draws all charts, which are part of the page now. */
function drawAll() {
  const byPlace = new Map(drawings.map((entry) => [entry.svg.parentElement, entry]));
  const observer = new ResizeObserver((changes) => changes.forEach((change) => redraw(byPlace.get(change.target))));
  for (const [place, entry] of byPlace) {
    redraw(entry);
    observer.observe(place);
  }
}

const announcer = element("p", {class: "hidden", "aria-live": "polite"});

/**
 * Shows the values of the point under the mouse, or of the point chosen with the arrow keys.
 *   count: number of points; place(i): its x in the SVG; at(x): the nearest point; mark(i): draws it, or removes the
 * mark for null; reading(i): {title, values: [{name, kind, text}]}.
 */
function readable(figure, svg, {count: points, place, at, mark, reading}) {
  const box = element("div", {class: "reading", hidden: true});
  let current = null;
  const show = (i) => {
    current = i;
    mark(i);
    box.hidden = i === null;
    if (i === null) return;
    const {title, values} = reading(i);
    box.replaceChildren(
      element("b", {}, title),
      ...values.map(({name, kind, text}) => element("span", {}, element("i", {class: kind}, name), text)));
    const chart = svg.getBoundingClientRect(), x = (place(i) * chart.width) / svg.viewBox.baseVal.width;
    const left = x + 14 + box.offsetWidth > chart.width ? x - 14 - box.offsetWidth : x + 14;
    const small = chart.height < 120;  // the box is below a small chart
    box.style.left = `${Math.max(0, left)}px`;
    box.style.top = `${chart.top - figure.getBoundingClientRect().top + (small ? chart.height + 4 : 8)}px`;
  };
  const onMove = (event) => {
    const bounds = svg.getBoundingClientRect();
    show(at(((event.clientX - bounds.left) * svg.viewBox.baseVal.width) / bounds.width));
  };
  const onKey = (event) => {
    const last = points - 1, now = current ?? -1;
    const next = {ArrowRight: Math.min(last, now + 1), ArrowLeft: Math.max(0, now - 1), Home: 0, End: last}[event.key];
    if (event.key === "Escape") show(null);
    if (next === undefined) return;
    event.preventDefault();
    show(next);
    const {title, values} = reading(next);
    announcer.textContent = `${title}: ${values.map(({name, text}) => `${name} ${text}`).join(", ")}`;
  };
  fill(
    svg, {
      tabindex: 0,
      pointermove: onMove,
      pointerdown: onMove,
      pointerleave: () => show(null),
      blur: () => show(null),
      keydown: onKey
    },
    []);
  figure.append(box);
}

/** Returns a figure: title and legend, then the chart. series: [{name, kind, dashed}]. */
function figure(title, series, ...content) {
  return element(
    "figure", {},
    element(
      "figcaption", {}, element("h3", {}, title),
      series.length > 0 ?
        element(
          "ul", {class: "legend"},
          series.map(({name, kind, dashed}) => element("li", {class: dashed ? `${kind} dashed` : kind}, name))) :
        null),
    ...content);
}
