// The calibration of the probabilities: reliability diagrams and errors, before and after temperature scaling.

/** Returns a reliability diagram: the accuracy of each bin of confidence, and below it the number of samples. */
function reliabilityChart(title, kind, {bins, expected, maximum}) {
  const full = bins.filter(({count: n}) => n > 0), most = Math.max(...full.map(({count: n}) => n));
  let toX = null, marks = null;
  const svg = drawing(
    `${title}: expected calibration error ${percent(expected)}, largest error ${
      percent(maximum)}. Left and right arrow keys read the bins.`,
    (target, width) => {
      const height = Math.max(250, Math.min(370, width * 0.72)),
            box = {left: 62, right: width - 10, top: 10, bottom: height - 92};
      target.setAttribute("viewBox", `0 0 ${width} ${height}`);
      toX = scale([0, 1], [box.left, box.right]);
      const toY = scale([0, 1], [box.bottom, box.top]), tenths = [0, 0.2, 0.4, 0.6, 0.8, 1],
            whole = (value) => `${Math.round(100 * value)} %`;
      fill(target, {}, axes(box, toX, toY, tenths, tenths, null, whole, whole));
      const base = height - 26, toCount = scale([0, most], [0, 34]);
      for (const {low, high, count: n, accuracy, confidence} of full) {
        const x = toX(low) + 1, w = toX(high) - toX(low) - 2;
        target.append(
          shape("rect", {
            class: `area ${kind}`,
            x,
            width: w,
            y: toY(accuracy),
            height: toY(0) - toY(accuracy),
            rx: 1.5,
            opacity: 0.55
          }),
          shape("line", {
            class: `line ${kind}`,
            x1: toX(confidence),
            x2: toX(confidence),
            y1: toY(accuracy),
            y2: toY(confidence),
            opacity: 0.9
          }),
          shape("rect", {class: "area before", x, width: w, y: base - toCount(n), height: toCount(n), opacity: 0.45}));
      }
      fill(target, {}, [
        shape("line", {class: "diagonal", x1: toX(0), y1: toY(0), x2: toX(1), y2: toY(1)}),
        shape("line", {class: "axis", x1: box.left, x2: box.right, y1: base, y2: base}),
        shape("text", {x: box.left - 8, y: base, "text-anchor": "end"}, "samples"),
        shape("text", {x: box.right, y: height - 6, "text-anchor": "end"}, "confidence"),
        shape("text", {x: box.left + 8, y: box.top + 14}, "accuracy")
      ]);
      marks = shape(
        "rect",
        {class: "cursor", fill: "none", y: box.top, height: box.bottom - box.top, width: 0, visibility: "hidden"});
      target.append(marks);
    });
  const result = figure(title, [], svg);
  readable(result, svg, {
    count: full.length,
    place: (i) => toX((full[i].low + full[i].high) / 2),
    at: (px) => nearest(full.map(({low, high}) => toX((low + high) / 2)), px),
    mark: (i) => marks &&
      fill(marks,
           i === null ? {visibility: "hidden"} :
                        {visibility: "visible", x: toX(full[i].low), width: toX(full[i].high) - toX(full[i].low)},
           []),
    reading: (i) => ({
      title: `confidence ${percent(full[i].low, 0)} to ${percent(full[i].high, 0)}`,
      values: [
        {name: "mean confidence", text: percent(full[i].confidence)},
        {name: "accuracy", kind, text: percent(full[i].accuracy)}, {name: "samples", text: count(full[i].count)}
      ]
    }),
  });
  return result;
}

function calibrationSection() {
  const calibration = run.test?.calibration;
  if (!calibration) return null;
  const {temperature, before, after} = calibration;
  const kinds = [
    ["Before temperature scaling", "before", before, 1], ["After temperature scaling", "after", after, temperature]
  ].filter(([, , scores]) => scores);
  const rows = kinds.map(
    ([name, , scores, t]) =>
      [name, fixed(t, 3), percent(scores.expected, 2), percent(scores.maximum, 2), fixed(scores.log_loss, 4),
       fixed(scores.brier, 4)]);
  const columns = ["", "temperature", "expected error", "largest error", "log loss", "Brier score"].map(
    (text, i) => ({text: text || "probabilities", number: i > 0}));
  const bins = kinds.flatMap(
    ([name, , scores]) => scores.bins.filter(({count: n}) => n > 0)
                            .map(
                              (bin) =>
                                [`${name}, ${percent(bin.low, 0)} to ${percent(bin.high, 0)}`, count(bin.count),
                                 percent(bin.confidence), percent(bin.accuracy)]));
  return [
    note(
      "Of the predictions with 80 % confidence, 80 % should be correct: the bars should end on the dashed line. The thin line in a bar leads from its accuracy to its mean confidence. ",
      after ? `Temperature scaling divides the logits by ${fixed(temperature, 3)}; it changes no prediction.` :
              "No temperature was fitted in this run."),
    element(
      "div", {class: "charts"},
      kinds.map(([name, kind, scores]) => reliabilityChart(after ? name : "Reliability", kind, scores))),
    element(
      "div", {style: "margin-top: 1.5rem"},
      scrolling("Calibration errors", table("Calibration on the " + run.test.name + " samples", columns, rows))),
    folded(
      "The bins as a table",
      table(
        "Bins that are not empty",
        [
          {text: "bin"}, {text: "samples", number: true}, {text: "mean confidence", number: true},
          {text: "accuracy", number: true}
        ],
        bins))
  ];
}
