// The distributions of the weights and gradients of each parameter over the epochs.

/** Returns a small chart of quantiles over the epochs: 5 to 95 %, 25 to 75 %, and the median. */
function fanChart(title, kind, {epochs, quantiles, not_finite}) {
  const present = quantiles.map((q) => q !== null), level = (i) => quantiles.map((q) => (q === null ? null : q[i]));
  const range = extent([...level(1), ...level(5)]);
  if (range === null) return element("p", {}, "no finite value");
  const spanX = epochs.length > 1 ? [epochs[0], epochs.at(-1)] : [epochs[0] - 1, epochs[0] + 1],
        bounds = widened(range);
  const spanY = range[0] < 0 || range[0] === range[1] ? bounds : [Math.min(range[0], bounds[0]), bounds[1]];
  const band = (toX, toY, low, high) => {
    const known = epochs.map((epoch, i) => [epoch, quantiles[i]]).filter(([, q]) => q !== null);
    const up = known.map(([epoch, q]) => `${toX(epoch).toFixed(1)} ${toY(q[high]).toFixed(1)}`),
          down = known.map(([epoch, q]) => `${toX(epoch).toFixed(1)} ${toY(q[low]).toFixed(1)}`).reverse();
    return `M${[...up, ...down].join("L")}Z`;
  };
  let toX = null, marks = null;
  const svg = drawing(
    `${title} over epochs: the median ends at ${
      shown(level(3).findLast((value) => value !== null), 3)}. Left and right arrow keys read single epochs.`,
    (target, width) => {
      const height = 88, yTicks = ticks(...spanY, 3), box = {left: 58, right: width - 4, top: 6, bottom: height - 6};
      target.setAttribute("viewBox", `0 0 ${width} ${height}`);
      toX = scale(spanX, [box.left, box.right]);
      const toY = scale(spanY, [box.bottom, box.top]);
      fill(target, {}, [
        axes(box, toX, toY, [], yTicks, null),
        shape("path", {class: `area ${kind}`, d: band(toX, toY, 1, 5), opacity: 0.22}),
        shape("path", {class: `area ${kind}`, d: band(toX, toY, 2, 4), opacity: 0.38}), shape("path", {
          class: `line ${kind}`,
          d: path(epochs.map((epoch, i) => [toX(epoch), quantiles[i] === null ? null : toY(quantiles[i][3])]))
        })
      ]);
      if (present.filter(Boolean).length === 1) {
        const at = present.indexOf(true);
        target.append(shape("line", {
          class: `line ${kind}`,
          x1: toX(epochs[at]),
          x2: toX(epochs[at]),
          y1: toY(quantiles[at][1]),
          y2: toY(quantiles[at][5])
        }));
      }
      marks = shape("line", {class: "cursor", y1: box.top, y2: box.bottom, visibility: "hidden"});
      target.append(marks);
    });
  const result = element("figure", {}, svg);
  readable(result, svg, {
    count: epochs.length,
    place: (i) => toX(epochs[i]),
    at: (px) => nearest(epochs.map(toX), px),
    mark: (i) => marks &&
      fill(marks, i === null ? {visibility: "hidden"} : {visibility: "visible", x1: toX(epochs[i]), x2: toX(epochs[i])},
           []),
    reading: (i) => ({
      title: epochs[i] === 0 ? "before training" : `epoch ${count(epochs[i])}`,
      values: [
        ...(
          quantiles[i] === null ?
            [] :
            [["largest", 6], ["95 %", 5], ["75 %", 4], ["median", 3], ["25 %", 2], ["5 %", 1], ["smallest", 0]]
              .map(([name, q]) => ({name, text: shown(quantiles[i][q], 3)}))),
        ...(not_finite[i] > 0 ? [{name: "not finite", text: count(not_finite[i])}] : [])
      ]
    }),
  });
  return result;
}

/** Returns the name of the layer that has a parameter "5.weight". */
const layerOf = (parameter) =>
  (run.model?.rows.length > 1 ? run.model.rows[Number(parameter.split(".")[0])]?.[0] ?? null : null);

function distributionTable(series) {
  const columns = ["parameter", "epoch", "smallest", "5 %", "25 %", "median", "75 %", "95 %", "largest"].map(
    (text, i) => ({text, number: i > 0}));
  const rows = series.flatMap(
    ({parameter, values, gradient}) => [["", values], [", gradient", gradient]].flatMap(
      ([suffix, of]) => of.epochs.length === 0 ? [] : [[
        `${parameter}${suffix}`, count(of.epochs.at(-1)),
        ...(of.quantiles.at(-1) ?? Array(7).fill(null)).map((value) => shown(value, 3))
      ]]));
  return table("At the last recorded epoch", columns, rows);
}

function distributionSection() {
  const {series, total} = run.distributions ?? {};
  if (!series || series.length === 0) return null;
  const some =
    series.length < total ? ` The first ${count(series.length)} of ${count(total)} parameters are shown.` : "";
  return [
    note(`From before training on the left to epoch ${
      count(Math.max(...series.flatMap(
        ({values}) =>
          values
            .epochs)))} on the right: the dark band contains the middle half of the elements, the light band 90 %, the line is the median. The gradient is that of the last step of an epoch.${
      some}`),
    element(
      "div", {class: "fans"}, element("span", {class: "corner"}), element("span", {class: "heading values"}, "Values"),
      element("span", {class: "heading gradient"}, "Gradient"),
      series.map(
        ({parameter, elements, values, gradient}) =>
          [element(
             "div", {class: "name"}, element("h3", {}, parameter), element("p", {}, layerOf(parameter)),
             element("p", {}, counted(elements, "element"))),
           fanChart(`Values of ${parameter}`, "values", values),
           gradient.epochs.length > 0 ? fanChart(`Gradient of ${parameter}`, "gradient", gradient) :
                                        element("p", {}, "no gradient")])),
    folded("The last epoch as a table", distributionTable(series))
  ];
}
