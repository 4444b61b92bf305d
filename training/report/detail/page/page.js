// The sections of the page in their order, the key numbers, the navigation and the switch between light and dark.

function keyNumbers() {
  const {columns, rows, best} = run.history, test = run.test,
                        at = (row, name) => (columns.includes(name) ? row?.[columns.indexOf(name)] ?? null : null);
  const last = rows.at(-1), chosen = best === null ? last : rows[best], numbers = [];
  const add = (name, text) =>
    text !== "–" && numbers.push(element("div", {}, element("dt", {}, name), element("dd", {}, text)));
  if (test?.confusion) {
    add(`${test.name} accuracy`, percent(test.accuracy));
    add(`${test.name} log loss`, fixed((test.calibration.after ?? test.calibration.before).log_loss, 3));
    add("expected calibration error", percent((test.calibration.after ?? test.calibration.before).expected));
  }
  if (test?.regression) {
    add("R²", fixed(test.regression.r2, 3));
    add("root mean squared error", shown(test.regression.rmse));
    add("mean absolute error", shown(test.regression.mae));
  }
  if (chosen) {
    add(
      best === null ? "training loss" : "validation loss, best epoch",
      shown(at(chosen, best === null ? "loss" : "validation loss")));
    add(
      "epochs",
      at(last, "epoch") === null ? "–" :
        best === null || at(chosen, "epoch") === at(last, "epoch") ?
                                   count(at(last, "epoch")) :
                                   `${count(at(last, "epoch"))}, best ${count(at(chosen, "epoch"))}`);
    add("training time", duration(at(last, "seconds")));
  }
  if (run.model) add("parameters", count(run.model.parameters));
  return numbers.length > 0 ? element("dl", {class: "numbers"}, numbers) : null;
}

function modelSection() {
  if (!run.model) return null;
  const columns = [{text: "#"}, {text: "layer"}, {text: "output"}, {text: "parameters", number: true}];
  const rows = run.model.rows.map(([layer, output, parameters], i) => [count(i), layer, output, count(parameters)]);
  return [scrolling("Layers of the model", table(`For an input of ${run.model.input}`, columns, rows, {
                      foot: ["", "total", "", count(run.model.parameters)],
                      wide: true,
                      kind: "numbered",
                      rowClass: (r) => (run.model.rows[r][2] === 0 ? "without" : null)
                    }))];
}

function settingsSection() {
  const entries = (title, list) =>
    (list.length === 0 ?
       null :
       element(
         "div", {}, element("h3", {}, title),
         scrolling(title, table("", [{text: "name"}, {text: "value"}], list, {wide: true, kind: "pairs"}))));
  const settings = run.seed === null || run.settings.some(([name]) => name === "seed") ?
    run.settings :
    [["seed", run.seed], ...run.settings];
  const copy = element(
    "button", {
      type: "button",
      class: "quiet",
      click: () => navigator.clipboard?.writeText(run.command).then(() => {
        announcer.textContent = copy.textContent = "Copied";
      })
    },
    "Copy");
  const command = run.command === "" ? null : [
    element("h3", {}, "The command that makes this run again"),
    element("div", {class: "command"}, element("code", {}, run.command), copy)
  ];
  const parts = [
    entries("Settings", settings),
    element(
      "div", {}, entries("Machine", run.machine), element("div", {style: "height: 1.5rem"}),
      entries("Versions", run.versions))
  ];
  if (!command && settings.length === 0 && run.machine.length === 0 && run.versions.length === 0) return null;
  return [command, element("div", {class: "columns"}, parts)];
}

/** Returns the button that goes from the system's choice to light and to dark. */
function themeButton() {
  const names = ["auto", "light", "dark"], button = element("button", {type: "button", class: "quiet"});
  const apply = (name) => {
    if (name === "auto")
      delete document.documentElement.dataset.theme;
    else
      document.documentElement.dataset.theme = name;
    button.textContent = `Theme: ${name}`;
    button.dataset.theme = name;
  };
  button.addEventListener("click", () => {
    const next = names[(names.indexOf(button.dataset.theme) + 1) % names.length];
    apply(next);
    try {
      localStorage.setItem("minnow-theme", next);
    } catch { /* a page without storage */
    }
  });
  let stored = null;
  try {
    stored = localStorage.getItem("minnow-theme");
  } catch { /* a page without storage */
  }
  apply(names.includes(stored) ? stored : "auto");
  return button;
}

const sections = [
  ["numbers", "Key numbers", keyNumbers], ["history", "Learning curves", historySection, "Curves"],
  ["classes", "Confusion matrix", classSection, "Confusion"], ["regression", "Predictions", regressionSection],
  ["calibration", "Calibration", calibrationSection], ["mistakes", "Surest mistakes", mistakeSection, "Mistakes"],
  ["filters", "Filters of the first convolution", filterSection, "Filters"],
  ["computation", "From logits to loss", computationSection, "Logits to loss"],
  ["distributions", "Weights and gradients", distributionSection], ["model", "Model", modelSection],
  ["settings", "Settings", settingsSection]
];

const main = document.querySelector("main"), links = element("ul");
for (const [id, title, make, link = title] of sections) {
  const content = make();
  if (content === null) continue;
  main.append(element(
    "section", {id, "aria-labelledby": `${id}-title`},
    element("h2", {id: `${id}-title`, class: id === "numbers" && "hidden"}, title), content));
  if (id !== "numbers") links.append(element("li", {}, element("a", {href: `#${id}`}, link)));
}
document.querySelector("nav").append(element("div", {}, links, themeButton()));
if (links.childElementCount === 0) main.append(note("Nothing was recorded of this run."));
main.append(announcer);
drawAll();
focusScrolling();
addEventListener("resize", focusScrolling);
document.querySelectorAll("details").forEach((details) => details.addEventListener("toggle", focusScrolling));
