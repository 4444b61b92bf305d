#!/usr/bin/python3
"""Writes tests/fixtures/layers/*.json: the passes of every layer on a grid of options, shapes and extremes.

usage: make_layer_fixtures.py [KIND ...]        needs Debian's python3-torch (1.13)

layer_case.py describes a case; tests/layers/make_layer.hpp builds the layer of a spec.
"""
import json
import pathlib
import sys
import warnings

import numpy
import torch

from layer_case import Inputs, Numbers, case, grid

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "layers"


def words(options):
    """Returns the options as text for the name of a group: "kernel 3, padding (1, 2)"."""
    text = lambda v: "(" + ", ".join(map(str, v)) + ")" if isinstance(v, list) else str(v).lower()
    return ", ".join(f"{name} {text(value)}" for name, value in options.items())


# ----------------------------------------------------------------------------------------------------------- convolutions

def conv2d(numbers=Numbers(101)):
    def of(shape, out, kernel, batches=None, **options):
        spec = {"layer": "Conv2d", "in": shape[1], "out": out, "kernel": kernel, **options}
        group = " ".join(["Conv2d", words({"kernel": kernel, **options})])
        return case(group, spec, shape, numbers, batches=batches)

    for kernel in (1, 2, 3, 5, [3, 1]):
        for stride in (1, 2, 3, [2, 1]):
            yield of((2, 2, 6, 5), 2, kernel, stride=stride)
    for kernel, padding in ((1, 1), (2, 1), (3, 1), (3, 2), (5, 2), ([3, 1], [1, 0]), (3, [1, 2]), ([2, 3], [0, 1])):
        yield of((2, 2, 4, 5), 2, kernel, padding=padding)
        yield of((1, 1, 5, 3), 3, kernel, padding=padding, stride=2)
    for kernel in (1, 2, 3, 4, 5, [3, 1], [2, 5]):
        yield of((2, 1, 4, 5), 2, kernel, padding="same")
    yield of((1, 2, 7, 6), 1, 3, padding="same", dilation=2)
    yield of((1, 2, 5, 7), 1, [2, 3], padding="same", dilation=[2, 1])
    for kernel, padding, stride in ((2, 0, 1), (3, 2, 1), (3, 1, 2), ([3, 1], [2, 1], [1, 2])):
        yield of((2, 2, 6, 7), 2, kernel, padding=padding, stride=stride, dilation=2)
    yield of((1, 2, 6, 7), 2, 3, dilation=[1, 2])
    for groups, out in ((2, 4), (4, 4), (4, 8), (2, 2)):
        yield of((2, 4, 4, 3), out, 3, padding=1, groups=groups)
        yield of((1, 4, 5, 4), out, 2, stride=2, groups=groups, bias=False)
    yield of((2, 4, 3, 4), 6, 1, groups=2)
    yield of((1, 6, 3, 3), 6, 3, padding="same", groups=6, bias=False)
    for shape, out, kernel in (((2, 3, 4, 4), 2, 3), ((1, 1, 1, 1), 1, 1), ((3, 2, 1, 5), 1, [1, 3]),
                               ((2, 1, 7, 1), 2, [3, 1])):
        yield of(shape, out, kernel, bias=False)
    for shape, out, kernel, padding in (
            ((1, 1, 1, 1), 1, 1, 0), ((1, 1, 3, 3), 1, 3, 0), ((1, 1, 1, 1), 2, 3, 1), ((5, 3, 1, 1), 4, 1, 0),
            ((1, 3, 9, 2), 1, 3, 1), ((1, 1, 2, 11), 2, 3, 1), ((1, 9, 3, 2), 3, 3, 1), ((1, 3, 2, 3), 17, 3, 1),
            ((1, 1, 17, 3), 1, 3, 1), ((1, 20, 2, 2), 5, 1, 0)):
        yield of(shape, out, kernel, padding=padding)
    yield of((4, 2, 4, 5), 3, 3, batches=(4, 1, 3, 4, 2, 4), padding=1)
    yield of((3, 1, 8, 8), 2, 3, batches=(2, 3, 1), padding=1, stride=2)


# ---------------------------------------------------------------------------------------------------------------- pooling

