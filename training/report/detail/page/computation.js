// The whole computation of a classifier, with the numbers: logits -> softmax -> cross-entropy against the one-hot
// truth.

const most_rows = 10, largest_exponent = 50;

/** Computes softmax and cross-entropy of logits z: exponentials e^(z - shift), their sum, p and the loss in nats. */
function softmaxSteps(logits, truth) {
  const largest = Math.max(...logits), shift = Math.max(...logits.map(Math.abs)) > largest_exponent ? largest : 0;
  const powers = logits.map((z) => Math.exp(z - shift)), sum = powers.reduce((a, b) => a + b, 0);
  const others = logits.reduce((sum, z, c) => sum + (c === truth ? 0 : Math.exp(z - logits[truth])), 0);
  const total = logits.reduce((sum, z) => sum + Math.exp(z - largest), 0);
  const loss = others < 1 ? Math.log1p(others) : Math.log(total) + largest - logits[truth];
  return {shift, powers, sum, p: powers.map((power) => power / sum), loss};
}

/**
 * Returns how the probability of the true class and the loss are written, so that −ln of the one text is the other:
 * with as few decimals of p as give two to four digits of the loss. A p that is almost 0 or 1 is written as e^−860 or
 * (1 − 4.1e−15).
 */
function agreeing(p, loss) {
  for (let decimals = 4; decimals <= 12; ++decimals)
    for (const digits of [4, 3, 2]) {
      const value = Number(p.toFixed(decimals));
      if (value > 0 && value < 1 && (-Math.log(value)).toPrecision(digits) === loss.toPrecision(digits))
        return {decimals, p: () => fixed(p, decimals), loss: shown(loss, digits)};
    }
  if (loss === 0) return {decimals: 4, p: () => "1", loss: "0"};
  const almostOne = () => `(1 − ${shown(-Math.expm1(-loss))})`,
        almostZero = () => ["e", element("sup", {}, shown(-loss))];
  return {decimals: 4, p: p > 0.5 ? almostOne : almostZero, loss: shown(loss)};
}

/**
 * Returns how exponentials with this sum are written: with four decimals, so that they align, or rounded if they are
 * large.
 */
const powerText = (sum) =>
  (sum < 1e5 ? (value) => (value >= 5e-5 || value === 0 ? fixed(value, 4) : shown(value, 3)) : shown);

/** Returns the formulas with the numbers inserted. */
function formulas(example, {shift, powers, sum, p, loss}, logits) {
  const t = example.truth, written = agreeing(p[t], loss), name = run.classes[t], power = powerText(sum),
        exponential =
          (z) => ["e", element("sup", {}, shift === 0 ? fixed(z, 3) : `${fixed(z, 3)} − ${fixed(shift, 3)}`)];
  const divisor = logits.length <= 4 ? [" / (", logits.map((z, c) => [c > 0 ? " + " : "", exponential(z)]), ")"] :
                                       [" / Σ ", "e", element("sup", {}, shift === 0 ? "z" : `z − ${fixed(shift, 3)}`)];
  const variable = (text) => element("var", {}, text);
  return element(
    "ul", {class: "formula"},
    element(
      "li", {}, variable("p"), `(${name}) = `, exponential(logits[t]), ...divisor,
      ` = ${power(powers[t])} / ${power(sum)} = `, written.p()),
    element(
      "li", {}, variable("L"), " = −Σ ", variable("t"), " ln ", variable("p"), " = −ln ", written.p(),
      ` = ${written.loss} nats`));
}

/** Returns the table of one computation: a row for each class, or for the most probable classes and the rest. */
function computationTable(example, logits, steps, order) {
  const {shift, powers, sum, p, loss} = steps, t = example.truth, power = powerText(sum),
                                written = agreeing(p[t], loss);
  const rows = order.map(
    (c) =>
      [run.classes[c], fixed(logits[c], 3), power(powers[c]), fixed(p[c], written.decimals), c === t ? "1" : "0",
       c === t ? written.loss : "0"]);
  const rest = logits.length - order.length;
  if (rest > 0) {
    const inOrder = order.reduce((total, c) => total + powers[c], 0);
    rows.push([
      counted(rest, "other class", "other classes"), "", power(sum - inOrder),
      fixed(Math.max(0, (sum - inOrder) / sum), written.decimals), "0", "0"
    ]);
  }
  const columns = [
    {text: "class"}, {text: "logit z", number: true}, {text: shift === 0 ? "exp z" : "exp(z − max)", number: true},
    {text: "softmax p", number: true}, {text: "truth t", number: true}, {text: "−t ln p", number: true}
  ];
  return table("", columns, rows, {
    wide: true,
    foot: ["sum", "", power(sum), "1", "1", written.loss],
    rowClass: (r) => (order[r] === t ? "truth" : null)
  });
}

function exampleBlock(example, number) {
  const before = softmaxSteps(example.before, example.truth), after = softmaxSteps(example.after, example.truth);
  const byProbability = run.classes.map((_, c) => c).sort((a, b) => after.p[b] - after.p[a]);
  const chosen = new Set([example.truth, ...byProbability].slice(0, most_rows));
  const order = run.classes.map((_, c) => c).filter((c) => chosen.has(c));
  const part = (title, kind, steps, logits) => {
    const content = computationTable(example, logits, steps, order);
    content.querySelector("caption").append(element("span", {class: "hidden"}, `${title}: from logits to loss`));
    return element(
      "div", {}, element("h4", {class: kind}, title), scrolling(`${title}, sample ${number}`, content),
      formulas(example, steps, logits));
  };
  const image = sampleImage(example, `${sampleName(example)}: ${run.classes[example.truth]}`);
  return element(
    "div", {class: image ? "example" : "example plain"},
    element(
      "div", {}, image, element("h3", {}, `Sample ${number}: ${run.classes[example.truth]}`),
      element("p", {class: "file"}, breakable(sampleName(example))), featureTable(example)),
    element(
      "div", {class: "steps"}, part("Before training", "before", before, example.before),
      part("After training", "after", after, example.after)));
}

function computationSection() {
  if (!run.examples || run.examples.length === 0) return null;
  return [
    note(
      "The last layer gives a logit z for each class. Softmax makes probabilities of them, p = exp z / Σ exp z. The cross-entropy compares these with the one-hot truth t, which is 1 for the true class and 0 for the others."),
    run.examples.map((example, i) => exampleBlock(example, i + 1))
  ];
}
