#!/usr/bin/python3
"""Writes tests/fixtures/losses.json: all losses on a grid of options, shapes and extremes.

usage: make_loss_fixtures.py        needs Debian's python3-torch (1.13)

loss_case.py describes a case.
"""
import json
import math

import numpy
import torch

from loss_case import case
from make_fixtures import FIXTURES, Numbers, rows

SHAPES = [("(6, 5)", (6, 5), False), ("sample weights", (6, 5), True), ("batch of 1", (1, 4), False),
          ("one class", (4, 1), False), ("(3, 4, 3)", (3, 4, 3), False),
          ("(2, 3, 2, 2), sample weights", (2, 3, 2, 2), True), ("(16, 10)", (16, 10), False)]
WRONG = rows([1e4, -1e4, 0, 3], [88, -88, 87, 0], [-1e4] * 4)
RIGHT = rows([1e4, -1e4, 0, 3], [-1e4, 1e4, 9000, 0], [-1e4, -1e4, 88, -1e4])


def sample_weights(n):
    """Returns small and large weights, including 0."""
    return numpy.resize([1, 2.5, 0, 0.25, 7], n)


def inputs(numbers, shape, weighted, scale=1.0):
    """Returns random inputs; weighted cases have few digits, to keep the file small."""
    return numbers.coarse(shape, scale) if weighted else numbers.inputs(shape, scale)


# ------------------------------------------------------------------------------------------------------- classifications

def class_inputs(numbers, certain):
    """Yields (text, logits, labels, sample weights or None)."""
    integers = numbers.generator.integers
    for text, shape, weighted in SHAPES:
        labels = integers(0, shape[1], (shape[0],) + shape[2:])
        yield text, inputs(numbers, shape, weighted, 3), labels, sample_weights(shape[0]) if weighted else None
    yield "extreme logits, wrong", WRONG, numpy.array([1, 2, 3]), None
    yield "extreme logits, right", RIGHT, numpy.array([0, 1, 2]), None
    near = rows([certain, 0, 1, -2], [1, certain + 1, 0, 0.5], [-certain, -certain - 1, -certain, 0.25])
    yield "near certain", near, numpy.array([0, 1, 3]), None
    yield "tiny differences", 1 + numpy.arange(12).reshape(3, 4) * 2.0 ** -23, numpy.array([3, 0, 2]), None
    yield "sample weights 0", numbers.coarse((3, 4)), integers(0, 4, 3), numpy.zeros(3)


def class_options(words, options, classes, numbers, k):
    """Returns the options of a case and its ignored label."""
    result = dict(options)
    if "weight" in words:
        result["weight"] = numbers.generator.integers(1, 17, classes) / 8
        if classes > 3:
            result["weight"][2] = 0
    ignored = (-100, 1, -1)[k % 3] if classes > 1 else -100
    if "ignored" in words:
        result["ignore_index"] = ignored
    return result, ignored


def log_softmax(x):
    return torch.log_softmax(torch.tensor(x), 1).float().double().numpy()


def distributions(numbers, shape):
    """Returns multiples of 1 / 256 that sum to 1 over axis 1."""
    p = numpy.moveaxis(numbers.generator.dirichlet(numpy.ones(shape[1]), shape[:1] + shape[2:]), -1, 1)
    p = numpy.floor(p * 256) / 256
    p[:, 0] += 1 - p.sum(axis=1)
    return p


def as_targets(labels, shape, numbers, soft):
    """Returns probabilities: soft if `soft`, else one-hot."""
    if soft:
        return distributions(numbers, shape)
    return numpy.moveaxis(numpy.eye(shape[1])[labels], -1, 1)


