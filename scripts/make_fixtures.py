#!/usr/bin/python3
"""Writes tests/fixtures/*.json: float64 references from PyTorch, or from 60-digit decimals if float64 loses digits.

usage: make_fixtures.py        needs Debian's python3-torch (1.13)

Every input is a float32 value, so that the float and the double build read the same input.
"""
import decimal
import json
import math
import pathlib

import numpy
import torch

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures"
EXTREMES = [1e4, -1e4, 88, -88, 0.0, -0.0, 1e-40, -1e-40, 1e-45, 20, -20, 0.5]


# ---------------------------------------------------------------------------------------------------------------- JSON

def tensor(values):
    array = numpy.asarray(values.detach() if isinstance(values, torch.Tensor) else values, dtype=numpy.float64)
    short = [int(v) if v == int(v) and not (v == 0 and math.copysign(1, v) < 0) else v for v in array.ravel().tolist()]
    return {"shape": list(array.shape), "data": short}


def write(name, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases)
    (FIXTURES / name).write_text("[\n" + lines + "\n]\n")


class Numbers:
    """Draws random inputs, rounded to float32. Coarse inputs have few digits, to keep the files small."""

    def __init__(self, seed):
        self.generator = numpy.random.default_rng(seed)

    def normal(self, shape, scale=1.0):
        return (scale * self.generator.standard_normal(shape)).astype(numpy.float32).astype(numpy.float64)

    def coarse(self, shape, scale=1.0):
        return numpy.round(scale * self.generator.standard_normal(shape) * 64) / 64

    def inputs(self, shape, scale=1.0):
        return (self.coarse if math.prod(shape) > 100 else self.normal)(shape, scale)


# -------------------------------------------------------------------------------------------------------------- layers

def build(spec, numbers):
    kind = spec["layer"]
    if kind == "Dense":
        layer = torch.nn.Linear(spec["in"], spec["out"], bias=spec["bias"], dtype=torch.float64)
        for parameter in layer.parameters():
            parameter.data = torch.tensor(numbers.normal(tuple(parameter.shape), spec["in"] ** -0.5))
        return layer
    if kind == "Sequential":
        return torch.nn.Sequential(*[build(child, numbers) for child in spec["layers"]])
    return {"ReLU": torch.nn.ReLU(), "Sigmoid": torch.nn.Sigmoid(), "Tanh": torch.nn.Tanh(),
            "Flatten": torch.nn.Flatten(), "Softmax": torch.nn.Softmax(dim=1)}[kind]


def layer_case(case, spec, x, numbers):
    layer = build(spec, numbers)
    x = torch.tensor(x, requires_grad=True)
    y = layer(x)
    dy = numbers.coarse(tuple(y.shape))
    y.backward(torch.tensor(dy))
    result = {"case": case, "spec": spec, "x": tensor(x), "dy": tensor(dy), "y": tensor(y), "dx": tensor(x.grad)}
    named = dict(layer.named_parameters())
    result["parameters"] = {name: tensor(p) for name, p in named.items()}
    result["gradients"] = {name: tensor(p.grad) for name, p in named.items()}
    return result


def dense(n_in, n_out, bias=True):
    return {"layer": "Dense", "in": n_in, "out": n_out, "bias": bias}


def rows(*values):
    return numpy.asarray(values, dtype=numpy.float32).astype(numpy.float64)