def max_pool2d(numbers=Numbers(102)):
    def of(shape, kernel, text=None, x=None, batches=None, **options):
        spec = {"layer": "MaxPool2d", "kernel": kernel, **options}
        group = " ".join(["MaxPool2d", words({"kernel": kernel, **options})])
        return case(group, spec, shape, numbers, x=x, batches=batches, text=text)

    for kernel in (1, 2, 3, [3, 1], [2, 3]):
        yield of((2, 2, 6, 7), kernel)
        for options in grid(stride=(1, 2, 3, [2, 1]), ceil_mode=(False, True)):
            yield of((1, 2, 6, 5), kernel, **options)
    for kernel, padding in ((2, 1), (3, 1), (5, 2), ([3, 2], [1, 0]), ([2, 4], [1, 2])):
        for options in grid(stride=(1, 2, [1, 3]), ceil_mode=(False, True)):
            yield of((1, 2, 5, 7), kernel, padding=padding, **options)
    for kernel, padding, dilation in ((2, 0, 2), (3, 1, 2), (2, 1, [1, 3]), ([3, 2], 0, [2, 1])):
        for options in grid(stride=(1, 2), ceil_mode=(False, True)):
            yield of((1, 2, 7, 6), kernel, padding=padding, dilation=dilation, **options)
    few = lambda shape: numbers.whole(shape, 3)  # most elements are ties
    same = lambda shape: Inputs(-torch.ones(shape, dtype=torch.int64).numpy())
    for text, x in (("ties", few), ("all equal", same)):
        yield of((2, 2, 6, 6), 2, text, x)
        yield of((2, 2, 5, 6), 3, text, x, stride=2, padding=1)
        yield of((1, 2, 5, 5), 3, text, x, stride=1)
    for shape in ((1, 1, 1, 1), (1, 1, 2, 2), (3, 1, 3, 5), (1, 3, 2, 19), (2, 5, 4, 4), (1, 1, 17, 16)):
        yield of(shape, 1 if shape[2] == 1 else 2)
    yield of((4, 3, 4, 4), 2, batches=(4, 1, 3, 4, 2, 4))


def avg_pool2d(numbers=Numbers(103)):
    def of(shape, kernel, batches=None, **options):
        spec = {"layer": "AvgPool2d", "kernel": kernel, **options}
        group = " ".join(["AvgPool2d", words({"kernel": kernel, **options})])
        return case(group, spec, shape, numbers, batches=batches)

    for kernel in (1, 2, 3, [3, 1], [2, 3]):
        yield of((2, 2, 4, 5), kernel)
        for options in grid(stride=(2, 3, [2, 1]), ceil_mode=(False, True)):
            yield of((1, 1, 6, 5), kernel, **options)
    for kernel, padding in ((2, 1), (3, 1), (5, 2), ([3, 2], [1, 0]), ([2, 4], [1, 2])):
        for options in grid(stride=(2, [1, 3]), ceil_mode=(False, True), count_include_pad=(True, False)):
            yield of((1, 1, 5, 6), kernel, padding=padding, **options)
    for kernel, padding in ((3, 1), ([2, 4], [1, 2])):
        for options in grid(count_include_pad=(True, False)):
            yield of((1, 1, 5, 6), kernel, padding=padding, stride=1, **options)
    for shape in ((1, 1, 1, 1), (1, 1, 2, 2), (3, 1, 3, 5), (1, 3, 2, 19), (2, 5, 4, 4)):
        yield of(shape, 1 if shape[2] == 1 else 2)
    yield of((4, 3, 4, 4), 2, batches=(4, 1, 3, 4, 2, 4))


def global_avg_pool2d(numbers=Numbers(104)):
    for shape in ((1, 1, 1, 1), (2, 3, 4, 5), (1, 5, 7, 1), (3, 1, 2, 2), (1, 2, 9, 11), (2, 17, 2, 2), (1, 1, 1, 40)):
        yield case("GlobalAvgPool2d", {"layer": "GlobalAvgPool2d"}, shape, numbers)
    yield case("GlobalAvgPool2d", {"layer": "GlobalAvgPool2d"}, (4, 3, 4, 4), numbers, batches=(4, 1, 3, 4, 2, 4),
               text="batches of 4 to 1")


# ----------------------------------------------------------------------------------------------------------------- norms

BATCH_NORMS = [{}, {"eps": 1e-3}, {"momentum": 0.5}, {"momentum": None}, {"momentum": 0.0}, {"affine": False},
               {"track_running_stats": False}, {"affine": False, "track_running_stats": False},
               {"momentum": None, "affine": False}, {"eps": 0.1, "momentum": 1.0}]


