#!/usr/bin/python3
"""The cases of bench/cases.txt in Python, on (N, H, W, C) images.

usage: torch_compile.py [--benchmark_list_tests]

Reads lines of JSON, {"names": [...], "min_time": seconds}, and answers each with a line of Google Benchmark's JSON. The process
compiles a network once and serves all rounds, because compilation takes seconds. BENCH_THREADS is the number of threads.
compiled: torch.compile; frozen: networks with freezing, which packs the weights once; bf16: autocast to bfloat16, not compiled.
"""
import json
import os
import pathlib
import re
import sys
import time

LEARNING_RATE, MOMENTUM = 1e-3, 0.9
CASES = pathlib.Path(__file__).resolve().parent.parent / "cases.txt"


def read_cases():
    """Returns {name: (who, pass, shape of a batch, words)}."""
    cases, current = {}, []
    for line in CASES.read_text().splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if line[0] == " ":
            for name in current:
                cases[name][-1].extend(words)
            continue
        group, name, shape, *passes = words
        current = []
        for kind, batch in (re.fullmatch(r"([a-z]+)(\d+)", text).groups() for text in passes):
            for who in ("compiled", "bf16", *(["frozen"] if group == "nets" and kind == "predict" else [])):
                current.append(f"{group}/{who}/{name},{kind},{batch}/real_time")
                cases[current[-1]] = (who, kind, [int(batch), *map(int, shape.split("x"))], [])
    return cases


def build(words, channels, side):
    """Returns the network of the words up to ] or |, which are removed, and the channels and side of its output."""
    layers = []
    while words and words[0] not in ("]", "|"):
        word = words.pop(0)
        value = lambda letter, otherwise: int((re.search(rf"{letter}(\d+)", word) or [0, otherwise])[1])
        if word == "[":
            body, out, small = build(words, channels, side)
            projection = nn.Identity()
            if words.pop(0) == "|":
                projection = build(words, channels, side)[0]
                words.pop(0)
            layers.append(Residual(body, projection))
            channels, side = out, small
        elif word in ("gelu", "softmax", "r", "r6"):
            layers.append({"gelu": nn.GELU(), "softmax": nn.Softmax(1), "r": nn.ReLU(True), "r6": nn.ReLU6(True)}[word])
        elif word == "layer_norm":
            layers.append(nn.LayerNorm(channels))
        elif word == "b":
            layers.append(nn.BatchNorm2d(channels) if side else nn.BatchNorm1d(channels))
        elif word[0] == "c":
            out, kernel, stride = value("c", 0), value("k", 3), value("s", 1)
            layers.append(nn.Conv2d(channels, out, kernel, stride, (kernel - 1) // 2, groups=value("g", 1),
                                    bias=words[:1] != ["b"]))
            channels, side = out, (side - 1) // stride + 1
        elif word[0] in "pa":
            kernel = value(word[0], 2)
            stride, padding = value("s", kernel), (kernel - 1) // 2
            layers.append((nn.MaxPool2d if word[0] == "p" else nn.AvgPool2d)(kernel, stride, padding))
            side = (side + 2 * padding - kernel) // stride + 1
        elif word in ("g", "f"):
            layers += [nn.AdaptiveAvgPool2d(1)] if word == "g" else []
            layers.append(nn.Flatten())
            channels, side = channels * (side * side if word == "f" else 1), 0
        elif word[0] == "d":
            layers.append(nn.Dropout(float(word[1:])))
        elif word[0] == "e":
            layers.append(nn.Embedding(value("e", 0), value("w", 0)))
        else:
            layers.append(nn.Linear(channels, value("l", 0)))
            channels = value("l", 0)
    return nn.Sequential(*layers), channels, side


def uniform(count, stream=0):
    """Returns the values of bench::uniform."""
    x = (torch.arange(count) + stream * 0x9e3779b9) & 0xffffffff
    x = scramble(x)
    return ((x >> 8).double() * 2.0**-23 - 1).float()


def scramble(x):
    x = ((x ^ x >> 16) * 0x85ebca6b) & 0xffffffff
    x = ((x ^ x >> 13) * 0xc2b2ae35) & 0xffffffff
    return x ^ x >> 16


def labels(count, classes):
    return scramble(~torch.arange(count) & 0xffffffff) % classes