def layers():
    numbers = Numbers(1)
    cases = []
    for shape, spec in [((1, 1), dense(1, 1)), ((5, 1), dense(1, 4)), ((1, 7), dense(7, 3)), ((6, 5), dense(5, 1)),
                        ((17, 33), dense(33, 6)), ((5, 9), dense(9, 6, False)), ((1, 4), dense(4, 1, False))]:
        cases.append(layer_case(f"Dense {shape}", spec, numbers.inputs(shape), numbers))
    cases.append(layer_case("Dense extreme", dense(12, 3), rows(EXTREMES, EXTREMES[::-1]), numbers))
    for kind in ["ReLU", "Sigmoid", "Tanh"]:
        for shape in [(1, 7), (5, 1), (2, 3, 2, 2), (17, 33)]:
            cases.append(layer_case(f"{kind} {shape}", {"layer": kind}, numbers.inputs(shape, 2), numbers))
        cases.append(layer_case(f"{kind} extreme", {"layer": kind}, rows(EXTREMES, EXTREMES[::-1]), numbers))
    for shape in [(3,), (1, 7), (5, 1, 1), (2, 3, 1, 2, 2), (4, 17)]:
        cases.append(layer_case(f"Flatten {shape}", {"layer": "Flatten"}, numbers.normal(shape), numbers)
                     if len(shape) > 1 else flatten_vector(numbers))
    for shape in [(1, 1), (1, 7), (5, 1), (17, 33)]:
        cases.append(layer_case(f"Softmax {shape}", {"layer": "Softmax"}, numbers.inputs(shape, 2), numbers))
    extreme = rows([1e4, -1e4, 0], [88, -88, 87], [-1e4, -1e4, -1e4], [1e-40, -1e-40, 0], [1e4, 9999.5, 9980])
    cases.append(layer_case("Softmax extreme", {"layer": "Softmax"}, extreme, numbers))
    chain = [{"layer": "Flatten"}, dense(12, 8), {"layer": "Tanh"}, dense(8, 6), {"layer": "ReLU"}, dense(6, 4)]
    for case, shape, spec in [
            ("Sequential logits", (5, 3, 2, 2), {"layer": "Sequential", "layers": chain}),
            ("Sequential batch of 1", (1, 3, 2, 2), {"layer": "Sequential", "layers": chain}),
            ("Sequential nested", (4, 12), {"layer": "Sequential", "layers": [
                {"layer": "Sequential", "layers": [dense(12, 5), {"layer": "Sigmoid"}]}, dense(5, 3, False),
                {"layer": "Softmax"}]})]:
        cases.append(layer_case(case, spec, numbers.normal(shape), numbers))
    write("layers.json", cases)


def flatten_vector(numbers):
    """Returns the case (N) to (N, 1), computed here because torch's Flatten rejects the shape (N)."""
    x, dy = numbers.normal((3,)), numbers.coarse((3, 1))
    return {"case": "Flatten (3,)", "spec": {"layer": "Flatten"}, "x": tensor(x), "dy": tensor(dy),
            "y": tensor(x.reshape(3, 1)), "dx": tensor(dy.reshape(3)), "parameters": {}, "gradients": {}}


# -------------------------------------------------------------------------------------------------------------- losses

def exact(values):
    return [[decimal.Decimal(float(v)) for v in row] for row in values]


def exact_log_softmax(logits, temperature=1.0):
    result = []
    for row in exact(logits):
        row = [v / decimal.Decimal(temperature) for v in row]
        top = max(row)
        log_sum = sum((v - top).exp() for v in row).ln()
        result.append([v - top - log_sum for v in row])
    return result


def loss_case(case, logits, targets):
    """Returns losses and gradients for mean and sum, computed in decimals. Asserts that PyTorch agrees."""
    logits, targets = numpy.asarray(logits, dtype=numpy.float64), numpy.asarray(targets, dtype=numpy.float64)
    n, classes = logits.shape
    full = numpy.eye(classes)[targets.astype(int)] if targets.ndim == 1 else targets
    log_p = exact_log_softmax(logits)
    per_sample = [-sum(t * l for t, l in zip(ts, ls)) for ts, ls in zip(exact(full), log_p)]
    gradient = [[l.exp() * sum(ts) - t for t, l in zip(ts, ls)] for ts, ls in zip(exact(full), log_p)]
    result = {"case": case, "logits": tensor(logits), "targets": tensor(targets),
              "per_sample": [float(v) for v in per_sample],
              "sum": float(sum(per_sample)), "mean": float(sum(per_sample) / n),
              "gradient_sum": tensor([[float(v) for v in row] for row in gradient]),
              "gradient_mean": tensor([[float(v / n) for v in row] for row in gradient])}
    for reduction in ["sum", "mean"]:
        x = torch.tensor(logits, requires_grad=True)
        target = torch.tensor(targets, dtype=torch.int64 if targets.ndim == 1 else torch.float64)
        loss = torch.nn.functional.cross_entropy(x, target, reduction=reduction)
        loss.backward()
        assert math.isclose(loss.item(), result[reduction], rel_tol=1e-12, abs_tol=1e-13), case
        difference = x.grad.numpy().ravel() - numpy.asarray(result["gradient_" + reduction]["data"])
        assert numpy.abs(difference).max() < 1e-13, case
    return result