def batch_norm(kind, shapes, numbers):
    def of(shape, options, text=None, **rest):
        spec = {"layer": kind, "features": shape[1], **options}
        yield case(f"{kind} {words(options)}".strip(), spec, shape, numbers, text=text, **rest)

    for options in BATCH_NORMS:
        for shape in shapes if not options else shapes[:2] if len(options) > 1 else shapes[1:2]:
            yield from of(shape, options)
    wide, far = shapes[0], (6,) + shapes[1][1:]
    yield from of(wide, {}, "large numbers", x=lambda shape: numbers.normal(shape, 1e4, over=3))
    yield from of(wide, {}, "small numbers", x=lambda shape: numbers.normal(shape, 0.01, over=960))
    yield from of(far, {}, "a mean of 1000", x=lambda shape: numbers.normal(shape, 1, mean=1000), shift=1000)
    yield from of((6,) + wide[1:], {}, "batches of 6 to 3", batches=(6, 3, 5, 6, 4, 1))
    yield from of((6,) + wide[1:], {"momentum": None}, "batches of 6 to 3", batches=(6, 3, 5, 6, 4, 1))


def batch_norm1d(numbers=Numbers(105)):
    shapes = [(6, 3), (4, 3, 5), (5, 1), (16, 1), (3, 17), (2, 1, 7), (1, 3, 6), (3, 5, 1), (33, 1)]
    return batch_norm("BatchNorm1d", shapes, numbers)


def batch_norm2d(numbers=Numbers(106)):
    shapes = [(3, 2, 2, 3), (2, 3, 2, 2), (1, 1, 2, 3), (5, 3, 1, 1), (1, 2, 7, 3), (2, 17, 1, 1), (1, 1, 7, 7)]
    return batch_norm("BatchNorm2d", shapes, numbers)


def layer_norm(numbers=Numbers(107)):
    def of(shape, axes, text=None, x=None, shift=0, **options):
        spec = {"layer": "LayerNorm", "normalized_shape": list(shape[-axes:]), **options}
        return case(f"LayerNorm {words(options)}".strip(), spec, shape, numbers, x=x, shift=shift, text=text)

    for options in ({}, {"eps": 1e-3}, {"elementwise_affine": False}, {"bias": False}, {"eps": 0.1}):
        for shape, axes in (((4, 6), 1), ((2, 3, 5), 1), ((2, 3, 4), 2), ((1, 9), 1)):
            yield of(shape, axes, **options)
    yield of((1, 2), 1, eps=0.1)  # with a smaller eps, dx is rounding error
    for shape, axes in (((3, 17), 1), ((2, 65), 1), ((2, 2, 2, 3), 3), ((2, 2, 2, 3), 1), ((33, 3), 1)):
        yield of(shape, axes)
    yield of((3, 8), 1, "large numbers", lambda shape: numbers.normal(shape, 1e4, over=3))
    yield of((3, 8), 1, "small numbers", lambda shape: numbers.normal(shape, 1e-3, over=3000))
    yield of((3, 8), 1, "a mean of 1000", lambda shape: numbers.normal(shape, 1, mean=1000), 1000)
    yield of((3, 19), 1, "a mean of 10000, a deviation of 0.01",
             lambda shape: numbers.normal(shape, 0.01, over=960, mean=10000), 10000)
    few = lambda shape: Inputs(numbers.generator.integers(0, 2, shape) + 5, 7)
    yield of((4, 3), 1, "equal numbers", few)


# ----------------------------------------------------------------------------------------------------------- activations

def activation(kind, numbers, variants, extremes, kinks=()):
    """Yields the cases of an activation. `extremes` and `kinks` are numerators over 24; no input is at a kink."""
    def inputs(shape):
        x = numbers.normal(shape, 2)
        return Inputs(x.numerators + numpy.isin(x.numerators, kinks), x.over) if kinks else x
    for options in variants:
        group, spec = f"{kind} {words(options)}".strip(), {"layer": kind, **options}
        for shape in ((1, 7), (5, 1), (2, 3, 2, 2), (3, 33)):
            yield case(group, spec, shape, numbers, x=inputs)
        row = Inputs([extremes], 24)
        yield case(group, spec, row.numerators.shape, numbers, x=lambda shape: row, text="extremes")


EXTREMES = [0, 1, -1, 24, -24, 120, -120, 480, -480, 2100, -2100, 2400, -2400, 240000, -240000, -2, 2, -18, -60]


def activations():
    yield from activation("LeakyReLU", Numbers(111), [{}, {"negative_slope": 0.25}, {"negative_slope": 0},
                                                      {"negative_slope": -0.5}, {"negative_slope": 1.5}], EXTREMES)
    yield from activation("GELU", Numbers(112), [{}, {"approximate": "tanh"}], EXTREMES)
    yield from activation("SiLU", Numbers(113), [{}], EXTREMES)


