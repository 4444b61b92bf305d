"""The tables of scripts/bench: as text, and as the raw tables in docs/benchmarks/."""
import datetime
import pathlib
import platform
import re
import statistics

PEERS = {"torch": "LibTorch", "compiled": "torch.compile", "frozen": "with freezing", "dlib": "dlib", "kann": "KANN, scaled"}

# KANN has no Debian package. These are the times in us of its step and of the matrix products alone, measured at 1 thread on
# another 2-core AVX-512 machine. The scaled time is step / products there, times the products here.
KANN = {"4-16-4,16": (1.7, 0.37), "64-128-4,32": (23.3, 11.2), "784-128-10,64": (315, 275), "784-512-512-10,128": (5360, 4400)}

PASSES = ("predict", "forward", "step", "train")  # in names such as ResNet-20,32x32,train,128
PER_BOUND, PER_PEER, PER_VARIANT = "Minnow / bound", "peer / Minnow", "variant / Minnow"  # headings of ratios

GROUPS = {  # WHAT: title and description
    "step": ("Training step of dense nets",
             "One step: forward, softmax cross-entropy, backward, SGD with momentum 0.9. A row is a net and its batch size."),
    "conv_step": ("Training step of convolutional nets",
                  "One step, as for dense nets. The layers are conv-relu-pool-conv-relu-pool-dense64-relu-dense10."),
    "inference": ("Inference", "One call of `predict`. A row is a net and its batch size."),
    "layers": ("Layers", "One pass of one layer. `predict` and `forward` (in train mode) are forward passes; a `step` is forward "
                         "and backward. A row ends with the batch size. **copy** copies as many bytes as the pass must move."),
    "convolution": ("Convolutions", "One convolution: `predict`, or a `step`, forward and backward with the gradients of input, "
                                    "weight and bias. A row is channels, kernel, stride, image, pass and batch size."),
    "nets": ("Networks", "`predict`, or `train`: a training step with softmax cross-entropy and SGD with momentum 0.9. A row "
                         "ends with the batch size. `bench/cases.txt` contains the networks."),
    "losses": ("Losses", "Forward and backward of one loss on predictions of shape (4096, 10)."),
    "cross_entropy": ("Cross-entropy", "Forward and backward on logits of shape (4096, C): CPU time on one thread."),
    "optim": ("Optimizers", "One step over 4 Mi parameters, beside a copy of the same number of bytes."),
    "datasets": ("Datasets", "One epoch of a loader over 8192 samples of 784 values, and drawing 1024 images of animals."),
    "augment": ("Augmentations", "One epoch over 256 images of shape (3, 64, 64) in batches of 64."),
    "memory": ("Peak memory of training", "Peak resident memory of training with momentum. A row is a net and its batch size."),
}

def cpu():
    """Returns the CPU's model, flags and clocks in MHz."""
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
    """Returns a sort key that places C:4 before C:10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def readable(size):
    return size.replace(":", " = ").replace(",", ", ")


def threads_text(threads, openblas=""):
    return f"{threads} thread{'s' if threads > 1 else ''}" + (f", OpenBLAS {openblas}" if openblas else "")


def title(what):
    return GROUPS.get(what, (what, ""))[0]


def group_page(name, facts, tables):
    """Returns the Markdown text of a group's raw tables."""
    description = GROUPS.get(name, ("", ""))[1]
    intro = f"{description} [How to read the tables](README.md).".strip()
    return "\n".join([f"# {title(name)}", "", intro, "", *(f"- {fact}" for fact in facts), ""] + [t.markdown() for t in tables])


def written_groups(folder):
    """Returns the names of the groups whose raw tables are in the folder, in the order of GROUPS."""
    names = {path.stem for path in folder.glob("*.md")} - {"README", "training"}  # training.md is written by hand
    return [name for name in GROUPS if name in names] + sorted(names - set(GROUPS))


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
        return "\n".join([f"## {self.title}", "", *lines, ""])


