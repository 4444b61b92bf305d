// The history of the run: a line over the epochs for the training data, and one for the validation data.

/**
 * Returns the chart of one or two series.
 *   x: {name, values}; series: [{name, kind, values, dashed}]; best: index of the best row, or null; format: of the
 * values.
 */
function lineChart({title, x, series, best = null, format = shown, zero = false, unit = 1}) {
  const drawn = series.filter(({values}) => extent(values) !== null);
  if (drawn.length === 0) return null;
  const all = extent(drawn.flatMap(({values}) => values));
  const logarithmic = !zero && all[0] > 0 && all[1] / all[0] > 100;
  const rangeY = logarithmic ? [all[0] / 1.3, all[1] * 1.3] : widened(zero ? [Math.min(0, all[0]), all[1]] : all);
  const rangeX = extent(x.values), spanX = rangeX[0] === rangeX[1] ? [rangeX[0] - 1, rangeX[1] + 1] : rangeX;
  const last =
    drawn.map(({name, values}) => `${name} ends at ${format(values.findLast((value) => value !== null) ?? null)}`)
      .join(", ");
  const label = `${title} over ${x.name}s: ${last}. Left and right arrow keys read single values.`;
  let toX = null, toY = null, marks = null;

  const svg = drawing(label, (target, width) => {
    const height = Math.round(Math.min(300, Math.max(200, width * 0.52)));
    const yTicks = logarithmic ? logTicks(...rangeY) : ticks(...rangeY, 5);
    const text = logarithmic ? shownTick : tickText(yTicks, unit),
          left = 14 + 7.2 * Math.max(...yTicks.map((tick) => text(tick).length));
    const box = {left, right: width - 10, top: 16, bottom: height - 42};
    target.setAttribute("viewBox", `0 0 ${width} ${height}`);
    toX = scale(spanX, [box.left, box.right]);
    toY = scale(rangeY, [box.bottom, box.top], logarithmic);
    const whole = ticks(...spanX, Math.max(2, Math.min(8, width / 70)))
                    .filter((tick) => Number.isInteger(tick) && tick >= rangeX[0] && tick <= rangeX[1]);
    const xTicks = whole.length > 0 ? whole : [rangeX[0]];
    fill(
      target, {},
      axes(box, toX, toY, xTicks, yTicks, logarithmic ? `${x.name}, logarithmic scale` : x.name, count, text));
    if (best !== null) drawBest(target, box, toX(x.values[best]));
    for (const {kind, values, dashed} of drawn) {
      const points = values.map((value, i) => [toX(x.values[i]), value === null ? null : toY(value)]);
      target.append(shape("path", {class: `line ${kind}${dashed ? " dashed" : ""}`, d: path(points)}));
      points.filter(([, y], i) => y !== null && (points.length <= 12 || alone(points, i)))
        .forEach(([cx, cy]) => target.append(shape("circle", {class: `dot ${kind}`, cx, cy, r: 3.5})));
    }
    marks = shape("g", {}, shape("line", {class: "cursor", y1: box.top, y2: box.bottom}));
    marks.style.display = "none";
    target.append(marks);
  });

  const result = figure(title, series.length > 1 || drawn[0].dashed ? drawn : [], svg);
  readable(result, svg, {
    count: x.values.length,
    place: (i) => toX(x.values[i]),
    at: (px) => nearest(x.values.map(toX), px),
    mark: (i) => {
      if (marks === null) return;
      marks.style.display = i === null ? "none" : "";
      marks.querySelectorAll("circle").forEach((circle) => circle.remove());
      if (i === null) return;
      fill(marks.firstChild, {x1: toX(x.values[i]), x2: toX(x.values[i])}, []);
      for (const {kind, values} of drawn)
        if (values[i] !== null)
          marks.append(shape("circle", {class: `dot ${kind}`, cx: toX(x.values[i]), cy: toY(values[i]), r: 4.5}));
    },
    reading: (i) => ({
      title: `${x.name} ${count(x.values[i])}${i === best ? ", best" : ""}`,
      values: drawn.map(({name, kind, values}) => ({name, kind, text: format(values[i])}))
    }),
  });
  return result;
}

const shownTick = (value) =>
  (value < 1e-3 || value >= 1e6 ? minus(value.toExponential().replace("e+", "e")) :
                                  value.toLocaleString("en-US", {maximumFractionDigits: 6}));
const alone = (points, i) => (points[i - 1]?.[1] ?? null) === null && (points[i + 1]?.[1] ?? null) === null;

/** Marks the best row with a thin line and its name. */
function drawBest(target, box, x) {
  const atEnd = x > (box.left + box.right) / 2;
  target.append(
    shape("line", {class: "best", x1: x, x2: x, y1: box.top, y2: box.bottom}),
    shape("text", {x: atEnd ? x - 6 : x + 6, y: box.top + 4, "text-anchor": atEnd ? "end" : "start"}, "best"));
}

/** Returns the columns of the history that are charted together: {name, training, validation}. */
function measures(columns) {
  const others = new Set(["epoch", "step", "learning rate", "samples/s", "seconds"]);
  const names = columns.filter((name) => !others.has(name)).map((name) => name.replace(/^validation /, ""));
  return [...new Set(names)];
}

const isShare = (name, values) =>
  /accuracy|precision|recall|f1|auc|top-/i.test(name) && values.every((v) => v === null || (v >= 0 && v <= 1));

function historySection() {
  const {columns, rows, best, end} = run.history;
  if (rows.length === 0) return null;
  const column = (name) =>
    (columns.includes(name) ? rows.map((row) => row[columns.indexOf(name)]) : rows.map(() => null));
  const epochs = column("epoch"), byEpoch = extent(epochs) !== null && new Set(epochs).size === epochs.length;
  const x = byEpoch          ? {name: "epoch", values: epochs} :
    columns.includes("step") ? {name: "step", values: column("step")} :
                               {name: "row", values: rows.map((_, i) => i + 1)};
  const charts = measures(columns).map((name) => {
    const series = [
      {name: "training", kind: "training", values: column(name)},
      {name: "validation", kind: "validation", values: column(`validation ${name}`)}
    ];
    const share = isShare(name, series.flatMap(({values}) => values));
    return lineChart({
      title: name[0].toUpperCase() + name.slice(1),
      x,
      series,
      best,
      format: share ? percent : shown,
      unit: share ? 100 : 1
    });
  });
  charts.push(lineChart({
    title: "Learning rate",
    x,
    series: [{name: "learning rate", kind: "training", values: column("learning rate")}],
    best,
    zero: true
  }));
  const drawn = charts.filter((chart) => chart !== null);
  const widths = columns.map((text) => ({text, number: true}));
  const digits = (name, value) =>
    (name === "epoch" || name === "step" ? value === null ? "–" : count(value) : shown(value, 5));
  const ends = {
    completed: "The run completed all epochs.",
    early_stopping: "Early stopping ended the run.",
    stop_requested: "The run was stopped before its last epoch.",
    callback: "A callback ended the run.",
    running: "The run had not ended when this report was written."
  };
  const measured = column("validation loss").some((value) => value !== null) ?
    " Training values are means over the batches of an epoch, each before its step; validation values are measured after it." :
    " Values are means over the batches of an epoch, each before its step.";
  return [
    note(ends[end], measured), element("div", {class: drawn.length % 2 === 1 ? "charts first-wide" : "charts"}, drawn),
    folded(
      "All numbers as a table",
      table(counted(rows.length, "row"), widths, rows.map((row) => row.map((value, i) => digits(columns[i], value)))))
  ];
}