def piecewise_activations():
    for kind, seed in (("ReLU6", 121), ("Hardsigmoid", 122), ("Hardswish", 123)):
        yield from activation(kind, Numbers(seed), [{}], EXTREMES + [71, -71, 73, -73, 143, 145], kinks=(0, 72, -72, 144))


def zero_pad2d(numbers=Numbers(124)):
    for shape, padding in (((2, 3, 2, 4), [1, 2, 3, 4]), ((1, 1, 1, 1), [0, 1, 0, 0]), ((3, 2, 3, 5), [0, 0, 0, 0]),
                           ((2, 1, 4, 1), [2, 0, 0, 1])):
        yield case("ZeroPad2d", {"layer": "ZeroPad2d", "padding": padding}, shape, numbers, text=f"{shape} by {padding}")


def conv2d_same(numbers=Numbers(125)):
    """Yields strided convolutions with the padding "SAME" of TensorFlow."""
    for shape, kernel, options in (
            ((2, 2, 6, 7), 3, {"stride": 2}), ((1, 2, 5, 8), 5, {"stride": 2}), ((2, 1, 7, 6), 2, {"stride": 2}),
            ((1, 2, 7, 5), [3, 1], {"stride": [2, 3]}), ((1, 2, 9, 8), 3, {"stride": 3, "dilation": 2}),
            ((2, 4, 8, 7), 3, {"stride": 2, "groups": 4, "bias": False}), ((1, 1, 6, 6), 1, {"stride": 4}),
            ((1, 1, 1, 2), 3, {"stride": 2}), ((1, 2, 4, 3), 3, {"stride": 5})):
        spec = {"layer": "Conv2d", "in": shape[1], "out": 4, "kernel": kernel, "padding": "same", **options}
        yield case("Conv2d same", spec, shape, numbers, text=words({"kernel": kernel, **options}))


def log_softmax(numbers=Numbers(114)):
    spec = {"layer": "LogSoftmax"}
    for shape in ((1, 1), (1, 7), (5, 1), (4, 10), (3, 33)):
        yield case("LogSoftmax", spec, shape, numbers, x=lambda shape: numbers.normal(shape, 2))
    rows = Inputs([[240000, -240000, 0, 24], [2112, -2112, 2088, 0], [-240000] * 4, [240000, 239988, 239520, 0]], 24)
    yield case("LogSoftmax", spec, (4, 4), numbers, x=lambda shape: rows, text="extremes")


# ---------------------------------------------------------------------------------------------------------------- shapes

def reshape(numbers=Numbers(115)):
    for shape, to in (((2, 6), [2, 3]), ((3, 4, 2), [8]), ((1, 2, 3, 2), [3, -1]), ((2, 5), [-1]), ((2, 1), [1, 1, 1])):
        yield case("Reshape", {"layer": "Reshape", "shape": to}, shape, numbers, text=f"{shape} to {to}")


def embedding(numbers=Numbers(116)):
    for options in ({}, {"padding_idx": 2}):
        for shape, count, dim in (((5,), 4, 3), ((3, 4), 6, 5), ((2, 2, 3), 3, 1), ((1, 1), 7, 17), ((40,), 3, 2)):
            spec = {"layer": "Embedding", "num_embeddings": count, "dim": dim, **options}
            yield case(f"Embedding {words(options)}".strip(), spec, shape, numbers,
                       x=lambda shape: numbers.whole(shape, count))


# ------------------------------------------------------------------------------------------------------------ containers

def dense(n_in, n_out, **options):
    return {"layer": "Dense", "in": n_in, "out": n_out, **options}


def chain(*layers):
    return {"layer": "Sequential", "layers": [{"layer": v} if isinstance(v, str) else v for v in layers]}


