#!/usr/bin/python3
"""Writes docs/benchmarks.md and docs/benchmarks/step.svg, the summary and the chart, from the raw tables in docs/benchmarks/.

usage: bench_page.py [DOCS]

DOCS is the folder that contains benchmarks/; default: docs. `scripts/bench --write` calls it after writing the raw tables.
"""
import decimal
import pathlib
import re
import sys
import textwrap

sys.dont_write_bytecode = True
import bench_chart
import bench_tables
from bench_tables import PER_BOUND, PER_PEER, PER_VARIANT

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
NETS = {"step": "Dense nets", "conv_step": "Convolutional nets"}
DIFFERENT = 0.1  # times of two OpenBLAS builds that differ by more are listed on the page
LISTED = 8  # comparisons that the page lists at most

PAGE = """# Benchmarks

Time of a training step of five dense and four convolutional nets: Minnow beside the strongest peer.

![Time of a training step: Minnow and the strongest peer](benchmarks/step.svg)

{tables}

*peer / Minnow* above 1: Minnow is faster. *Minnow / bound* of 1: as fast as the matrix products of the step alone.

{notes}
"""

NOTES = {
    "What was measured": "A step is a forward pass, softmax cross-entropy, a backward pass and an SGD update with momentum 0.9. "
                         "`784-128-10, 64` is a dense net with 784 inputs, 128 hidden units, 10 classes and batch size 64. "
                         "`3x32x32-c32-c64, 32` is a convolutional net with inputs of shape (3, 32, 32) and batch size 32: two "
                         "3 x 3 convolutions with 32 and 64 filters, each followed by ReLU and 2 x 2 max pooling, then two dense "
                         "layers.",
    "How": "Times are medians of wall time over interleaved rounds, each library in its own process. Minnow uses {build}.",
    "Where": "{machine}",
    "Peers": "{peers}",
    "Bound": "The bound is the time of the step's matrix products alone, in the fastest variant measured. Minnow computes "
             "convolutions without these products, so that *Minnow / bound* can be below 1. {furthest}",
    "Where Minnow is not ahead": "{behind}",
    "Noise": "{noise}",
    "How to repeat it": "`scripts/install-dependencies --bench`, then `scripts/bench --openblas both --write`, which rewrites this "
                        "page, the chart and the raw tables.",
    "Raw tables": "{links}. [How to read them](benchmarks/README.md).",
    "Whole training runs": "[Times and accuracies](benchmarks/training.md) of training photographs and Fashion-MNIST, beside LibTorch.",
}


def to_ms(us):
    """Returns microseconds, given as text, as text in milliseconds with at most three significant digits."""
    value = decimal.Decimal(us).scaleb(-3)
    _, digits, exponent = value.as_tuple()
    last = min(exponent + max(len(digits) - 3, 0), 0)  # the exponent of the last digit shown
    return f"{value.quantize(decimal.Decimal((0, (1,), last)), decimal.ROUND_HALF_UP):f}"


def to_number(cell):
    return float(cell.removesuffix("×"))


def percent(value):
    return f"{100 * value:.0f} %"


def read_tables(text):
    """Yields (threads, OpenBLAS build, rows) of each table that compares Minnow with bounds and peers."""
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, *lines = part.splitlines()
        found = re.search(r"\. (\d+) threads?, OpenBLAS (\S+)$", title)
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
        if found and rows and rows[0][1] == "Minnow µs" and PER_VARIANT not in rows[0]:
            yield int(found[1]), found[2], rows


def read_row(group, header, cells):
    """Returns Minnow's time, the fastest peer and the smallest bound of one net or operation."""
    def references(heading):
        return [(float(cells[i - 1]), header[i - 1].removesuffix(" µs"), cells[i - 1], to_number(cells[i]))
                for i, name in enumerate(header) if name == heading and cells[i] != "-" and cells[i - 1] != "-"]

    peers, bounds = references(PER_PEER), references(PER_BOUND)
    row = {"group": group, "name": cells[0], "minnow_us": float(cells[1]), "minnow_ms": to_ms(cells[1])}
    row |= {"peer": None, "bound_ratio": None}
    if peers:
        _, row["peer"], us, row["peer_ratio"] = min(peers)
        row["peer_ms"] = to_ms(us)
    if bounds:
        _, _, us, row["bound_ratio"] = min(bounds)
        row["bound_ms"] = to_ms(us)
    return row