def losses():
    numbers = Numbers(2)
    labels = numbers.generator.integers(0, 10, 9)
    soft = numpy.round(numbers.generator.dirichlet(numpy.ones(6), 7) * 1024) / 1024
    soft[:, 0] += 1 - soft.sum(axis=1)  # multiples of 1 / 1024 that sum to 1
    assert (soft >= 0).all()
    hot = numpy.eye(5)[numbers.generator.integers(0, 5, 4)]
    extreme = rows([1e4, -1e4, 0, 3], [-1e4, 1e4, 1e4, 0], [88, -88, 87, 0], [-1e4, -1e4, -1e4, -1e4])
    certain = rows([20.72326583694641, 0], [0, 20.72326583694641], [-3, 17.7232658])
    certain_wide = rows([0, 24, 1, -2, 3, 0.5, 1.25, 2], [30, 0, 1, -2, 3, 0.5, 1.25, 2])
    write("cross_entropy_loss.json", [
        loss_case("indices", numbers.normal((9, 10), 3), labels),
        loss_case("probabilities", numbers.normal((7, 6), 3), soft),
        loss_case("one-hot rows", numbers.normal((4, 5), 3), hot),
        loss_case("batch of 1", numbers.normal((1, 5)), [3]),
        loss_case("batch of 1, probabilities", numbers.normal((1, 6)), soft[:1]),
        loss_case("one class", numbers.normal((3, 1)), [0, 0, 0]),
        loss_case("one class, probabilities", numbers.normal((3, 1)), [[1], [1], [1]]),
        loss_case("extreme logits", extreme, [1, 2, 0, 3]),
        loss_case("extreme logits, right", extreme[:3], [0, 1, 0]),
        loss_case("extreme logits, probabilities", extreme, [[0, 1, 0, 0], [0.5, 0.25, 0.25, 0], [1, 0, 0, 0],
                                                             [0.25, 0.25, 0.25, 0.25]]),
        loss_case("near certain, indices", certain, [0, 1, 1]),
        loss_case("near certain, many classes", certain_wide, [1, 0]),
        loss_case("near certain, one-hot rows", certain, [[1, 0], [0, 1], [0, 1]]),
    ])


def softmax_case(case, logits, temperature=1.0):
    """Returns softmax and its logarithm at a temperature, and log-sum-exp, computed in decimals. Asserts that PyTorch agrees."""
    log_p = exact_log_softmax(logits, temperature)
    log_sum = [row[0] - log_row[0] for row, log_row in zip(exact(logits), exact_log_softmax(logits))]
    result = {"case": case, "logits": tensor(logits), "softmax": tensor([[float(v.exp()) for v in row] for row in log_p]),
              "log_softmax": tensor([[float(v) for v in row] for row in log_p]),
              "logsumexp": tensor([float(v) for v in log_sum])}
    if temperature != 1:
        result["temperature"] = temperature
    x = torch.tensor(logits)
    for name, theirs in [("log_softmax", torch.log_softmax(x / temperature, dim=1)), ("logsumexp", x.logsumexp(dim=1))]:
        mine = numpy.asarray(result[name]["data"])
        assert numpy.abs(theirs.numpy().ravel() - mine).max() < 1e-11 * max(1, numpy.abs(mine).max()), case
    return result


