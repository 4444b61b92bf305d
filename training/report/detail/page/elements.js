"use strict";

// Elements of the page, texts and tables. Every text of the run becomes a text node, so that no name is read as HTML.

const run = JSON.parse(document.getElementById("run").textContent);

/** Returns `node` with these attributes and children. An attribute that is null or false is left out. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function")
      node.addEventListener(name, value);
    else
      node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

const element = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const shape = (name, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

const minus = (text) => text.replaceAll("-", "−");

/** Returns a number with `digits` significant digits; a dash for a value that was not measured. */
function shown(value, digits = 4) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return minus(`${Number(mantissa)}e${Number(exponent)}`);
  }
  if (Number.isInteger(value)) return minus(value.toLocaleString("en-US"));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return minus(value.toFixed(Math.min(decimals, 8)));
}

/** Returns a number with `decimals` decimals. A tie goes to the even digit, as in the texts that C++ writes. */
function fixed(value, decimals) {
  if (value === null || !Number.isFinite(value)) return "–";
  const tie = Number.isInteger(value * 2 ** (decimals + 1)) && Math.abs((value * 10 ** decimals) % 1) === 0.5;
  return minus((tie ? (2 * Math.round((value * 10 ** decimals) / 2)) / 10 ** decimals : value).toFixed(decimals));
}
const percent = (value, decimals = 1) => (value === null ? "–" : `${fixed(100 * value, decimals)} %`);
const count = (value) => value.toLocaleString("en-US");

/** Returns a duration such as "8 min 05 s". */
function duration(seconds) {
  if (seconds === null) return "–";
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds), two = (value) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Returns "1 epoch" or "3 epochs". */
const counted = (value, noun, plural = `${noun}s`) => `${count(value)} ${value === 1 ? noun : plural}`;

/**
 * Returns a table. columns: [{text, number}], where `number` aligns to the right; rows: lists of texts or nodes, whose
 * first one is the header of the row.
 */
function table(caption, columns, rows, {foot = null, wide = false, kind = null, rowClass = () => null} = {}) {
  const cells = (row, name) => row.map(
    (cell, i) => element(i === 0 ? "th" : "td", {class: columns[i].number && "number", scope: i === 0 && name}, cell));
  return element(
    "table", {class: [wide && "wide", kind].filter(Boolean).join(" ") || null}, element("caption", {}, caption),
    element(
      "thead", {},
      element(
        "tr", {},
        columns.map((column) => element("th", {scope: "col", class: column.number && "number"}, column.text)))),
    element("tbody", {}, rows.map((row, r) => element("tr", {class: rowClass(r)}, cells(row, "row")))),
    foot && element("tfoot", {}, element("tr", {}, cells(foot, "row"))));
}

/** Returns `content` in a box that scrolls sideways, also by keyboard. */
const scrolling = (label, content) =>
  element("div", {class: "scroll", role: "group", "aria-label": label}, content);

/** Makes the boxes that scroll now reachable by keyboard, and no other. */
function focusScrolling() {
  for (const box of document.querySelectorAll(".scroll"))
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
}

/** Returns `content` behind a line that opens it: the table of a chart. */
const folded = (title, content) => element("details", {}, element("summary", {}, title), scrolling(title, content));

/** Returns a path with places where a line may break. */
const breakable = (text) => text.split(/(?<=[/_])/).flatMap((part, i) => (i === 0 ? [part] : [element("wbr"), part]));

const note = (...texts) => element("p", {class: "note"}, ...texts);
