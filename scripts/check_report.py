#!/usr/bin/env python3
"""Checks reports of write_report in Chromium, and takes screenshots.

usage: check_report.py REPORT.html ... [--screenshots FOLDER]

Each report is opened at 1280 and at 390 pixels (by device metrics), light and dark, and printed. Checked are: size, requests,
errors of the scripts, width, landmarks, order of headings, names of controls, images, charts and tables, contrast of texts, the
keyboard, a click on the confusion matrix, and that the tables show the numbers of the data. Prints a line for each check. Exit code
1 if a check fails, 77 if there is no Chromium. Needs no package; screenshots are compressed with Pillow if it is installed, and the
print becomes images with pdftoppm.
"""
import argparse
import base64
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

MOST_BYTES = 3_000_000
VIEWS = [(1280, 900, 1), (390, 844, 2)]

# Returns {name of a check: [faults]} of the page as it is shown now.
PAGE_CHECKS = r"""
((width) => {
  const faults = {}, fault = (check, text) => (faults[check] ??= []).push(text);
  const shown = (node) => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden";
  const name = (node) => node.tagName === "svg" ? node.getAttribute("aria-label") : node.getAttribute("aria-label") ?? node.getAttribute("alt") ?? node.textContent.trim();
  const where = (node) => `${node.tagName.toLowerCase()}.${node.getAttribute("class")} "${node.textContent.trim().slice(0, 40)}"`;
  for (const check of ["landmarks", "headings", "names", "contrast", "width", "ids", "tables"]) faults[check] = [];

  for (const tag of ["header", "nav", "main", "footer"])
    if (document.querySelectorAll(`body > ${tag}`).length !== 1) fault("landmarks", `expected one ${tag}`);
  for (const region of document.querySelectorAll("section"))
    if (!document.getElementById(region.getAttribute("aria-labelledby"))?.textContent) fault("landmarks", `a section has no title`);
  if (!document.documentElement.lang) fault("landmarks", "no lang");

  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) fault("headings", `${where(heading)} follows h${level}`);
    if (next === 1 && level !== 0) fault("headings", "more than one h1");
    if (!heading.textContent.trim()) fault("headings", "an empty heading");
    level = next;
  }
  if (document.querySelector("h1") === null) fault("headings", "no h1");

  for (const node of document.querySelectorAll("button, a[href], img, svg, [role=group], [tabindex='0'], summary, ul.bars"))
    if (!name(node)) fault("names", where(node));
  for (const svg of document.querySelectorAll("svg"))
    if (!svg.closest("section").querySelector("table")) fault("names", `the chart ${name(svg)} has no table in its section`);
  for (const img of document.querySelectorAll("img")) if (!img.complete || img.naturalWidth === 0) fault("names", `image ${img.alt} is not shown`);

  for (const table of document.querySelectorAll("table")) {
    if (!table.caption) fault("tables", `no caption: ${where(table)}`);
    if (!table.querySelector("thead th[scope]") || !table.querySelector("tbody th[scope=row]")) fault("tables", `no headers: ${where(table)}`);
    const last = table.querySelector("thead tr:last-child"), body = table.querySelector("tbody tr");
    if (body && last.cells.length !== body.cells.length && last.cells[1]?.colSpan !== body.cells.length - 1)
      fault("tables", `${last.cells.length} and ${body.cells.length} cells: ${where(table)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  if (new Set(ids).size !== ids.length) fault("ids", "an id occurs twice");
  for (const link of document.querySelectorAll("a[href^='#']"))
    if (!document.getElementById(link.getAttribute("href").slice(1))) fault("ids", `no target for ${link.href}`);

  for (const box of document.querySelectorAll(".scroll"))
    if (box.scrollWidth > box.clientWidth && box.tabIndex !== 0) fault("names", `a box scrolls, but not by keyboard: ${name(box)}`);

  if (document.documentElement.scrollWidth > width) fault("width", `the page is ${document.documentElement.scrollWidth} wide`);

  // Contrast as in WCAG 2.1, of each text against the colours behind it.
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const cache = new Map();
  const rgba = (color) => {
    if (!cache.has(color)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      cache.set(color, [r, g, b, a / 255]);
    }
    return cache.get(color);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const behind = (node) => (node === null ? rgba("Canvas") : over(rgba(getComputedStyle(node).backgroundColor), behind(node.parentElement)));
  const luminance = ([r, g, b]) => {
    const linear = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  let smallest = 21;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !shown(node) || node.closest(".hidden, script, style, noscript")) continue;
    const style = getComputedStyle(node), back = behind(node), front = over(rgba(node.closest("svg") ? style.fill : style.color), back);
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a), ratio = (light + 0.05) / (dark + 0.05);
    smallest = Math.min(smallest, ratio);
    if (ratio < 4.5) fault("contrast", `${ratio.toFixed(2)}: ${where(node)}`);
  }
  // Lines and bars, which WCAG requires at 3 to 1.
  for (const node of document.querySelectorAll("svg .line, svg .dot, .bars .bar")) {
    if (!shown(node)) continue;
    const color = node.tagName === "path" || node.tagName === "line" ? getComputedStyle(node).stroke : node.tagName === "circle" ? getComputedStyle(node).fill : getComputedStyle(node, "::after").backgroundColor;
    const back = behind(node), [light, dark] = [luminance(over(rgba(color), back)), luminance(back)].sort((a, b) => b - a);
    if ((light + 0.05) / (dark + 0.05) < 3) fault("contrast", `${((light + 0.05) / (dark + 0.05)).toFixed(2)}: ${node.getAttribute("class")}`);
  }
  return {faults, smallest};
})
"""