def entropy_case(case, p, t, labels):
    """The entropies of targets t and probabilities p, row by row and reduced. Decimals rule, PyTorch must agree."""
    assert (p == p.astype(numpy.float32)).all() and (t == t.astype(numpy.float32)).all() and (t >= 0).all(), case
    nats = lambda a, b: [-sum(x * y.ln() for x, y in zip(u, v) if x != 0) for u, v in zip(exact(a), exact(b))]
    flat_p, flat_t = p.ravel(), t.ravel()
    values = {"entropy": nats(t, t), "cross_entropy": nats(t, p),
              "cross_entropy_labels": nats(numpy.eye(p.shape[1])[labels], p),
              "binary_cross_entropy": nats(numpy.stack([flat_t, 1 - flat_t], 1), numpy.stack([flat_p, 1 - flat_p], 1)),
              "kl_divergence": [a - b for a, b in zip(nats(t, p), nats(t, t))]}
    result = {"case": case, "probabilities": tensor(p), "targets": tensor(t), "labels": tensor(labels)}
    for name, exact_values in values.items():
        shape = p.shape if name == "binary_cross_entropy" else len(p)
        result[name] = tensor(numpy.reshape([float(v) for v in exact_values], shape))
    result["sum"] = {name: float(sum(v)) for name, v in values.items()}
    result["mean"] = {name: float(sum(v) / len(v)) for name, v in values.items()}
    x, y = torch.tensor(p), torch.tensor(t)
    for name, theirs in [("kl_divergence", torch.nn.functional.kl_div(x.log(), y, reduction="none").sum(1)),
                         ("cross_entropy_labels", torch.nn.functional.nll_loss(x.log(), torch.tensor(labels),
                                                                               reduction="none")),
                         ("cross_entropy", -torch.xlogy(y, x).sum(1)),
                         ("entropy", torch.special.entr(y).sum(1)),
                         ("binary_cross_entropy", torch.nn.functional.binary_cross_entropy(x, y, reduction="none"))]:
        assert numpy.abs(theirs.numpy().ravel() - result[name]["data"]).max() < 1e-13, (case, name)
    return result


def distributions(numbers, n, classes, parts):
    """Returns rows that sum to 1. Their elements are multiples of 1 / parts and at least 2 / parts."""
    p = numpy.maximum(numpy.round(numbers.generator.dirichlet(numpy.ones(classes), n) * parts), 2) / parts
    p[numpy.arange(n), p.argmax(1)] += 1 - p.sum(axis=1)
    assert (p > 0).all()
    return p


def entropies():
    numbers = Numbers(3)
    cases = [("9x33", numbers.inputs((9, 33), 3)), ("batch of 1", numbers.normal((1, 5))),
             ("one class", numbers.normal((3, 1))), ("two classes", numbers.normal((5, 2), 5)),
             ("extreme", rows([1e4, -1e4, 0], [88, -88, 87], [-1e4, -1e4, -1e4], [20.723265, 0, -1]))]
    warm = Numbers(5)
    for temperature in [0.5, 2.0, 1e-3, 1e3]:
        cases.append((f"temperature {temperature:g}", warm.normal((4, 7), 3), temperature))
        cases.append((f"extreme at temperature {temperature:g}", cases[4][1], temperature))
    cases.append(("one class at temperature 0.5", warm.normal((2, 1)), 0.5))
    cases.append(("batch of 1 at temperature 0.5", warm.normal((1, 40), 3), 0.5))
    write("softmax.json", [softmax_case(*case) for case in cases])

    p, t = (numpy.round(numbers.generator.dirichlet(numpy.ones(5), 6) * 256) / 256 for _ in range(2))
    p[p == 0] = 1 / 256
    t[0] = [0, 0, 1, 0, 0]
    for q in p, t:
        q[numpy.arange(6), q.argmax(1)] += 1 - q.sum(axis=1)
    labels = numbers.generator.integers(0, 5, 6)
    more = Numbers(6)
    wide_p, wide_t = (distributions(more, 2, 300, 16384) for _ in range(2))
    near = distributions(more, 5, 6, 1024)
    apart = numpy.array([2.0 ** -k for k in [11, 13, 16, 20, 24]])[:, None] * [1, 0, -1, 0, 2, -2]
    rounded_p, rounded_t = (more.generator.dirichlet(numpy.ones(7), 4).astype(numpy.float32).astype(numpy.float64)
                            for _ in range(2))
    tiny_p, tiny_t = rows([1e-30, 0.75, 0.25], [0.5, 1e-38, 0.5]), rows([1, 1e-45, 1e-30], [0, 1e-38, 1])
    write("entropy.json", [
        entropy_case("6x5", p, t, labels),
        entropy_case("two of 300 classes", wide_p, wide_t, [299, 0]),
        entropy_case("batch of 1", p[1:2], t[1:2], [3]),
        entropy_case("one class", numpy.ones((3, 1)), numpy.ones((3, 1)), [0, 0, 0]),
        entropy_case("close to each other", near, near + apart, [0, 1, 2, 3, 4]),
        entropy_case("sums rounded", rounded_p, rounded_t, [6, 5, 1, 0]),
        entropy_case("tiny probabilities", tiny_p, tiny_t, [0, 2])])


