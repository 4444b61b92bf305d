// Single samples: images, softmax bars, the surest mistakes, the filters, and the predictions of a regression.

/** Returns the image of a sample, or its values, or nothing. */
function sampleImage(sample, text) {
  if (sample.image)
    return element("img", {
      class: sample.small ? "image pixels" : "image",
      src: sample.image,
      alt: text,
      style: `--ratio: ${sample.width} / ${sample.height}`,
      loading: "lazy"
    });
  return null;
}

const sampleName = (sample) => sample.name ?? `${run.test.name} sample ${count(sample.index)}`;

function featureTable(sample) {
  if (!sample.features) return null;
  const rows = sample.features.map((value, i) => [run.features?.[i] ?? `value ${i + 1}`, shown(value)]);
  return folded("Values", table(counted(rows.length, "value"), [{text: "name"}, {text: "value", number: true}], rows));
}

/** Returns bars of probabilities. entries: [{name, p, kind}]. */
function bars(entries, label) {
  return element(
    "ul", {class: "bars", "aria-label": label},
    entries.map(
      ({name, p, kind}) => element(
        "li", {class: kind}, element("span", {class: "name", title: name}, name),
        element("span", {class: "bar", style: `--p: ${p.toFixed(4)}`}),
        element("span", {class: "number"}, percent(p)))));
}

/** Returns a sample with the bars of its most probable classes; `level` is that of its heading. */
function sampleCard(sample, level) {
  const right = sample.truth === sample.predicted, truth = run.classes[sample.truth],
        predicted = run.classes[sample.predicted];
  const entries = sample.softmax.map(
    ([c, p]) =>
      ({name: run.classes[c],
        p,
        kind: c === sample.truth ? "after" :
          c === sample.predicted ? "wrong" :
                                   null}));
  const rest = 1 - entries.reduce((sum, {p}) => sum + p, 0), others = run.classes.length - entries.length;
  if (others > 0)
    entries.push({name: counted(others, "other class", "other classes"), p: Math.max(0, rest), kind: null});
  const text = right ? `${truth}, predicted correctly` : `${truth}, predicted as ${predicted}`;
  return element(
    "li", {class: "sample"}, sampleImage(sample, `${sampleName(sample)}: ${text}`),
    element(
      `h${level}`, {},
      right ? [element("strong", {}, truth), ", correct"] :
              [element("strong", {}, truth), ", predicted as ", element("strong", {}, predicted)]),
    element(
      "div", {}, bars(entries, `Probabilities of ${sampleName(sample)}`),
      element("p", {class: "file"}, breakable(sampleName(sample))), featureTable(sample)));
}

const sampleList = (samples, level) =>
  element("ul", {class: "samples"}, samples.map((sample) => sampleCard(sample, level)));

function mistakeSection() {
  if (!run.test?.confusion) return null;
  const wrong = run.test.samples.filter((sample) => sample.truth !== sample.predicted).slice(0, 12);
  if (wrong.length === 0) return [note("The model made no mistake.")];
  const total = run.test.count - run.test.correct;
  return [
    note(`The ${counted(wrong.length, "mistake")} with the highest probability of the predicted class, of ${
      count(total)}. The true class is green, the predicted class red.`),
    sampleList(wrong, 3)
  ];
}

function filterSection() {
  const filters = run.model?.filters;
  if (!filters) return null;
  const {images, shape: extents, name, colour} = filters, size = `${extents[2]} × ${extents[3]}`;
  return [
    note(
      `${count(images.length)}${images.length < extents[0] ? ` of ${count(extents[0])}` : ""} filters of ${
        name}, each of ${extents[1]} × ${size} weights. `,
      colour             ? "The three input channels are shown as red, green and blue. " :
        extents[1] === 1 ? "" :
                           "The mean over the input channels is shown. ",
      "Each filter has its own range; middle grey is 0."),
    element(
      "ul", {class: "filters", style: `--ratio: ${extents[3]} / ${extents[2]}`},
      images.map(
        (image, i) => element(
          "li", {}, element("img", {src: image, alt: `Filter ${i + 1}`, width: extents[3], height: extents[2]}))))
  ];
}

/** Returns the chart of predicted against true values. */
function scatterChart(points) {
  const range = widened(extent(points.flat())),
        label = "Predicted against true values. Left and right arrow keys read single samples.";
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  let toX = null, toY = null, mark = null;
  const svg = drawing(label, (target, width) => {
    const height = Math.min(width * 0.9, 420), yTicks = ticks(...range, 5), text = tickText(yTicks);
    const box = {
      left: 14 + 7.2 * Math.max(...yTicks.map((tick) => text(tick).length)),
      right: width - 10,
      top: 14,
      bottom: height - 42
    };
    target.setAttribute("viewBox", `0 0 ${width} ${height}`);
    toX = scale(range, [box.left, box.right]);
    toY = scale(range, [box.bottom, box.top]);
    fill(target, {}, axes(box, toX, toY, ticks(...range, Math.max(2, width / 90)), yTicks, "true value"));
    target.append(
      shape("text", {x: box.left + 8, y: box.top + 6}, "predicted value"),
      shape("line", {class: "diagonal", x1: toX(range[0]), y1: toY(range[0]), x2: toX(range[1]), y2: toY(range[1])}),
      ...sorted.map(
        ([truth, value]) =>
          shape("circle", {class: "area validation", cx: toX(truth), cy: toY(value), r: 3, opacity: 0.55})));
    mark = shape("circle", {class: "dot validation", r: 5, visibility: "hidden"});
    target.append(mark);
  });
  const result = figure("Predicted against true values", [], svg);
  readable(result, svg, {
    count: sorted.length,
    place: (i) => toX(sorted[i][0]),
    at: (px) => nearest(sorted.map(([truth]) => toX(truth)), px),
    mark: (i) => mark &&
      fill(mark,
           i === null ? {visibility: "hidden"} : {visibility: "visible", cx: toX(sorted[i][0]), cy: toY(sorted[i][1])},
           []),
    reading: (i) => ({
      title: "sample",
      values: [
        {name: "true", text: shown(sorted[i][0])}, {name: "predicted", text: shown(sorted[i][1])},
        {name: "error", text: shown(sorted[i][1] - sorted[i][0])}
      ]
    }),
  });
  return result;
}

function regressionSection() {
  const regression = run.test?.regression;
  if (!regression) return null;
  const {points, worst} = regression;
  const rows =
    worst.map(({name, truth, predicted}) => [name, shown(truth), shown(predicted), shown(predicted - truth)]);
  const columns =
    [{text: "sample"}, {text: "true", number: true}, {text: "predicted", number: true}, {text: "error", number: true}];
  return [
    note(`${counted(run.test.count, `${run.test.name} sample`)}; a perfect model is on the dashed line.${
      points.length < run.test.count ? ` The chart shows ${count(points.length)} of them.` : ""}`),
    element(
      "div", {class: "columns"}, points.length > 0 ? scatterChart(points) : null,
      scrolling("Largest errors", table("The largest errors", columns, rows, {wide: true})))
  ];
}