# Uses the page by keyboard and mouse; returns a list of faults.
USE_CHECKS = r"""
(async () => {
  const faults = [], data = JSON.parse(document.getElementById("run").textContent);
  const press = (node, key) => node.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
  for (const svg of document.querySelectorAll("figure svg")) {
    const label = svg.getAttribute("aria-label"), reading = svg.closest("figure").querySelector(".reading");
    svg.focus();
    if (document.activeElement !== svg) faults.push(`no focus: ${label}`);
    if (parseFloat(getComputedStyle(svg).outlineWidth) < 2 && svg.matches(":focus-visible")) faults.push(`no visible focus: ${label}`);
    press(svg, "End");
    if (reading.hidden || !reading.textContent) faults.push(`End reads nothing: ${label}`);
    if (!document.querySelector("[aria-live].hidden").textContent) faults.push(`nothing is announced: ${label}`);
    press(svg, "ArrowLeft");
    press(svg, "Escape");
    if (!reading.hidden) faults.push(`Escape does not close: ${label}`);
    const box = svg.getBoundingClientRect();
    svg.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + box.width * 0.6, clientY: box.top + 20, bubbles: true}));
    if (reading.hidden) faults.push(`the pointer reads nothing: ${label}`);
    const shown = reading.getBoundingClientRect(), pointer = box.left + box.width * 0.6, most = Math.max(120, 0.4 * box.width);
    if (pointer < shown.left - most || pointer > shown.right + most) faults.push(`the reading is far from the pointer: ${label}`);
    if (shown.left < 0 || shown.right > innerWidth) faults.push(`the reading is outside of the window: ${label}`);
    svg.dispatchEvent(new PointerEvent("pointerleave"));
    svg.blur();
  }
  if (data.test?.confusion && data.classes.length <= 100) {
    const wrong = data.test.confusion.find(([t, p]) => t !== p && data.test.samples.some((s) => s.truth === t && s.predicted === p)) ?? data.test.confusion[0];
    const cell = document.querySelectorAll(".matrix tbody tr")[wrong[0]].cells[1 + wrong[1]].querySelector("button");
    const kept = data.test.samples.filter((s) => s.truth === wrong[0] && s.predicted === wrong[1]);
    cell.click();
    const cards = document.querySelectorAll(".chosen .sample");
    if (cards.length !== kept.length) faults.push(`a click shows ${cards.length} samples, expected ${kept.length}`);
    if (cell.getAttribute("aria-pressed") !== "true") faults.push("the cell is not pressed");
    if (kept[0]?.image && document.querySelector(".chosen img")?.src !== kept[0].image) faults.push("a click shows another image");
    if (cell.textContent && cell.textContent !== wrong[2].toLocaleString("en-US")) faults.push("the cell shows another count");
    cell.setAttribute("aria-pressed", "false");
  }
  const theme = document.querySelector("nav button"), light = getComputedStyle(document.body).backgroundColor;
  const seen = new Set();
  for (let i = 0; i < 3; ++i) { theme.click(); seen.add(getComputedStyle(document.body).backgroundColor); }
  if (seen.size !== 2 || getComputedStyle(document.body).backgroundColor !== light) faults.push("the theme does not switch");
  for (const details of document.querySelectorAll("details")) details.open = true;
  const numbers = (text) => text.replaceAll("−", "-").replaceAll(",", "");
  const rows = document.querySelectorAll("#history tbody tr");
  data.history.rows.forEach((row, r) => row.forEach((value, c) => {
    const text = numbers(rows[r].cells[c].textContent);
    if (value === null ? text !== "–" : Math.abs(Number(text) - value) > 1e-4 * Math.abs(value)) faults.push(`the table shows ${text} for ${value}`);
  }));
  for (const formula of document.querySelectorAll(".formula li:last-child")) {
    const [, p, loss] = numbers(formula.textContent).match(/-ln (.*) = (\S+) nats/);
    const [, rest] = p.match(/\(1 - (.*)\)/) ?? [], [, power] = p.match(/^e(-.*)/) ?? [];
    const value = rest ? -Math.log1p(-rest) : power ? -power : -Math.log(p);
    if (!(Math.abs(value - loss) <= 0.006 * Math.abs(loss))) faults.push(`-ln ${p} is ${value}, not ${loss}`);
  }
  for (const details of document.querySelectorAll("details")) details.open = false;
  window.scrollTo(0, 0);
  document.activeElement.blur();
  return faults;
})()
"""


