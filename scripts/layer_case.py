"""Builds a case of tests/fixtures/layers/*.json: several training passes of a layer and one pass in eval mode.

A case contains
- `spec`: the layer and its options;
- `state`: the initial parameters and buffers, by PyTorch's names;
- `passes`: x, dy, y, dx, the gradients and the buffers after the pass, computed by PyTorch in float64;
- `torch_float32`: the largest error of PyTorch's float32 over the passes, max|a - ref| / max|ref| of a tensor.
The parameters do not change. There are five training passes if the layer has buffers or the batch size varies; otherwise two,
which show that a pass does not depend on the previous pass.

Inputs are integers divided by `over` in float32, so that they have all digits of a float32 but are short in the file.
"""
import itertools
import math

import numpy
import torch

OVER = 24  # of x and dy; equal elements are common
PARAMETERS_OVER = 384


class Inputs:
    """Integers divided by an integer, in float32."""

    def __init__(self, numerators, over=1):
        self.numerators, self.over = numpy.asarray(numerators, dtype=numpy.int64), over
        assert numpy.abs(self.numerators).max(initial=0) < 2 ** 24

    @property
    def values(self):
        return (self.numerators.astype(numpy.float32) / numpy.float32(self.over)).astype(numpy.float64)

    def json(self):
        return {"shape": list(self.numerators.shape), "over": self.over, "data": self.numerators.ravel().tolist()}