# ----------------------------------------------------------------------------------------------------------------- SGD

OPTIONS = {"plain": {"lr": 0.1}, "momentum": {"lr": 0.05, "momentum": 0.9},
           "dampening": {"lr": 0.1, "momentum": 0.9, "dampening": 0.5},
           "nesterov": {"lr": 0.05, "momentum": 0.9, "nesterov": True},
           "weight decay": {"lr": 0.1, "weight_decay": 0.01},
           "all": {"lr": 0.1, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.02},
           "nesterov and decay": {"lr": 0.05, "momentum": 0.8, "weight_decay": 0.02, "nesterov": True}}


def sgd():
    numbers = Numbers(4)
    shapes = [(1,), (7,), (3, 11), ()]
    start = [numbers.normal(shape) for shape in shapes]
    gradients = [[numbers.coarse(shape) for shape in shapes] for _ in range(20)]
    trajectories = []
    for case, options in OPTIONS.items():
        parameters = [torch.tensor(value, requires_grad=True) for value in start]
        optimizer = torch.optim.SGD(parameters, **options)
        for step in gradients:
            for parameter, gradient in zip(parameters, step):
                parameter.grad = torch.tensor(gradient)
            optimizer.step()
        trajectories.append({"case": case, "options": options, "end": [tensor(p) for p in parameters]})
    write("sgd_gradients.json", [{"start": [tensor(v) for v in start],
                                  "gradients": [[tensor(g) for g in step] for step in gradients],
                                  "trajectories": trajectories}])

    x, labels = numbers.normal((12, 6)), numbers.generator.integers(0, 3, 12)
    first = build({"layer": "Sequential", "layers": [dense(6, 8), {"layer": "ReLU"}, dense(8, 3)]}, numbers)
    start = {name: p.detach().clone() for name, p in first.named_parameters()}
    trajectories = []
    for case, options in OPTIONS.items():
        first.load_state_dict(start)
        optimizer = torch.optim.SGD(first.parameters(), **options)
        trajectory = {"case": case, "options": options, "losses": []}
        for step in range(1, 51):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(first(torch.tensor(x)), torch.tensor(labels))
            loss.backward()
            optimizer.step()
            trajectory["losses"].append(loss.item())
            if step in (20, 50):
                trajectory[f"after {step}"] = {name: tensor(p) for name, p in first.named_parameters()}
        trajectories.append(trajectory)
    write("sgd_training.json", [{"x": tensor(x), "labels": tensor(labels), "trajectories": trajectories,
                                 "start": {name: tensor(p) for name, p in start.items()}}])


if __name__ == "__main__":
    decimal.getcontext().prec = 60
    FIXTURES.mkdir(exist_ok=True)
    layers()
    losses()
    entropies()
    sgd()