class Browser:
    """Chromium, driven by the DevTools protocol over a pipe."""

    def __init__(self, program, profile):
        to_browser, from_browser = os.pipe(), os.pipe()
        arguments = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
                     "--no-first-run", "--disable-extensions", "--disable-component-update", "--disable-background-networking",
                     f"--user-data-dir={profile}", "about:blank"]
        command = f'exec "$@" 3<&{to_browser[0]} 4>&{from_browser[1]}'
        self.process = subprocess.Popen(["sh", "-c", command, "sh", *arguments], pass_fds=(to_browser[0], from_browser[1]),
                                        stderr=subprocess.DEVNULL)
        os.close(to_browser[0])
        os.close(from_browser[1])
        self.input, self.output = os.fdopen(to_browser[1], "wb"), os.fdopen(from_browser[0], "rb")
        self.number, self.buffer, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def receive(self):
        while b"\0" not in self.buffer:
            chunk = self.output.read1(1 << 20)
            if not chunk:
                raise RuntimeError("Chromium ended")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.input.write(json.dumps(message).encode() + b"\0")
        self.input.flush()
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, event):
        while not any(entry.get("method") == event for entry in self.events):
            self.events.append(self.receive())

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def show(self, url, width, height, factor, scheme):
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=factor, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
        self.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => null))).then(() => true)")

    def page_faults(self, url):
        """Returns the errors of scripts and the requests since show()."""
        errors, requests = [], []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                errors.append(parameters["exceptionDetails"].get("exception", {}).get("description", "an exception"))
            if method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning"):
                errors.append(str(parameters["args"]))
            if method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                errors.append(parameters["entry"]["text"])
            if method == "Network.requestWillBeSent":
                address = parameters["request"]["url"]
                if address != url and not address.startswith("data:"):
                    requests.append(address)
        return errors, requests

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (RuntimeError, OSError):
            pass
        self.process.wait(timeout=30)


def write_png(path, png):
    """Writes a screenshot, with 256 colours if Pillow is installed."""
    try:
        from PIL import Image
    except ImportError:
        path.write_bytes(png)
        return
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


class Checks:
    def __init__(self):
        self.failed = 0

    def __call__(self, name, faults, detail=""):
        faults = list(faults)
        self.failed += bool(faults)
        print(f"  {'FAILED' if faults else 'ok    '}  {name}{': ' + detail if detail and not faults else ''}")
        for fault in faults[:10]:
            print(f"          {fault}")


def check_report(browser, path, screenshots, checks):
    url, size = path.resolve().as_uri(), path.stat().st_size
    print(path.name)
    checks("size", [f"{size} bytes"] if size >= MOST_BYTES else [], f"{size:,} bytes")
    for width, height, factor in VIEWS:
        for scheme in ("light", "dark"):
            view = f"{width} {scheme}"
            browser.show(url, width, height, factor, scheme)
            result = browser.evaluate(f"({PAGE_CHECKS})({width})")
            for name, faults in result["faults"].items():
                detail = f"at least {result['smallest']:.2f}" if name == "contrast" else ""
                checks(f"{view}: {name}", faults, detail)
            if screenshots:
                take_screenshot(browser, screenshots / f"{path.stem}-{width}-{scheme}.png")
            checks(f"{view}: use by keyboard and pointer, tables", browser.evaluate(USE_CHECKS))
            errors, requests = browser.page_faults(url)
            checks(f"{view}: errors of scripts", errors)
            checks(f"{view}: requests", requests)
    check_print(browser, url, path, screenshots, checks)


def take_screenshot(browser, path):
    size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
    data = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
    write_png(path, base64.b64decode(data))


def check_print(browser, url, path, screenshots, checks):
    browser.show(url, *VIEWS[0], "dark")
    pdf = base64.b64decode(browser.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
    checks("printed", [] if pdf.startswith(b"%PDF") else ["no PDF"], f"{len(pdf):,} bytes")
    if not screenshots:
        return
    file = screenshots / f"{path.stem}-print.pdf"
    file.write_bytes(pdf)
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-r", "70", "-png", str(file), str(screenshots / f"{path.stem}-print")], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("reports", nargs="+", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("Skipped: expected chromium, found none. Run apt-get install chromium.")
        return 77
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    checks = Checks()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            for report in options.reports:
                check_report(browser, report, options.screenshots, checks)
        finally:
            browser.close()
    print(f"check_report: {checks.failed} checks failed" if checks.failed else "check_report: all checks passed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