class Results:
    """The comparisons in the raw tables of a folder."""

    def __init__(self, folder):
        self.rows, self.facts = [], {}  # facts: of each group, {"CPU": "AMD ...", ...}
        for group in bench_tables.written_groups(folder):
            text = (folder / f"{group}.md").read_text()
            self.facts[group] = dict(re.findall(r"^- (CPU|Software|Run|OpenBLAS [^:]*): (.*)$", text, re.MULTILINE))
            for threads, build, (header, *rows) in read_tables(text):
                self.rows += [{**read_row(group, header, cells), "threads": threads, "build": build} for cells in rows
                              if cells[1] != "-"]  # "-": a geometric mean
        if not all(any(row["group"] == group for row in self.rows) for group in NETS):
            sys.exit(f"bench_page: expected {folder}/step.md and conv_step.md with comparisons. Run scripts/bench --write.")
        self.builds = sorted({row["build"] for row in self.rows if row["group"] in NETS})
        defaults = [fact.split()[1] for facts in self.facts.values() for fact in facts if fact.endswith("(default)")]
        self.default = next((build for build in defaults if build in self.builds), None)
        self.build = self.default or self.builds[0]
        self.threads = sorted({row["threads"] for row in self.rows if row["group"] in NETS})

    def shown(self):
        """Returns the rows of the build that the page shows; of a group without this build, the rows of another build."""
        chosen = []
        for group in self.facts:
            rows = [row for row in self.rows if row["group"] == group]
            builds = {row["build"] for row in rows}
            build = self.build if self.build in builds else min(builds, default=None)
            chosen += [row for row in rows if row["build"] == build]
        return chosen

    def nets(self, threads):
        """Returns the rows of the headline table: dense nets, then convolutional nets."""
        return [row for row in self.shown() if row["group"] in NETS and row["threads"] == threads]

    def other_builds(self, row):
        """Returns the rows of the same measurement with the other OpenBLAS builds."""
        keys = ("group", "name", "threads")
        return [other for other in self.rows if all(other[key] == row[key] for key in keys) and other["build"] != row["build"]]


def label(row):
    name = f"`{row['name']}`"
    return name if row["group"] in NETS else f"{row['group']} {name}"


def headline(results, threads):
    rows = [["net and batch", "Minnow ms", "strongest peer", "peer ms", "bound ms", PER_PEER, PER_BOUND]]
    for row in results.nets(threads):
        peer = [row["peer"], row["peer_ms"]] if row["peer"] else ["-", "-"]
        ratios = [bench_tables.ratio(row["peer_ratio"]) if row["peer"] else "-",
                  bench_tables.ratio(row["bound_ratio"]) if row["bound_ratio"] else "-"]
        rows.append([row["name"], row["minnow_ms"], *peer, row.get("bound_ms", "-"), *ratios])
    return bench_tables.Table(bench_tables.threads_text(threads), rows).markdown()


def machine(results):
    lines = {}
    for group in NETS:
        facts = results.facts[group]
        cpu, software, run = (facts.get(name, "unknown") for name in ("CPU", "Software", "Run"))
        openblas = next((value for name, value in facts.items() if name.startswith(f"OpenBLAS {results.build}")), "OpenBLAS")
        version = " ".join(openblas.split()[:2])
        line = f"{cpu.split(';')[0]}; {software.replace('; ', ', ')}, {version}. Measured on {run}."
        lines.setdefault(line, []).append(NETS[group])
    if len(lines) == 1:
        return next(iter(lines))
    return " ".join(f"{' and '.join(groups)}: {line}" for line, groups in lines.items())


def furthest(results):
    rows = [row for row in results.shown() if row["group"] in NETS and row["bound_ratio"]]
    if not rows:
        return ""
    row = max(rows, key=lambda row: row["bound_ratio"])
    ratio, threads = bench_tables.ratio(row["bound_ratio"]), bench_tables.threads_text(row["threads"])
    return f"The largest *Minnow / bound* is {ratio}: {label(row)} at {threads}."


