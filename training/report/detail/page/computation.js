// The whole computation of a classifier, with the numbers: logits -> softmax -> cross-entropy against the one-hot
// truth.

const most_rows = 10, largest_exponent = 50;

/** Computes softmax and cross-entropy of logits z: exponentials e^(z - shift), their sum, p and the loss in nats. */
function softmaxSteps(logits, truth) {
  const largest = Math.max(...logits), shift = Math.max(...logits.map(Math.abs)) > largest_exponent ? largest : 0;
  const powers = logits.map((z) => Math.exp(z - shift)), sum = powers.reduce((a, b) => a + b, 0);
  const others = logits.reduce((total, z, c) => total + (c === truth ? 0 : Math.exp(z - logits[truth])), 0);
  return {shift, powers, sum, p: powers.map((power) => power / sum), loss: Math.log1p(others)};
}

/**
 * Returns the number of decimals that the logarithm of p needs, so that −ln of the text agrees with the loss: 0.9432,
 * 0.99996.
 */
function decimalsOf(p) {
  const distance = Math.min(p, 1 - p);
  return distance === 0 ? 4 : Math.min(12, Math.max(4, 2 - Math.floor(Math.log10(distance))));
}

/** Returns the probability of the true class; one that rounds to 0 or 1 is written by its distance: 1 − 4.1e−15. */
function truthText(p, loss) {
  const text = fixed(p, decimalsOf(p));
  return Number(text) === 0        ? shown(Math.exp(-loss), 3) :
    Number(text) === 1 && loss > 0 ? `(1 − ${shown(-Math.expm1(-loss), 3)})` :
                                     text;
}

/**
 * Returns how exponentials with this sum are written: with four decimals, so that they align, or rounded if they are
 * large.
 */
const powerText = (sum) =>
  (sum < 1e5 ? (value) => (value >= 5e-5 || value === 0 ? fixed(value, 4) : shown(value, 3)) : shown);

/** Returns the formulas with the numbers inserted. */
function formulas(example, {shift, powers, sum, p, loss}, logits) {
  const t = example.truth, name = run.classes[t], power = powerText(sum),
        exponential =
          (z) => ["e", element("sup", {}, shift === 0 ? fixed(z, 3) : `${fixed(z, 3)} − ${fixed(shift, 3)}`)];
  const written = logits.length <= 4 ? [" / (", logits.map((z, c) => [c > 0 ? " + " : "", exponential(z)]), ")"] :
                                       [" / Σ ", "e", element("sup", {}, shift === 0 ? "z" : `z − ${fixed(shift, 3)}`)];
  const variable = (text) => element("var", {}, text);
  return element(
    "ul", {class: "formula"},
    element(
      "li", {}, variable("p"), `(${name}) = `, exponential(logits[t]), ...written,
      ` = ${power(powers[t])} / ${power(sum)} = ${truthText(p[t], loss)}`),
    element(
      "li", {}, variable("L"), " = −Σ ", variable("t"), " ln ", variable("p"),
      ` = −ln ${truthText(p[t], loss)} = ${shown(loss)} nats`));
}

/** Returns the table of one computation: a row for each class, or for the most probable classes and the rest. */
function computationTable(example, logits, steps, order) {
  const {shift, powers, sum, p, loss} = steps, t = example.truth, power = powerText(sum), decimals = decimalsOf(p[t]);
  const rows = order.map(
    (c) =>
      [run.classes[c], fixed(logits[c], 3), power(powers[c]), fixed(p[c], decimals), c === t ? "1" : "0",
       c === t ? shown(loss) : "0"]);
  const rest = logits.length - order.length;
  if (rest > 0) {
    const inOrder = order.reduce((total, c) => total + powers[c], 0);
    rows.push([
      counted(rest, "other class", "other classes"), "", power(sum - inOrder),
      fixed(Math.max(0, (sum - inOrder) / sum), decimals), "0", "0"
    ]);
  }
  const columns = [
    {text: "class"}, {text: "logit z", number: true}, {text: shift === 0 ? "exp z" : "exp(z − max)", number: true},
    {text: "softmax p", number: true}, {text: "truth t", number: true}, {text: "−t ln p", number: true}
  ];
  return table("", columns, rows, {
    wide: true,
    foot: ["sum", "", power(sum), "1", "1", shown(loss)],
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