def class_cases(name, words=(), numbers=Numbers(11), certain=20, note="", **options):
    combination = " ".join(filter(None, [note, " + ".join(words)]))
    vectors = name == "MultiMarginLoss"  # accepts only (N, C)
    for k, (text, x, labels, s) in enumerate(class_inputs(numbers, certain)):
        if (vectors and x.ndim > 2) or (len(x) == 16 and combination):
            continue
        if name == "NLLLoss":
            x = log_softmax(x)
        o, ignored = class_options(words, options, x.shape[1], numbers, k)
        if "ignored" in words and labels.size > 1:
            labels.flat[-1] = ignored
            labels.flat[0] = 0
        if note == "probabilities":
            labels = as_targets(labels, x.shape, numbers, soft=k % 3 == 0 and text != "near certain")
        yield case(name, combination, text, x, labels, o, s)
    if "ignored" in words:
        yield case(name, combination, "all ignored", numbers.coarse((2, 4)), [ignored, ignored], o)
    if "weight" in words and "label_smoothing" not in options and not vectors and not note:
        yield case(name, combination, "all labels of weight 0", numbers.coarse((2, 4)), [2, 2], o)
    if not words and not note:
        yield case(name, combination, "empty batch", numpy.zeros((0, 3)), numpy.zeros(0), o)
    if name == "NLLLoss" and not words:
        yield case(name, combination, "a probability of 0", rows([-math.inf, 0], [-0.5, -1]), [0, 1], o)


def classifications():
    for smoothing in ({}, {"label_smoothing": 0.1}):
        names = ("smoothing",) if smoothing else ()
        for words in ((), ("weight",), ("ignored",), ("weight", "ignored")):
            yield from class_cases("CrossEntropyLoss", names + words, **smoothing)
        for words in ((), ("weight",)):
            yield from class_cases("CrossEntropyLoss", names + words, note="probabilities", **smoothing)
    for name in ("NLLLoss", "FocalLoss"):
        for words in ((), ("weight",), ("ignored",), ("weight", "ignored")):
            yield from class_cases(name, words)
    yield from class_cases("FocalLoss", note="gamma 0", gamma=0)
    yield from class_cases("FocalLoss", note="gamma 0.5", gamma=0.5)
    yield from class_cases("FocalLoss", ("weight", "ignored"), certain=6, note="gamma 5", gamma=5)
    yield from class_cases("MultiMarginLoss")
    yield from class_cases("MultiMarginLoss", note="p 2", p=2)
    yield from class_cases("MultiMarginLoss", note="margin 0.5", margin=0.5)
    yield from class_cases("MultiMarginLoss", ("weight",))
    yield from class_cases("MultiMarginLoss", ("weight",), note="p 2, margin 0.5", p=2, margin=0.5)


# -------------------------------------------------------------------------------------------------------------- elements

def element_inputs(numbers):
    """Yields (text, prediction, hard targets 0 and 1, soft targets, sample weights or None)."""
    for text, shape, weighted in SHAPES + [("(5)", (5,), False), ("sample weights 0", (3, 4), True)]:
        s = sample_weights(shape[0]) if weighted else None
        hard = numbers.generator.integers(0, 2, shape).astype(float)
        soft = numbers.generator.integers(0, 257, shape) / 256
        yield text, inputs(numbers, shape, weighted), hard, soft, 0 * s if text == "sample weights 0" else s