def fill(model):
    """Writes the initial values of bench::fill_parameter."""
    for index, (name, parameter) in enumerate(model.named_parameters()):
        if parameter.dim() > 1 or name.endswith("bias"):
            bound = 0.1 if parameter.dim() == 1 else (6 / parameter[0].numel()) ** 0.5
            parameter.data.copy_((bound * uniform(parameter.numel(), index + 1)).view_as(parameter))


def make(who, kind, shape, words):
    """Returns a function that runs the pass once, and the counters that must agree among contenders."""
    indices = words[0][0] == "e"
    random = any(word[0] == "d" for word in words)
    model = build(list(words), shape[1], shape[2] if len(shape) > 2 else 0)[0]
    fill(model)
    x = labels(shape[0], int(re.match(r"e(\d+)", words[0])[1])) if indices else uniform(torch.Size(shape).numel()).view(shape)
    if x.dim() == 4:
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    if who == "bf16":
        run = torch.autocast("cpu", torch.bfloat16)(model)
    else:
        run = torch.compile(model, dynamic=False)
    squares = lambda values: values.detach().double().square().sum().item()
    if kind == "predict":
        model.eval()

        def predict():
            with torch.no_grad() if who == "frozen" else torch.inference_mode():
                return run(x)

        with torch._inductor.config.patch(freezing=who == "frozen"):
            return predict, {"check_squares": squares(predict())}
    if kind == "train":
        target = labels(shape[0], run(x).shape[1])
        sgd = torch.optim.SGD(model.parameters(), LEARNING_RATE, MOMENTUM)

        def train():
            sgd.zero_grad()
            loss = torch.nn.functional.cross_entropy(run(x), target)
            loss.backward()
            sgd.step()
            return loss

        loss = train().item()
        return train, {} if random else {"check_loss": loss}
    x.requires_grad_(not indices)
    if kind == "forward":
        return lambda: run(x), {}
    y = run(x)
    dy = uniform(y.numel(), 1).view(y.shape).to(y.dtype)
    if dy.dim() == 4:
        dy = dy.contiguous(memory_format=torch.channels_last)

    def step():
        model.zero_grad()
        x.grad = None
        run(x).backward(dy)

    step()
    counters = {} if random or indices else {"check_dx": squares(x.grad)}
    return step, counters


def time_of(step, min_time):
    """Returns the mean time of an iteration in microseconds, and the number of iterations."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            step()
        taken = time.perf_counter() - start
        if taken >= min_time:
            return 1e6 * taken / count, count
        count = max(count + 1, min(10 * count, int(1.4 * count * min_time / max(taken, 1e-9))))


def serve(cases):
    out, ready = os.fdopen(os.dup(1), "w"), {}
    os.dup2(2, 1)  # the compiler prints too
    context = {"PyTorch": torch.__version__, "num_cpus": os.cpu_count(), "caches": [], "load_avg": os.getloadavg()}
    for line in sys.stdin:
        request = json.loads(line)
        entries = []
        for name in request["names"]:
            if name not in ready:
                try:
                    ready[name] = make(*cases[name])
                    ready[name][0]()
                except Exception as error:
                    print(f"{name}: {error}", file=sys.stderr)
                    ready[name] = None
            if ready[name] is None:
                continue
            us, count = time_of(ready[name][0], request["min_time"])
            counters = {} if cases[name][0] == "bf16" else ready[name][1]  # bfloat16 is less precise
            entries.append({"name": name, "iterations": count, "real_time": us, "cpu_time": us, "time_unit": "us", **counters})
        print(json.dumps({"context": context, "benchmarks": entries}), file=out, flush=True)


if __name__ == "__main__":
    if "--benchmark_list_tests" in sys.argv:
        print("\n".join(read_cases()))
        sys.exit()
    import torch
    import torch._inductor.config
    from torch import nn

    class Residual(nn.Module):
        def __init__(self, body, projection):
            super().__init__()
            self.body, self.projection = body, projection

        def forward(self, x):
            return self.body(x) + self.projection(x)

    torch.set_num_threads(int(os.environ.get("BENCH_THREADS", "1")))
    torch.set_flush_denormal(True)
    torch._dynamo.config.recompile_limit = 1000  # all cases share the code of nn.Sequential
    serve(read_cases())