def behind(results):
    rows = [row for row in results.shown() if row["peer"]]
    slower = sorted((row for row in rows if row["peer_ratio"] < 1), key=lambda row: row["peer_ratio"])
    listed = ", ".join(f"{label(row)} at {bench_tables.threads_text(row['threads'])} ({bench_tables.ratio(row['peer_ratio'])})"
                       for row in slower[:LISTED])
    if not slower:
        return f"A peer is faster in none of the {len(rows)} comparisons of the raw tables."
    count = sum(row["group"] in NETS for row in slower)
    nets = f"A peer is faster in {count} of the training steps" if count else "No peer is faster in the training steps"
    more = f", and {len(slower) - LISTED} more" if len(slower) > LISTED else ""
    return f"{nets} above. A peer is faster in {len(slower)} of all {len(rows)} comparisons of the raw tables: {listed}{more}."


def noise(results):
    """Compares times of Minnow on different OpenBLAS builds: at one thread the code that runs is the same."""
    pairs = [(row, other) for row in results.shown() for other in results.other_builds(row)]
    difference = lambda pair: abs(pair[0]["minnow_us"] - pair[1]["minnow_us"]) / min(row["minnow_us"] for row in pair)
    single = [pair for pair in pairs if pair[0]["threads"] == 1]
    if not single:
        return "Times at several threads and times bound by memory vary most from run to run."
    parts = []
    for nets in (True, False):
        chosen = [pair for pair in single if (pair[0]["group"] in NETS) == nets]
        if chosen:
            most = max(chosen, key=difference)
            where = "on these nets" if nets else "in the other tables"
            parts.append(f"up to {percent(difference(most))} {where} ({label(most[0])})")
    sentences = ["Minnow's times on two OpenBLAS builds show the noise at 1 thread: they differ by " + ", and ".join(parts) + "."]
    apart = [pair for pair in pairs if pair[0]["threads"] > 1 and pair[0]["group"] in NETS and difference(pair) > DIFFERENT]
    if apart:
        listed = ", ".join(f"{label(row)} ({row['minnow_ms']} ms on {row['build']}, {other['minnow_ms']} ms on {other['build']})"
                           for row, other in apart)
        sentences.append(f"At more threads they differ by more than {percent(DIFFERENT)} on {listed}.")
    return " ".join(sentences)


def peers(results):
    names = {row["peer"] for row in results.shown() if row["peer"]}
    if not names:
        return "No peer was measured."
    kann = bench_tables.PEERS["kann"]
    text = ("The strongest peer is the fastest of LibTorch (the C++ library of PyPI's torch), torch.compile, dlib and KANN. They use "
            "the same weights and batch as Minnow, and their results must equal Minnow's.")
    return text + (f" *{kann}* is an estimate from a measurement on another machine." if kann in names else "")


def notes(results):
    build = f"{'the default build' if results.build == results.default else 'a build'} of OpenBLAS ({results.build})"
    links = ", ".join(f"[{bench_tables.title(group)}](benchmarks/{group}.md)" for group in results.facts)
    values = {"machine": machine(results), "peers": peers(results), "furthest": furthest(results), "behind": behind(results),
              "noise": noise(results), "links": links, "build": build}
    lines = (f"- **{heading}.** {note.format(**values).strip()}" for heading, note in NOTES.items())
    options = {"width": 130, "subsequent_indent": "  ", "break_long_words": False, "break_on_hyphens": False}
    return "\n".join(textwrap.fill(line, **options) for line in lines)


def page(results):
    tables = "\n".join(headline(results, threads) for threads in results.threads).strip()
    return PAGE.format(tables=tables, notes=notes(results))


def chart(results):
    panels = {bench_tables.threads_text(threads): {row["name"]: row for row in results.nets(threads)}
              for threads in results.threads}
    names = {group: [row["name"] for row in results.shown() if row["group"] == group] for group in NETS}
    return bench_chart.draw(panels, {NETS[group]: list(dict.fromkeys(nets)) for group, nets in names.items()})


def write(docs):
    """Writes DOCS/benchmarks.md and DOCS/benchmarks/step.svg from the raw tables in DOCS/benchmarks/."""
    results = Results(docs / "benchmarks")
    (docs / "benchmarks.md").write_text(page(results))
    (docs / "benchmarks/step.svg").write_text(chart(results))


if __name__ == "__main__":
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__)
    write(pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else DOCS)