class Report:
    """The tables of all groups. `default` is the OpenBLAS build that a program loads without further settings."""

    def __init__(self, results, context, rounds, peak, all_settings, default):
        self.context, self.rounds, self.peak, self.all_settings, self.default = context, rounds, peak, all_settings, default
        self.medians = {key: {who: {name: statistics.median(values) for name, values in result.items()}
                              for who, result in contenders.items()} for key, contenders in results.items()}
        bandwidth = [c for (what, *_), c in self.medians.items() if what == "bandwidth"]
        self.bandwidths = {who: result["rate"] for c in bandwidth for who, result in c.items()}
        self.limits = {key[2]: max(rate for result in c.values() for rate in result["samples"])
                       for key, c in results.items() if key[0] == "arithmetic"}
        self.whats = [what for what in GROUPS if any(key[0] == what for key in self.medians)]
        self.whats += sorted({key[0] for key in self.medians} - {*GROUPS, "bandwidth", "arithmetic"})

    def settings(self, what):
        """Returns each (threads, openblas) that Minnow was measured with."""
        return sorted({key[2:] for key in self.medians if key[0] == what and key[3]})

    def sizes(self, what, threads, openblas):
        """Returns {size: {who: medians}}, peers included, sorted by size."""
        sizes = [size for w, size, t, o in self.medians if (w, t, o) == (what, threads, openblas)]
        return {size: {**self.medians[what, size, threads, openblas], **self.medians.get((what, size, threads, ""), {})}
                for size in sorted(dict.fromkeys(sizes), key=natural)}

    def comparison(self, what, threads, openblas):
        """Returns a table with one row per size: Minnow, its bounds, each peer in its fastest setting, and rates."""
        sizes = {size: c for size, c in self.sizes(what, threads, openblas).items() if "minnow" in c}
        references = sorted({who for c in sizes.values() for who in c if not who.startswith(("minnow", "bf16", *PEERS))})
        header = [what, "Minnow µs"]
        for who in references:
            header += [f"{who} µs", PER_BOUND]
        for peer in PEERS.values():
            header += [f"{peer} µs", PER_PEER] + (["setting"] if peer == "LibTorch" else [])
        rows = [header + ["bfloat16 µs", "GB/s", "of bandwidth", "GFLOP/s", "of the limit", "samples/s"]]
        ratios = {}  # {(pass, column): peer / Minnow of each row}
        for size, contenders in sizes.items():
            minnow = contenders["minnow"]
            row = [readable(size), number(minnow["us"])]
            for who in references:
                us = contenders.get(who, {}).get("us")
                row += [number(us), ratio(minnow["us"] / us)] if us else ["-", "-"]
            for peer in PEERS:
                us, setting = self.fastest(peer, what, size, threads, contenders)
                if us and size.split(",")[-2:][0] in PASSES:
                    ratios.setdefault((size.split(",")[-2], len(row) + 1), []).append(us / minnow["us"])
                row += [number(us), ratio(us / minnow["us"])] if us else ["-", "-"]
                row += [setting or "-"] if peer == "torch" else []
            bf16 = contenders.get("bf16", {}).get("us")
            rows.append(row + [number(bf16) if bf16 else "-"] + self.rates(minnow, threads))
        for name in dict.fromkeys(name for name, _ in ratios):
            means = {column: statistics.geometric_mean(values) for (of, column), values in ratios.items() if of == name}
            rows.append([f"geometric mean, {name}"] +
                        [ratio(means[column]) if column in means else "-" for column in range(1, len(rows[0]))])
        return Table(f"{title(what)}. {threads_text(threads, openblas)}", rows) if sizes else None

    def fastest(self, peer, what, size, threads, contenders):
        """Returns the peer's shortest time and its setting; (None, None) if the peer was not measured."""
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

    def rates(self, minnow, threads):
        bytes_rate, samples, flops = minnow.get("rate"), minnow.get("samples"), minnow.get("check_flops")
        bandwidth, limit = max(self.bandwidths.values(), default=0), self.limits.get(threads)
        speed = 1e6 * flops / minnow["us"] if flops else 0
        return [number(bytes_rate / 1e9) if bytes_rate else "-", percent(bytes_rate / bandwidth) if bytes_rate and bandwidth else "-",
                number(speed / 1e9) if speed else "-", percent(speed / limit) if speed and limit else "-",
                f"{samples:.0f}" if samples else "-"]

    def variants(self, what, threads, openblas):
        """Returns a table of Minnow's variants, such as minnow_adam, beside `minnow`."""
        sizes = self.sizes(what, threads, openblas)
        names = sorted({who for c in sizes.values() for who in c if who.startswith("minnow_")})
        if not names:
            return None
        rows = [[what, "Minnow µs"] + [cell for name in names for cell in (f"{name.removeprefix('minnow_')} µs", PER_VARIANT)]]
        for size, c in sizes.items():
            row = [readable(size), number(c["minnow"]["us"])]
            for name in names:
                row += [number(c[name]["us"]), ratio(c[name]["us"] / c["minnow"]["us"])] if name in c else ["-", "-"]
            rows.append(row)
        return Table(f"{title(what)}, Minnow's variants. {threads_text(threads, openblas)}", rows)

    def scaling(self, what, openblas):
        """Returns a table of Minnow's speedup over its time on the fewest threads."""
        threads = [count for count, build in self.settings(what) if build == openblas]
        if len(threads) < 2:
            return None
        header = [what, f"{threads_text(threads[0])} µs"]
        rows = [header + [cell for t in threads[1:] for cell in (f"{threads_text(t)} µs", "speedup")]]
        for size in self.sizes(what, threads[0], openblas):
            times = [self.medians.get((what, size, t, openblas), {}).get("minnow", {}).get("us") for t in threads]
            if all(times):
                cells = [cell for t in times[1:] for cell in (number(t), ratio(times[0] / t))]
                rows.append([readable(size), number(times[0]), *cells])
        return Table(f"{title(what)}, Minnow by threads. OpenBLAS {openblas}", rows) if len(rows) > 1 else None

    def all_contenders(self, what, threads, openblas):
        """Returns a table with one row per contender and setting, one column per size."""
        sizes = self.sizes(what, threads, openblas)
        names = sorted({who for contenders in sizes.values() for who in contenders})
        rows = [["µs"] + [readable(size) for size in sizes]]
        rows += [[who] + [number(c[who]["us"]) if who in c else "-" for c in sizes.values()] for who in names]
        return Table(f"{title(what)}, all contenders. {threads_text(threads, openblas)}", rows)

    def torch_implementations(self, what, threads, openblas):
        """Returns a table of LibTorch's implementations of convolutions, each in its fastest setting."""
        sizes = self.sizes(what, threads, openblas)
        names = sorted({who.split()[0] for c in sizes.values() for who in c if who.startswith("torch")})
        if what != "conv_step" or len(names) < 2:
            return None
        rows = [[what] + [f"{name} µs" for name in names]]
        for size, c in sizes.items():
            best = [min((c[who]["us"] for who in c if who.split()[0] == name), default=None) for name in names]
            rows.append([readable(size)] + [number(us) if us else "-" for us in best])
        return Table(f"{title(what)}, LibTorch's implementations. {threads_text(threads, openblas)}", rows)

    def memory(self, threads):
        parts = ["parameters", "gradients", "momentum", "activations"]
        rows = [["MB"] + parts + ["sum", "peak", "peak / sum", "before the first tensor", "peak / Minnow's peak"]]
        runs = [run for run in self.peak if run["threads"] == threads]
        minnows = {run["net"]: run["peak"] for run in runs if run["who"] == "Minnow"}
        for run in runs:
            total = sum(run[part] for part in parts)
            beside = run["net"] in minnows and run["who"] != "Minnow"
            rows.append([f"{readable(run['net'])}: {run['who']}"] + [number(run[part] / 1e6) for part in parts] +
                        [number(total / 1e6), number(run["peak"] / 1e6), ratio(run["peak"] / total), number(run["start"] / 1e6),
                         ratio(run["peak"] / minnows[run["net"]]) if beside else "-"])
        return Table(f"{title('memory')}. {threads_text(threads)}", rows)

    def group_tables(self, what):
        for setting in self.settings(what):
            yield self.comparison(what, *setting)
            yield self.torch_implementations(what, *setting)
            yield self.variants(what, *setting)
            if self.all_settings:
                yield self.all_contenders(what, *setting)
        for openblas in sorted({openblas for _, openblas in self.settings(what)}):
            yield self.scaling(what, openblas)

    def groups(self):
        """Returns {name: tables} of the groups that were measured."""
        groups = {what: [table for table in self.group_tables(what) if table] for what in self.whats}
        groups["memory"] = [self.memory(threads) for threads in sorted({run["threads"] for run in self.peak})]
        return {name: tables for name, tables in groups.items() if tables}

    def facts(self):
        """Returns lines about the machine, the software and the run."""
        model, _, clocks = cpu()
        any_context = next(iter(self.context.values()), {})
        caches = ", ".join(f"L{c['level']} {c['type'][0].lower() if c['type'] != 'Unified' else ''}{c['size'] // 1024} KiB"
                           for c in any_context.get("caches", []))
        names = ("Minnow", "compiler", "LibTorch", "PyTorch", "dlib")
        versions = {name: c[name] for c in self.context.values() for name in names if name in c}
        cores = any_context.get("num_cpus", "?")
        lines = [f"CPU: {model}, {cores} cores at {statistics.median(clocks or [0]):.0f} MHz; {caches}",
                 "Software: " + "; ".join(f"{name} {version}" for name, version in versions.items())]
        lines += [f"OpenBLAS {name}{' (default)' if name == self.default else ''}: {c['OpenBLAS']}"
                  for name, c in self.context.items() if "OpenBLAS" in c]
        rounds = f"{self.rounds} round{'s' if self.rounds > 1 else ''}"
        lines.append(f"Run: {datetime.date.today()}, {rounds}, load {any_context.get('load_avg', [0])[0]:.1f}")
        if self.limits:
            rates = ", ".join(f"{threads_text(threads)} {rate / 1e9:.0f}" for threads, rate in sorted(self.limits.items()))
            lines.append(f"Additions and multiplications in registers, GFLOP/s: {rates}")
        if self.bandwidths:
            rates = ", ".join(f"{who} {rate / 1e9:.1f}" for who, rate in self.bandwidths.items())
            lines.append(f"Memory bandwidth of one thread, GB/s: {rates}")
        return lines

    def text(self):
        tables = [table for tables in self.groups().values() for table in tables]
        return "\n".join(self.facts() + [""] + [table.text() for table in tables])

    def write(self, folder):
        """Writes the raw tables of each measured group to FOLDER/GROUP.md."""
        folder.mkdir(exist_ok=True)
        facts = self.facts()
        for name, tables in self.groups().items():
            (folder / f"{name}.md").write_text(group_page(name, facts, tables))