class Numbers:
    def __init__(self, seed):
        self.generator = numpy.random.default_rng(seed)

    def normal(self, shape, scale=1.0, over=OVER, mean=0):
        return Inputs(numpy.round((mean + scale * self.generator.standard_normal(shape)) * over), over)

    def positive(self, shape, over=OVER):
        return Inputs(self.generator.integers(over // 2, 2 * over, shape), over)

    def whole(self, shape, below):
        return Inputs(self.generator.integers(0, below, shape))


def tensor(values):
    """Returns a tensor for JSON: as fractions if they are exact, else rounded to 1e-13 of the largest element."""
    array = numpy.asarray(values.detach() if isinstance(values, torch.Tensor) else values, dtype=numpy.float64)
    if numpy.isfinite(array).all() and numpy.abs(array).max(initial=0) < 1e4:
        fraction = Inputs(numpy.round(array * OVER), OVER)
        if (fraction.values == array).all():
            return fraction.json()
    largest = numpy.abs(array[numpy.isfinite(array)]).max(initial=0)
    places = 13 - (math.floor(math.log10(largest)) if largest > 0 else 0)
    return {"shape": list(array.shape), "data": [number(v, places) for v in array.ravel().tolist()]}


def number(v, places):
    if not math.isfinite(v):
        return str(v)
    short = round(v, places) if places < 300 else v
    return int(short) if short == int(short) else short


def error(values, reference):
    a, ref = (numpy.asarray(v.detach(), dtype=numpy.float64).ravel() for v in (values, reference))
    known = ~(numpy.isnan(a) & numpy.isnan(ref))
    differ = known & (a != ref)
    difference = numpy.abs(a[differ] - ref[differ]).max(initial=0)
    return 0.0 if difference == 0 else float(difference / numpy.abs(ref[known]).max())


# ---------------------------------------------------------------------------------------------------------------- layers

class Residual(torch.nn.Module):
    def __init__(self, body, projection=None):
        super().__init__()
        self.body, self.projection = body, projection

    def forward(self, x):
        return self.body(x) + (x if self.projection is None else self.projection(x))


class Concat(torch.nn.Sequential):
    """Concatenates the outputs of the branches along axis 1."""

    def forward(self, x):
        return torch.cat([branch(x) for branch in self], dim=1)


class Multiply(torch.nn.Module):
    """Multiplies x by the gate, which may have one element for each channel."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def forward(self, x):
        gate = self.gate(x)
        return x * (gate if gate.shape == x.shape else gate.reshape(*x.shape[:2], 1, 1))


class Hardsigmoid(torch.nn.Module):
    """PyTorch's own derivative multiplies by 1 / 6 in float, also in float64."""

    def forward(self, x):
        return torch.nn.functional.relu6(x + 3) / 6


class SameConv2d(torch.nn.Conv2d):
    """Pads as TensorFlow's "SAME": the output has ceil(size / stride) elements along an axis; an odd zero comes last."""

    def forward(self, x):
        zeros = []
        for axis in (1, 0):  # torch.nn.functional.pad starts at the last axis
            size, stride = x.shape[2 + axis], self.stride[axis]
            last = (size - 1) // stride * stride  # position of the last window
            total = max(last + self.dilation[axis] * (self.kernel_size[axis] - 1) + 1 - size, 0)
            zeros += [total // 2, total - total // 2]
        x = torch.nn.functional.pad(x, zeros)
        return torch.nn.functional.conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class Reshape(torch.nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


def pair(value):
    return tuple(value) if isinstance(value, list) else value


def build(spec):
    """Returns the layer of a spec. A spec has "layer" and the options that are not the defaults, by PyTorch's names."""
    options = {name: pair(value) for name, value in spec.items() if name != "layer"}
    kind = spec["layer"]
    if kind == "Sequential":
        return torch.nn.Sequential(*map(build, spec["layers"]))
    if kind == "Concat":
        return Concat(*map(build, spec["layers"]))
    if kind == "Residual":
        return Residual(*(build(spec[part]) for part in ("body", "projection") if part in spec))
    if kind == "Reshape":
        return Reshape(options["shape"])
    if kind == "Dense":
        return torch.nn.Linear(options["in"], options["out"], options.get("bias", True))
    if kind == "Hardsigmoid":
        return Hardsigmoid()
    if kind == "Multiply":
        return Multiply(build(spec["gate"]))
    if kind == "ZeroPad2d":
        return torch.nn.ZeroPad2d(tuple(options["padding"]))
    if kind == "Conv2d" and options.get("padding") == "same" and options.get("stride", 1) != 1:
        options.pop("padding")
        return SameConv2d(options.pop("in"), options.pop("out"), options.pop("kernel"), **options)
    if kind == "Conv2d":
        return torch.nn.Conv2d(options.pop("in"), options.pop("out"), options.pop("kernel"), **options)
    if kind in ("MaxPool2d", "AvgPool2d"):
        return getattr(torch.nn, kind)(options.pop("kernel"), **options)
    if kind == "GlobalAvgPool2d":
        return torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    if kind in ("BatchNorm1d", "BatchNorm2d"):
        return getattr(torch.nn, kind)(options.pop("features"), **options)
    if kind == "LayerNorm":
        return layer_norm(**options)
    if kind == "Embedding":
        return torch.nn.Embedding(options.pop("num_embeddings"), options.pop("dim"), **options)
    if kind in ("Softmax", "LogSoftmax"):
        return getattr(torch.nn, kind)(dim=1)
    return getattr(torch.nn, kind)(**options)


def layer_norm(normalized_shape, bias=True, **options):
    """PyTorch 1.13 has no option `bias`."""
    layer = torch.nn.LayerNorm(normalized_shape, **options)
    if not bias:
        del layer.bias
        layer.register_buffer("bias", None)
    return layer


def start(layer, numbers):
    """Returns random parameters and running statistics."""
    state = {}
    for name, value in layer.state_dict().items():
        shape = tuple(value.shape)
        if name.endswith("num_batches_tracked"):
            state[name] = Inputs(numpy.zeros((), dtype=int))
        elif name.endswith("running_var"):
            state[name] = numbers.positive(shape)
        else:
            fan = math.prod(shape[1:]) if len(shape) > 1 else 1
            state[name] = numbers.normal(shape, fan ** -0.5, PARAMETERS_OVER)
    return state


# ----------------------------------------------------------------------------------------------------------------- cases

def run(layer, passes, dtype, shift):
    """Returns (y, dx, gradients, buffers) of each pass. `shift` is subtracted from a mean far from 0, so that no digits are lost."""
    results = []
    for mode, x, dy in passes:
        layer.train(mode == "train")
        layer.zero_grad(set_to_none=True)
        ids = any(isinstance(m, torch.nn.Embedding) for m in layer.modules())
        x = torch.tensor(x.values - shift).to(torch.int64 if ids else dtype).requires_grad_(not ids)
        y = layer(x)
        y.backward(torch.tensor(dy.values).to(dtype)) if y.requires_grad else None
        gradients = {name: p.grad.clone() for name, p in layer.named_parameters()}
        buffers = {name: b.clone().to(torch.float64) + (shift if name.endswith("running_mean") else 0)
                   for name, b in layer.named_buffers()}
        results.append((y.detach(), torch.zeros(x.shape) if ids else x.grad, gradients, buffers))
    return results


def load(layer, state, dtype, shift):
    layer.to(dtype)
    layer.load_state_dict({name: torch.tensor(value.values - (shift if name.endswith("running_mean") else 0))
                           for name, value in state.items()})
    return layer


def case(group, spec, shape, numbers, x=None, batches=None, shift=0, text=None):
    """Returns a case. `x` is a function that draws inputs of a shape; `batches` are the batch sizes if they vary."""
    x = x or numbers.normal
    layer = build(spec)
    state = start(layer, numbers)
    passes = []
    steps = 5 if batches or any(True for _ in layer.buffers()) else 2
    for step, mode in enumerate(["train"] * steps + ["eval"]):
        n = batches[step % len(batches)] if batches else shape[0]
        inputs = x((n,) + tuple(shape[1:]))
        layer.eval()  # this pass computes the shape of y and must not change the buffers
        ids = isinstance(layer, torch.nn.Embedding)
        y = layer(torch.tensor(inputs.values).to(torch.int64 if ids else torch.float32))
        passes.append((mode, inputs, numbers.normal(tuple(y.shape))))
    reference = run(load(layer, state, torch.float64, shift), passes, torch.float64, shift)
    float32 = run(load(layer, state, torch.float32, 0), passes, torch.float32, 0)
    names = ("y", "dx", "gradients", "buffers")
    result = {"group": group, "case": text or str(tuple(shape)), "spec": spec,
              "state": {name: value.json() for name, value in state.items()}, "passes": []}
    for (mode, inputs, dy), (y, dx, gradients, buffers) in zip(passes, reference):
        result["passes"].append({"mode": mode, "x": inputs.json(), "dy": dy.json(), "y": tensor(y), "dx": tensor(dx),
                                 "gradients": {k: tensor(v) for k, v in gradients.items()},
                                 "buffers": {k: tensor(v) for k, v in buffers.items()}})
    worst = dict.fromkeys(names, 0.0)
    for theirs, ours in zip(float32, reference):
        for name, a, b in zip(names, theirs, ours):
            pairs = [(a[k], b[k]) for k in a] if isinstance(a, dict) else [(a, b)]
            worst[name] = max([worst[name]] + [error(*both) for both in pairs])
    result["torch_float32"] = {name: float(f"{v:.3g}") for name, v in worst.items()}
    return result


def grid(**options):
    """Returns all combinations of the values, as dictionaries."""
    return [dict(zip(options, values)) for values in itertools.product(*options.values())]
