// The confusion matrix, and the scores of each class.

const most_classes_with_counts = 14, most_classes_in_matrix = 100, most_confusions = 15;

/** Returns the sentence for a cell: "12 dog predicted as cat". */
const cellText = (truth, predicted, n) =>
  `${count(n)} of class ${run.classes[truth]} predicted as ${truth === predicted ? "it" : run.classes[predicted]}`;

/** Shows the samples of a cell below the matrix. */
function showCell(place, truth, predicted, n) {
  const kept = run.test.samples.filter((sample) => sample.truth === truth && sample.predicted === predicted);
  const correct = truth === predicted, order = correct ? "the least sure" : "the surest";
  const title = run.classes[truth] + (correct ? ", correct" : `, predicted as ${run.classes[predicted]}`);
  const shows = kept.length === n ? `All ${counted(n, "sample")} of this cell, ${order} first.` :
    kept.length === 0             ? `${counted(n, "sample")}; this report shows none of them.` :
                                    `${count(kept.length)} of ${counted(n, "sample")}, ${order} first.`;
  place.replaceChildren(element("h3", {}, title), note(shows), sampleList(kept, 4));
  announcer.textContent = `${title}: ${shows}`;
}

function confusionMatrix(place) {
  const classes = run.classes.length, dense = classes > most_classes_with_counts;
  const counts = new Map(run.test.confusion.map(([truth, predicted, n]) => [truth * classes + predicted, n]));
  const totals =
    run.classes.map((_, truth) => run.test.confusion.reduce((sum, [t, , n]) => sum + (t === truth ? n : 0), 0));
  let pressed = null;
  const cell = (truth, predicted) => {
    const n = counts.get(truth * classes + predicted) ?? 0, text = dense ? "" : count(n);
    const kind = truth === predicted ? "after" : "wrong",
          style = `--share: ${Math.sqrt(totals[truth] ? n / totals[truth] : 0).toFixed(3)}`;
    if (n === 0) return element("span", {class: `cell zero`}, dense ? "" : "0");
    const choose = (event) => {
      pressed?.setAttribute("aria-pressed", "false");
      pressed = event.currentTarget;
      pressed.setAttribute("aria-pressed", "true");
      showCell(place, truth, predicted, n);
    };
    return element(
      "button", {
        type: "button",
        class: `cell ${kind}`,
        style,
        "aria-pressed": "false",
        title: cellText(truth, predicted, n),
        "aria-label": cellText(truth, predicted, n),
        tabindex: dense ? -1 : null,
        click: choose
      },
      text);
  };
  const labelled = !dense || classes <= 40;
  return element(
    "table", {class: ["matrix", dense && "dense", labelled && "labelled"].filter(Boolean).join(" ")},
    element(
      "caption", {class: "hidden"}, "Confusion matrix: a row for each true class, a column for each predicted class"),
    element(
      "thead", {},
      element(
        "tr", {}, element("td", {}),
        element("th", {class: "axis-name", colspan: classes, scope: "colgroup"}, "predicted class")),
      dense ? null :
              element(
                "tr", {}, element("th", {class: "axis-name", scope: "col"}, "true class"),
                run.classes.map((name) => element("th", {scope: "col"}, name)))),
    element(
      "tbody", {},
      run.classes.map(
        (name, truth) => element(
          "tr", {},
          element(
            "th", {scope: "row", title: dense && name}, labelled ? name : element("span", {class: "hidden"}, name)),
          run.classes.map((_, predicted) => element("td", {}, cell(truth, predicted)))))));
}

/** Returns the most frequent confusions as a table whose counts are buttons, for many classes. */
function confusionList(place) {
  const wrong = run.test.confusion.filter(([truth, predicted]) => truth !== predicted)
                  .sort((a, b) => b[2] - a[2])
                  .slice(0, most_confusions);
  if (wrong.length === 0) return null;
  const rows = wrong.map(
    ([truth, predicted, n]) =>
      [run.classes[truth], run.classes[predicted],
       element(
         "button", {
           type: "button",
           class: "quiet",
           "aria-label": cellText(truth, predicted, n),
           click: () => showCell(place, truth, predicted, n)
         },
         count(n))]);
  return scrolling(
    "Most frequent confusions",
    table(
      "The most frequent confusions",
      [{text: "true class"}, {text: "predicted class"}, {text: "samples", number: true}], rows));
}

function classSection() {
  if (!run.test?.confusion) return null;
  const classes = run.classes.length, place = element("div", {class: "chosen"});
  const scores = run.test.scores.map(
    (row, i) => [run.classes[i], percent(row[0]), percent(row[1]), fixed(row[2], 3), count(row[3])]);
  const columns = [
    {text: "class"}, {text: "precision", number: true}, {text: "recall", number: true}, {text: "F1", number: true},
    {text: "samples", number: true}
  ];
  const left = run.test.left_out ? ` ${counted(run.test.left_out, "sample")} with outputs that are not finite ${
                                     run.test.left_out === 1 ? "is" : "are"} left out.` :
                                   "";
  return [
    note(`${count(run.test.correct)} of ${
      counted(
        run.test.count,
        `${
          run.test
            .name} sample`)} are predicted correctly. The darker a cell, the larger its share of its row. Choose a cell to see samples of it.${
      left}`),
    element(
      "div", {class: "columns"},
      classes <= most_classes_in_matrix ? scrolling("Confusion matrix", confusionMatrix(place)) : null,
      classes > most_classes_with_counts ?
        confusionList(place) :
        scrolling("Scores of each class", table("Scores of each class", columns, scores))),
    place,
    classes > most_classes_with_counts ?
      folded("Scores of each class", table(counted(classes, "class", "classes"), columns, scores)) :
      null
  ];
}
