// The confusion matrix, the scores of each class, and the calibration of the probabilities.

const most_classes_with_counts = 14, most_classes_in_matrix = 100, most_confusions = 15;

/** Returns the sentence for a cell: "12 dog predicted as cat". */
const cellText = (truth, predicted, n) => `${count(n)} of class ${run.classes[truth]} predicted as ${truth === predicted ? "it" : run.classes[predicted]}`;

/** Shows the samples of a cell below the matrix. */
function showCell(place, truth, predicted, n) {
  const kept = run.test.samples.filter((sample) => sample.truth === truth && sample.predicted === predicted);
  place.replaceChildren(
    element("h3", {}, truth === predicted ? `${run.classes[truth]}, correct` : `${run.classes[truth]}, predicted as ${run.classes[predicted]}`),
    note(kept.length === n ? `All ${counted(n, "sample")} of this cell.` : kept.length === 0 ? `${counted(n, "sample")}; this report shows none of them.`
      : `${count(kept.length)} of ${counted(n, "sample")}, ${truth === predicted ? "the least sure" : "the surest"} first.`),
    sampleList(kept, 4));
}

function confusionMatrix(place) {
  const classes = run.classes.length, dense = classes > most_classes_with_counts;
  const counts = new Map(run.test.confusion.map(([truth, predicted, n]) => [truth * classes + predicted, n]));
  const totals = run.classes.map((_, truth) => run.test.confusion.reduce((sum, [t, , n]) => sum + (t === truth ? n : 0), 0));
  let pressed = null;
  const cell = (truth, predicted) => {
    const n = counts.get(truth * classes + predicted) ?? 0, text = dense ? "" : count(n);
    const kind = truth === predicted ? "after" : "wrong", style = `--share: ${Math.sqrt(totals[truth] ? n / totals[truth] : 0).toFixed(3)}`;
    if (n === 0) return element("span", {class: `cell zero`}, dense ? "" : "0");
    const choose = (event) => {
      pressed?.setAttribute("aria-pressed", "false");
      pressed = event.currentTarget;
      pressed.setAttribute("aria-pressed", "true");
      showCell(place, truth, predicted, n);
    };
    return element("button", {type: "button", class: `cell ${kind}`, style, "aria-pressed": "false", title: cellText(truth, predicted, n),
      "aria-label": cellText(truth, predicted, n), tabindex: dense ? -1 : null, click: choose}, text);
  };
  const labelled = !dense || classes <= 40;
  return element("table", {class: ["matrix", dense && "dense", labelled && "labelled"].filter(Boolean).join(" ")},
    element("caption", {class: "hidden"}, "Confusion matrix: a row for each true class, a column for each predicted class"),
    element("thead", {},
      element("tr", {}, element("td", {}), element("th", {class: "axis-name", colspan: classes, scope: "colgroup"}, "predicted class")),
      dense ? null : element("tr", {}, element("th", {class: "axis-name", scope: "col"}, "true class"), run.classes.map((name) => element("th", {scope: "col"}, name)))),
    element("tbody", {}, run.classes.map((name, truth) => element("tr", {},
      element("th", {scope: "row", title: dense && name}, labelled ? name : element("span", {class: "hidden"}, name)),
      run.classes.map((_, predicted) => element("td", {}, cell(truth, predicted)))))));
}

/** Returns the most frequent confusions as a table whose counts are buttons, for many classes. */
function confusionList(place) {
  const wrong = run.test.confusion.filter(([truth, predicted]) => truth !== predicted).sort((a, b) => b[2] - a[2]).slice(0, most_confusions);
  if (wrong.length === 0) return null;
  const rows = wrong.map(([truth, predicted, n]) => [run.classes[truth], run.classes[predicted],
    element("button", {type: "button", class: "quiet", "aria-label": cellText(truth, predicted, n), click: () => showCell(place, truth, predicted, n)}, count(n))]);
  return scrolling("Most frequent confusions", table("The most frequent confusions", [{text: "true class"}, {text: "predicted class"}, {text: "samples", number: true}], rows));
}

function classSection() {
  if (!run.test?.confusion) return null;
  const classes = run.classes.length, place = element("div", {class: "chosen", "aria-live": "polite"});
  const scores = run.test.scores.map((row, i) => [run.classes[i], percent(row[0]), percent(row[1]), fixed(row[2], 3), count(row[3])]);
  const columns = [{text: "class"}, {text: "precision", number: true}, {text: "recall", number: true}, {text: "F1", number: true}, {text: "samples", number: true}];
  const left = run.test.left_out ? ` ${counted(run.test.left_out, "sample")} with outputs that are not finite ${run.test.left_out === 1 ? "is" : "are"} left out.` : "";
  return [note(`${count(run.test.correct)} of ${counted(run.test.count, `${run.test.name} sample`)} are predicted correctly. The darker a cell, the larger its share of its row. Choose a cell to see samples of it.${left}`),
    element("div", {class: "columns"},
      classes <= most_classes_in_matrix ? scrolling("Confusion matrix", confusionMatrix(place)) : null,
      classes > most_classes_with_counts ? confusionList(place) : scrolling("Scores of each class", table("Scores of each class", columns, scores))),
    place,
    classes > most_classes_with_counts ? folded("Scores of each class", table(counted(classes, "class", "classes"), columns, scores)) : null];
}

