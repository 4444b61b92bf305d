"""The tables of scripts/bench, as text and as docs/benchmarks.md."""
import datetime
import pathlib
import platform
import re
import statistics

PEERS = {"torch": "LibTorch", "dlib": "dlib", "kann": "KANN, scaled"}

# KANN has no Debian package. Its step at one thread, and that of the bare products beside it, in us, on a 2-core AVX-512
# machine; scaled by what the products take here.
KANN = {"4-16-4,16": (1.7, 0.37), "64-128-4,32": (23.3, 11.2), "784-128-10,64": (315, 275), "784-512-512-10,128": (5360, 4400)}

TITLES = {
    "step": "Training step: forward, softmax cross-entropy, backward, SGD with momentum 0.9. Net and batch",
    "conv_step": "The same for convolutional nets: conv-relu-pool-conv-relu-pool-dense64-relu-dense10. Net and batch",
    "inference": "Inference. Net and batch",
    "layers": "Layers",
    "losses": "Losses, forward and backward, (4096, 10)",
    "cross_entropy": "Cross-entropy, forward and backward, (4096, C)",
    "optim": "Optimizers, one step over 4 Mi parameters",
    "datasets": "Datasets, one epoch",
    "augment": "Augmentations, 256 pictures (3, 64, 64) in batches of 64",
}

PAGE = """# Benchmarks

Made by `scripts/bench --write`; `scripts/install-dependencies --bench` installs what it needs, and `scripts/bench --help`
says what else it can do. Times are microseconds of wall time, medians over interleaved rounds, each contender in a process
of its own; what is measured per byte of memory is CPU time on one thread.

- **products** is the bound: the matrix products of the step, in its order and nothing else, by OpenBLAS with weights stored
  as Minnow stores them, (out, in). **products_in_out** is the same with the other layout.
  For convolutional nets **products** are an image's each, images shared out among threads, and without what it takes to
  spread pixels into columns; **products_gemm** are the same by Minnow's `gemm`.
- **LibTorch** and **dlib** take the same weights and batch, and their loss after five steps is checked to be Minnow's. Each runs
  in every setting that may suit it (LibTorch: instruction set, OpenBLAS build, OpenBLAS's threads or only its own, two ways
  to clear gradients; for convolutions oneDNN's on (N, C, H, W), oneDNN's on (N, H, W, C), or its own; denormals flushed), and
  the fastest counts. **KANN, scaled** is its time measured on another machine, times what the products
  take here over what they took there.
- Where the CPU has AVX-512 but OpenBLAS has chosen kernels without, as versions do that are older than the CPU, Minnow multiplies
  by a kernel of its own; everybody else also runs with `OPENBLAS_CORETYPE=SkylakeX`, which makes OpenBLAS use those it has:
  **products_SkylakeX** is then the harder bound, and the fastest of a peer's settings may be one of these.
- A ratio beside a bound is Minnow's time over it (lower is better, 1 is the bound itself); a ratio beside a peer is its time over
  Minnow's (higher is better).
"""


def cpu():
    """The CPU's model, flags and clocks in MHz."""
    try:
        lines = [line.split(":", 1) for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if ":" in line]
    except OSError:
        lines = []
    info = {key.strip(): value.strip() for key, value in lines}
    clocks = [float(value) for key, value in lines if key.strip() == "cpu MHz"]
    return info.get("model name", platform.processor() or platform.machine()), set(info.get("flags", "").split()), clocks


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 1000 else f"{value:.0f}"


def ratio(value):
    return f"{value:.2f}×" if value < 10 else f"{value:.1f}×"


def percent(value):
    return f"{100 * value:.{1 if value < 0.1 else 0}f} %"