def containers(numbers=Numbers(117)):
    yield case("Sequential", chain("Flatten", dense(12, 8), "Tanh", dense(8, 6), "ReLU", dense(6, 4)), (5, 3, 2, 2),
               numbers, batches=(5, 1, 4, 5, 3, 5), text="batches of 5 to 1")
    yield case("Sequential", chain(chain(dense(7, 5), "Sigmoid"), dense(5, 3, bias=False), "Softmax"), (4, 7), numbers,
               text="nested")
    norm1, norm2 = {"layer": "BatchNorm1d", "features": 6}, {"layer": "BatchNorm2d", "features": 3}
    body = chain(dense(6, 4, bias=False), norm1 | {"features": 4}, "Tanh", dense(4, 6))
    images = chain(norm2, "Tanh")  # directly after a norm, the gradient of another norm is rounding error
    residual = lambda *parts: {"layer": "Residual", **dict(zip(("body", "projection"), parts))}
    concat = lambda *branches: {"layer": "Concat", "layers": list(branches)}
    yield case("Residual", residual(chain(dense(6, 6), "Tanh")), (4, 6), numbers, text="whose body reads its output again")
    yield case("Residual", residual(body), (6, 6), numbers, batches=(6, 4, 5, 6, 5, 1), text="batches of 6 to 4")
    yield case("Residual", residual(body, chain(dense(6, 6, bias=False), norm1)), (5, 6), numbers, text="with a projection")
    yield case("Residual", chain(residual(images), "Tanh", residual(images, chain(norm2))), (2, 3, 4, 3), numbers,
               text="two blocks of images")
    yield case("Concat", concat(chain(dense(6, 2), "Tanh"), body, chain(norm1)), (5, 6), numbers,
               batches=(6, 4, 5, 6, 5, 1), text="batches of 6 to 4")
    yield case("Concat", chain(concat(images, chain(residual(images))), "Flatten", dense(48, 3)),
               (3, 3, 4, 2), numbers, text="of images")


def multiply(numbers=Numbers(126)):
    gate = lambda *layers: {"layer": "Multiply", "gate": chain(*layers)}
    squeeze = gate("GlobalAvgPool2d", dense(3, 2), "ReLU", dense(2, 3), "Sigmoid")
    spatial = gate({"layer": "Conv2d", "in": 3, "out": 3, "kernel": 3, "padding": 1}, "Sigmoid")
    yield case("Multiply", gate(dense(6, 6), "Tanh"), (4, 6), numbers, batches=(4, 1, 3, 5), text="element by element")
    yield case("Multiply", squeeze, (2, 3, 4, 5), numbers, batches=(2, 1, 3), text="squeeze-and-excitation")
    yield case("Multiply", chain(spatial, "Tanh", squeeze), (2, 3, 4, 3), numbers, text="of images")


def blocks(numbers=Numbers(120)):
    """Yields convolutions with the layers that a plan fuses with them."""
    def conv(n_in, out, **options):
        return {"layer": "Conv2d", "in": n_in, "out": out, "kernel": 3, "padding": 1, **options}

    norm = lambda features, **options: {"layer": "BatchNorm2d", "features": features, **options}
    pool = {"layer": "MaxPool2d", "kernel": 2}
    for after in (["ReLU"], [pool], ["ReLU", pool], [norm(3)], [norm(3), "ReLU"], [norm(3), pool],
                  [norm(3), "ReLU", pool], [norm(3, track_running_stats=False), "ReLU", pool]):
        text = " ".join(a if isinstance(a, str) else a["layer"] for a in after)
        bias = all(a in ("ReLU", pool) for a in after)  # before a norm, the gradient of a bias is rounding error
        yield case("Conv2d " + text, chain(conv(2, 3, bias=bias), *after), (3, 2, 4, 6), numbers)
        yield case("Conv2d " + text, chain(conv(2, 3, bias=False, stride=[1, 2]), *after), (2, 2, 5, 9), numbers,
                   text="odd sizes")
    yield case("blocks", chain(conv(1, 4, bias=False), norm(4), "ReLU", pool, conv(4, 9), "ReLU", pool, "Flatten", dense(18, 3)),
               (4, 1, 5, 9), numbers, batches=(4, 2, 3, 4, 2, 1), text="batches of 4 to 2")


KINDS = {"conv2d": conv2d, "conv2d_same": conv2d_same, "zero_pad2d": zero_pad2d, "piecewise_activations": piecewise_activations, "blocks": blocks, "max_pool2d": max_pool2d, "avg_pool2d": avg_pool2d, "global_avg_pool2d": global_avg_pool2d,
         "batch_norm1d": batch_norm1d, "batch_norm2d": batch_norm2d, "layer_norm": layer_norm,
         "activations": activations, "log_softmax": log_softmax, "reshape": reshape, "embedding": embedding,
         "containers": containers, "multiply": multiply}


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message=".*padding='same'.*")  # an even kernel: PyTorch copies x
    torch.manual_seed(0)
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    for kind in sys.argv[1:] or KINDS:
        lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in KINDS[kind]())
        (FOLDER / f"{kind}.json").write_text("[\n" + lines + "\n]\n")