/** Returns a reliability diagram: the accuracy of each bin of confidence, and below it the number of samples. */
function reliabilityChart(title, kind, {bins, expected, maximum}) {
  const full = bins.filter(({count: n}) => n > 0), most = Math.max(...full.map(({count: n}) => n));
  let toX = null, marks = null;
  const svg = drawing(`${title}: expected calibration error ${percent(expected)}, largest error ${percent(maximum)}. Left and right arrow keys read the bins.`, (target, width) => {
    const height = Math.max(250, Math.min(370, width * 0.72)), box = {left: 62, right: width - 10, top: 10, bottom: height - 92};
    target.setAttribute("viewBox", `0 0 ${width} ${height}`);
    toX = scale([0, 1], [box.left, box.right]);
    const toY = scale([0, 1], [box.bottom, box.top]), tenths = [0, 0.2, 0.4, 0.6, 0.8, 1], whole = (value) => `${Math.round(100 * value)} %`;
    fill(target, {}, axes(box, toX, toY, tenths, tenths, null, whole, whole));
    const base = height - 26, toCount = scale([0, most], [0, 34]);
    for (const {low, high, count: n, accuracy, confidence} of full) {
      const x = toX(low) + 1, w = toX(high) - toX(low) - 2;
      target.append(
        shape("rect", {class: `area ${kind}`, x, width: w, y: toY(accuracy), height: toY(0) - toY(accuracy), rx: 1.5, opacity: 0.55}),
        shape("line", {class: `line ${kind}`, x1: toX(confidence), x2: toX(confidence), y1: toY(accuracy), y2: toY(confidence), opacity: 0.9}),
        shape("rect", {class: "area before", x, width: w, y: base - toCount(n), height: toCount(n), opacity: 0.45}));
    }
    fill(target, {}, [
      shape("line", {class: "diagonal", x1: toX(0), y1: toY(0), x2: toX(1), y2: toY(1)}),
      shape("line", {class: "axis", x1: box.left, x2: box.right, y1: base, y2: base}),
      shape("text", {x: box.left - 8, y: base, "text-anchor": "end"}, "samples"),
      shape("text", {x: box.right, y: height - 6, "text-anchor": "end"}, "confidence"),
      shape("text", {x: box.left + 8, y: box.top + 14}, "accuracy")]);
    marks = shape("rect", {class: "cursor", fill: "none", y: box.top, height: box.bottom - box.top, width: 0, visibility: "hidden"});
    target.append(marks);
  });
  const result = figure(title, [], svg);
  readable(result, svg, {
    count: full.length,
    place: (i) => toX((full[i].low + full[i].high) / 2),
    at: (px) => full.reduce((found, bin, i) => (Math.abs(toX((bin.low + bin.high) / 2) - px) < Math.abs(toX((full[found].low + full[found].high) / 2) - px) ? i : found), 0),
    mark: (i) => marks && fill(marks, i === null ? {visibility: "hidden"} : {visibility: "visible", x: toX(full[i].low), width: toX(full[i].high) - toX(full[i].low)}, []),
    reading: (i) => ({title: `confidence ${percent(full[i].low, 0)} to ${percent(full[i].high, 0)}`, values: [
      {name: "mean confidence", text: percent(full[i].confidence)}, {name: "accuracy", kind, text: percent(full[i].accuracy)}, {name: "samples", text: count(full[i].count)}]}),
  });
  return result;
}

function calibrationSection() {
  const calibration = run.test?.calibration;
  if (!calibration) return null;
  const {temperature, before, after} = calibration;
  const kinds = [["Before temperature scaling", "before", before, 1], ["After temperature scaling", "after", after, temperature]].filter(([, , scores]) => scores);
  const rows = kinds.map(([name, , scores, t]) => [name, fixed(t, 3), percent(scores.expected, 2), percent(scores.maximum, 2), fixed(scores.log_loss, 4), fixed(scores.brier, 4)]);
  const columns = ["", "temperature", "expected error", "largest error", "log loss", "Brier score"].map((text, i) => ({text: text || "probabilities", number: i > 0}));
  const bins = kinds.flatMap(([name, , scores]) => scores.bins.filter(({count: n}) => n > 0).map((bin) =>
    [`${name}, ${percent(bin.low, 0)} to ${percent(bin.high, 0)}`, count(bin.count), percent(bin.confidence), percent(bin.accuracy)]));
  return [note("Of the predictions with 80 % confidence, 80 % should be correct: the bars should end on the dashed line. The thin line in a bar leads from its accuracy to its mean confidence. ",
      after ? `Temperature scaling divides the logits by ${fixed(temperature, 3)}; it changes no prediction.` : "No temperature was fitted in this run."),
    element("div", {class: "charts"}, kinds.map(([name, kind, scores]) => reliabilityChart(after ? name : "Reliability", kind, scores))),
    element("div", {style: "margin-top: 1.5rem"}, scrolling("Calibration errors", table("Calibration on the " + run.test.name + " samples", columns, rows))),
    folded("The bins as a table", table("Bins that are not empty", [{text: "bin"}, {text: "samples", number: true}, {text: "mean confidence", number: true}, {text: "accuracy", number: true}], bins))];
}