def element_cases(name, kind, words=(), numbers=Numbers(12), note="", extremes=(), **options):
    combination = " ".join(filter(None, [note, " + ".join(words)]))
    for k, (text, x, hard, soft, s) in enumerate(element_inputs(numbers)):
        shape = x.shape
        if (len(x) == 16 and combination) or (len(shape) == 1 and kind == "logarithm"):
            continue
        if kind == "real":
            t = inputs(numbers, shape, s is not None)
            t[t == x] += 1  # PyTorch's SmoothL1Loss of beta 0 has a gradient of -1 there, its L1Loss of 0
        elif kind == "logarithm":
            t = log_softmax(numbers.coarse(shape)) if "log_target" in options else distributions(numbers, shape)
            x = log_softmax(x)
        else:
            t = hard if k % 2 == 0 else soft  # multi-label, then probabilities
            x = torch.sigmoid(torch.tensor(x)).float().double().numpy() if kind == "probability" else 3 * x
            x = x.astype(numpy.float32).astype(float)
        o = dict(options)
        for word in words:
            if len(shape) == 1:
                continue
            o[word] = numbers.generator.integers(1, 17, shape[1 + k % 2:] if len(shape) > 2 else shape[1:]) / 8
            o[word].flat[-1] = 0 if word == "weight" and o[word].size > 2 else 2
        yield case(name, combination, text, x, t, o, s)
        if text == "one class" and kind != "logarithm":
            yield case(name, combination, "a target (N) for (N, 1)", x, t[:, 0], o)
    for text, x, t in extremes:
        x, t = rows(*x), rows(*t)
        o = options | {word: numbers.generator.integers(1, 17, x.shape[1]) / 8 for word in words}
        yield case(name, combination, text, x, t, o)
    if not words and not note:
        yield case(name, combination, "empty batch", numpy.zeros((0, 3)), numpy.zeros((0, 3)), options)


def logit_extremes(certain):
    return [("extreme logits, wrong", [[1e4, -1e4, 88, -88]], [[0, 1, 0, 1]]),
            ("extreme logits, right", [[1e4, -1e4], [-1e4, 1e4]], [[1, 0], [0, 1]]),
            ("extreme logits, soft", [[1e4, -1e4, 0]], [[0.5, 0.25, 0.5]]),
            ("near certain", [[certain, -certain], [certain + 1, -certain - 1]], [[1, 0], [1, 0]]),
            ("tiny logits", [[1e-10, -1e-10], [1e-20, 0]], [[1, 0], [0.5, 0]])]


def probabilities_and_logits():
    below_1 = 1 - 2.0 ** -24
    probabilities = [("exactly 0 and 1, right", [[0, 1], [1, 0]], [[0, 1], [1, 0]]),
                     ("exactly 0 and 1, wrong", [[0, 1], [0.25, 0.5]], [[1, 0], [1, 0]]),
                     ("exactly 0 and 1, soft", [[0, 1]], [[0.25, 0.25]]),
                     ("near certain", [[1e-10, below_1], [1e-7, 1 - 2.0 ** -20]], [[0, 1], [0, 1]]),
                     ("near certain, wrong", [[1e-10, below_1], [1e-30, 1e-40]], [[1, 0], [1, 1]])]
    for words in ((), ("weight",)):
        yield from element_cases("BCELoss", "probability", words, extremes=probabilities)
    for words in ((), ("weight",), ("pos_weight",), ("weight", "pos_weight")):
        yield from element_cases("BCEWithLogitsLoss", "logit", words, extremes=logit_extremes(20))
    yield from element_cases("SigmoidFocalLoss", "logit", extremes=logit_extremes(20))
    yield from element_cases("SigmoidFocalLoss", "logit", note="no alpha", extremes=logit_extremes(20), alpha=-1)
    yield from element_cases("SigmoidFocalLoss", "logit", note="gamma 0", extremes=logit_extremes(20), gamma=0)
    yield from element_cases("SigmoidFocalLoss", "logit", note="gamma 0.5", extremes=logit_extremes(20), gamma=0.5)
    yield from element_cases("SigmoidFocalLoss", "logit", note="alpha 0.75, gamma 5", extremes=logit_extremes(6),
                             alpha=0.75, gamma=5)
    close = [("close", [[-0.75, -1.5, -1.25]], [[0.5, 0.25, 0.25]]), ("certain", [[-1e-10, -20, -30]], [[1, 0, 0]])]
    yield from element_cases("KLDivLoss", "logarithm", extremes=close)
    far = [("far", [[-1e4, -1e-10, -88]], [[-1e-10, -1e4, -100]]),
           ("close", log_softmax(rows([-0.5, -1.25, -2])), log_softmax(rows([-0.75, -1, -1.75])))]
    yield from element_cases("KLDivLoss", "logarithm", note="log target", log_target=True, extremes=far)