def natural(text):
    """Sorts C:4 before C:10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def readable(size):
    return size.replace(":", " = ").replace(",", ", ")


def threads_text(threads, openblas=""):
    return f"{threads} thread{'s' if threads > 1 else ''}" + (f", OpenBLAS {openblas}" if openblas else "")


class Table:
    def __init__(self, title, rows):
        self.title = title
        keep = [i for i in range(len(rows[0])) if i == 0 or any(row[i] != "-" for row in rows[1:])]
        self.rows = [[row[i] for i in keep] for row in rows]

    def lines(self, separator, start, end):
        widths = [max(len(row[i]) for row in self.rows) for i in range(len(self.rows[0]))]
        align = [str.ljust] + [str.rjust] * (len(widths) - 1)
        return [start + separator.join(f(cell, w) for f, cell, w in zip(align, row, widths)).rstrip() + end for row in self.rows]

    def text(self):
        return "\n".join([self.title, *self.lines("  ", "", ""), ""])

    def markdown(self):
        lines = self.lines(" | ", "| ", " |")
        lines.insert(1, "|---|" + "---:|" * (len(self.rows[0]) - 1))
        return "\n".join([f"**{self.title}**", "", *lines, ""])


class Report:
    def __init__(self, results, context, rounds, peak, everybody):
        self.context, self.rounds, self.peak, self.everybody = context, rounds, peak, everybody
        self.medians = {key: {who: {name: statistics.median(values) for name, values in result.items()}
                              for who, result in contenders.items()} for key, contenders in results.items()}
        bandwidth = [c for (what, *_), c in self.medians.items() if what == "bandwidth"]
        self.bandwidths = {who: result["rate"] for c in bandwidth for who, result in c.items()}
        self.whats = [what for what in TITLES if any(key[0] == what for key in self.medians)]
        self.whats += sorted({key[0] for key in self.medians} - {*TITLES, "bandwidth"})

    def settings(self, what):
        """(threads, openblas) that Minnow was measured on."""
        return sorted({key[2:] for key in self.medians if key[0] == what and key[3]})

    def sizes(self, what, threads, openblas):
        """{size: {who: medians}}, peers included, in the order of their measuring where they are nets."""
        sizes = [size for w, size, t, o in self.medians if (w, t, o) == (what, threads, openblas)]
        return {size: {**self.medians[what, size, threads, openblas], **self.medians.get((what, size, threads, ""), {})}
                for size in sorted(dict.fromkeys(sizes), key=natural)}

    def comparison(self, what, threads, openblas):
        """One row for each size: Minnow, its bounds, each peer at its fastest, and rates."""
        sizes = {size: c for size, c in self.sizes(what, threads, openblas).items() if "minnow" in c}
        references = sorted({who for c in sizes.values() for who in c if not who.startswith(("minnow", "torch", "dlib"))})
        header = [what, "Minnow µs"]
        for who in references:
            header += [f"{who} µs", "Minnow / it"]
        for peer in PEERS.values():
            header += [f"{peer} µs", "it / Minnow"] + (["by"] if peer == "LibTorch" else [])
        rows = [header + ["GB/s", "of bandwidth", "samples/s"]]
        for size, contenders in sizes.items():
            minnow = contenders["minnow"]
            row = [readable(size), number(minnow["us"])]
            for who in references:
                us = contenders.get(who, {}).get("us")
                row += [number(us), ratio(minnow["us"] / us)] if us else ["-", "-"]
            for peer in PEERS:
                us, setting = self.fastest(peer, what, size, threads, contenders)
                row += [number(us), ratio(us / minnow["us"])] if us else ["-", "-"]
                row += [setting or "-"] if peer == "torch" else []
            rows.append(row + self.rates(minnow))
        return Table(f"{TITLES.get(what, what)}. {threads_text(threads, openblas)}", rows) if sizes else None

    def fastest(self, peer, what, size, threads, contenders):
        if peer == "kann":
            products = [contenders[who]["us"] for who in ("products", "products_in_out") if who in contenders]
            if what != "step" or threads != 1 or size not in KANN or not products:
                return None, None
            step, bound = KANN[size]
            return step * min(products) / bound, None
        times = {who: result["us"] for who, result in contenders.items() if who.startswith(peer)}
        if not times:
            return None, None
        best = min(times, key=times.get)
        return times[best], best

    def rates(self, minnow):
        bytes_rate, samples = minnow.get("rate"), minnow.get("samples")
        ceiling = max(self.bandwidths.values(), default=0)
        return [number(bytes_rate / 1e9) if bytes_rate else "-",
                percent(bytes_rate / ceiling) if bytes_rate and ceiling else "-", f"{samples:.0f}" if samples else "-"]

    def variants(self, what, threads, openblas):
        """Minnow's other ways, such as minnow_adam, beside `minnow`."""
        sizes = self.sizes(what, threads, openblas)
        names = sorted({who for c in sizes.values() for who in c if who.startswith("minnow_")})
        if not names:
            return None
        rows = [[what, "Minnow µs"] + [cell for name in names for cell in (f"{name.removeprefix('minnow_')} µs", "it / Minnow")]]
        for size, c in sizes.items():
            row = [readable(size), number(c["minnow"]["us"])]
            for name in names:
                row += [number(c[name]["us"]), ratio(c[name]["us"] / c["minnow"]["us"])] if name in c else ["-", "-"]
            rows.append(row)
        return Table(f"{what}, Minnow's variants. {threads_text(threads, openblas)}", rows)

    def scaling(self, what, openblas):
        """Minnow on more threads beside its time on the fewest."""
        threads = [count for count, build in self.settings(what) if build == openblas]
        if len(threads) < 2:
            return None
        rows = [[what, f"{threads_text(threads[0])} µs"] + [cell for t in threads[1:] for cell in (f"{threads_text(t)} µs", "faster by")]]
        for size in self.sizes(what, threads[0], openblas):
            times = [self.medians.get((what, size, t, openblas), {}).get("minnow", {}).get("us") for t in threads]
            if all(times):
                rows.append([readable(size), number(times[0])] + [cell for t in times[1:] for cell in (number(t), ratio(times[0] / t))])
        return Table(f"{what}, Minnow by threads. OpenBLAS {openblas}", rows) if len(rows) > 1 else None

    def ways(self, what, threads, openblas):
        """Everybody's time: one row each, one column for each size."""
        sizes = self.sizes(what, threads, openblas)
        everybody = sorted({who for contenders in sizes.values() for who in contenders})
        rows = [["µs"] + [readable(size) for size in sizes]]
        rows += [[who] + [number(c[who]["us"]) if who in c else "-" for c in sizes.values()] for who in everybody]
        return Table(f"{what}, everybody. {threads_text(threads, openblas)}", rows)

    def memory(self, threads):
        parts = ["parameters", "gradients", "momentum", "activations"]
        rows = [["MB"] + parts + ["sum", "peak", "peak / sum", "before the first tensor", "peak / Minnow's"]]
        runs = [run for run in self.peak if run["threads"] == threads]
        minnows = {run["net"]: run["peak"] for run in runs if run["who"] == "Minnow"}
        for run in runs:
            total = sum(run[part] for part in parts)
            beside = run["net"] in minnows and run["who"] != "Minnow"
            rows.append([f"{readable(run['net'])}: {run['who']}"] + [number(run[part] / 1e6) for part in parts] +
                        [number(total / 1e6), number(run["peak"] / 1e6), ratio(run["peak"] / total), number(run["start"] / 1e6),
                         ratio(run["peak"] / minnows[run["net"]]) if beside else "-"])
        return Table(f"Peak resident memory of training with momentum. Net and batch. {threads_text(threads)}", rows)

    def peer_ways(self, what, threads, openblas):
        """What LibTorch's ways take, each at its fastest setting."""
        sizes = self.sizes(what, threads, openblas)
        names = sorted({who.split()[0] for c in sizes.values() for who in c if who.startswith("torch")})
        if what != "conv_step" or len(names) < 2:
            return None
        rows = [[what] + [f"{name} µs" for name in names]]
        for size, c in sizes.items():
            best = [min((c[who]["us"] for who in c if who.split()[0] == name), default=None) for name in names]
            rows.append([readable(size)] + [number(us) if us else "-" for us in best])
        return Table(f"{what}, LibTorch's ways. {threads_text(threads, openblas)}", rows)

    def tables(self):
        for what in self.whats:
            for setting in self.settings(what):
                yield self.comparison(what, *setting)
                yield self.peer_ways(what, *setting)
                yield self.variants(what, *setting)
                if self.everybody:
                    yield self.ways(what, *setting)
            for openblas in sorted({openblas for _, openblas in self.settings(what)}):
                yield self.scaling(what, openblas)
        for threads in sorted({run["threads"] for run in self.peak}):
            yield self.memory(threads)

    def head(self):
        model, _, clocks = cpu()
        any_context = next(iter(self.context.values()), {})
        caches = ", ".join(f"L{c['level']} {c['type'][0].lower() if c['type'] != 'Unified' else ''}{c['size'] // 1024} KiB"
                           for c in any_context.get("caches", []))
        versions = {name: c[name] for c in self.context.values() for name in ("Minnow", "compiler", "LibTorch", "dlib") if name in c}
        lines = [f"{model}, {any_context.get('num_cpus', '?')} cores at {statistics.median(clocks or [0]):.0f} MHz; {caches}",
                 "; ".join(f"{name} {version}" for name, version in versions.items())]
        lines += [f"OpenBLAS {name}: {c['OpenBLAS']}" for name, c in self.context.items() if "OpenBLAS" in c]
        lines.append(f"{datetime.date.today()}, {self.rounds} rounds, load {any_context.get('load_avg', [0])[0]:.1f}")
        if self.bandwidths:
            lines.append("memory, one thread, GB/s: " + ", ".join(f"{who} {rate / 1e9:.1f}" for who, rate in self.bandwidths.items()))
        return lines

    def text(self):
        return "\n".join(self.head() + [""] + [table.text() for table in self.tables() if table])

    def markdown(self):
        return "\n".join([PAGE, *(f"- {line}" for line in self.head()), ""] + [t.markdown() for t in self.tables() if t])