def regressions():
    def extremes(threshold):
        above, below = numpy.nextafter(numpy.float32(threshold), numpy.float32([2, 0])).astype(float)
        return [("at the threshold", [[threshold, -threshold], [above, -above], [below, -below]], [[0, 0]] * 3),
                ("large", [[1e4, -1e4], [3, 1e10]], [[-1e4, 0.5], [-3, 0]]),
                ("tiny differences", [[1 + 2.0 ** -23, 1 - 2.0 ** -24], [1e-10, 1e-15]], [[1, 1], [0, 0]])]

    equal = [("equal", [[0, 1.5], [-3, 1e4]], [[0, 1.5], [-3, 1e4]])]
    yield from element_cases("MSELoss", "real", extremes=extremes(1) + equal)
    yield from element_cases("L1Loss", "real", extremes=extremes(1) + equal)
    yield from element_cases("HuberLoss", "real", extremes=extremes(1) + equal)
    yield from element_cases("HuberLoss", "real", note="delta 0.5", delta=0.5, extremes=extremes(0.5) + equal)
    yield from element_cases("SmoothL1Loss", "real", extremes=extremes(1) + equal)
    yield from element_cases("SmoothL1Loss", "real", note="beta 0.5", beta=0.5, extremes=extremes(0.5) + equal)
    yield from element_cases("SmoothL1Loss", "real", note="beta 0", beta=0, extremes=extremes(1))


# --------------------------------------------------------------------------------------------------------------- vectors

def embeddings(numbers=Numbers(13)):
    for margin in (0, 0.5):
        of = lambda text, *rest: case("CosineEmbeddingLoss", f"margin {margin}" if margin else "", text, *rest)
        o = {"margin": margin} if margin else {}
        for n, d in ((6, 5), (1, 4), (4, 2), (9, 16)):
            signs = numpy.where(numbers.generator.random(n) < 0.5, 1, -1)
            yield of(f"({n}, 2, {d})", numbers.normal((n, 2, d)) if d < 16 else numbers.coarse((n, 2, d)), signs, o)
        x, signs = numbers.normal((6, 2, 5)), numpy.array([1, -1, 1, -1, -1, 1])
        yield of("sample weights", x, signs, o, sample_weights(6))
        yield of("sample weights 0", x[:2], signs[:2], o, numpy.zeros(2))
        pairs = numpy.array([[[3, 4], [3, 4]], [[1, 2], [-1, -2]], [[2, 1], [4, 2]], [[1, 3], [2, 1]]])
        yield of("equal and opposite vectors, alike", pairs, [1] * 4, o)
        yield of("equal and opposite vectors, unlike", pairs, [-1] * 4, o)
        yield of("orthogonal vectors", [[[1, 0], [0, 2]], [[3, 4], [-4, 3]]], [1, -1], o)
        zero = [[[0, 0], [1, 2]], [[3, 4], [0, 0]], [[0, 0], [0, 0]]]
        yield of("zero vectors, alike", zero, [1] * 3, o)
        yield of("zero vectors, unlike", zero, [-1] * 3, o)
        yield of("long and short vectors", rows([1e4, -2e4], [3e4, 1e4], [1e-4, 2e-4], [3e-4, 1e-4]).reshape(2, 2, 2),
                 [1, -1], o)
        yield of("empty batch", numpy.zeros((0, 2, 3)), numpy.zeros(0), o)


if __name__ == "__main__":
    cases = [c for grid in (classifications, probabilities_and_logits, regressions, embeddings) for c in grid()]
    lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in cases)
    (FIXTURES / "losses.json").write_text("[\n" + lines + "\n]\n")
