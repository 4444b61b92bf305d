"""Builds a case of tests/fixtures/losses.json.

The references are 60-digit decimals (exact_losses.py), and PyTorch's float64 must agree with them. A case contains
`per_sample` and the `gradient` of its sum; each of its `reductions` divides both by `divisor`. If the divisor is 0, the
value is NaN, as in PyTorch, but the gradient is 0. `torch_float32` is the error of PyTorch's float32 value and
gradient, max|a - ref| / max|ref|, and "nan" if only float32 gives NaN. Elements that are NaN in PyTorch's float64, but not in the
reference, are left out of this error.
"""
import math

import numpy
import torch

import exact_losses
import torch_losses


def number(v):
    """Returns v for JSON: NaN and infinity as text, float32 values with all digits, other values with 14 digits."""
    if not math.isfinite(v):
        return str(v)
    short = v if v == numpy.float32(v) else float(f"{v:.14g}")
    return int(short) if short == int(short) and abs(short) < 1e15 else short


def tensor(values):
    array = numpy.asarray(values, dtype=numpy.float64)
    return {"shape": list(array.shape), "data": [number(v) for v in array.ravel().tolist()]}


def error(values, reference, also_nan):
    """Returns max|a - ref| / max|ref| over the elements that are not NaN in float64."""
    a, ref = (numpy.where(also_nan, 0, numpy.asarray(v, dtype=numpy.float64)).ravel() for v in (values, reference))
    differ = a != ref
    difference = numpy.abs(a[differ] - ref[differ]).max(initial=0)
    scale = numpy.abs(ref).max(initial=0)
    return 0.0 if difference == 0 else float(numpy.divide(difference, scale)) if scale else math.inf


def compare(name, x, t, options, s, reduction, divisor, value, gradient):
    """Asserts that PyTorch's float64 agrees with the reference, and returns the errors of its float32."""
    run = lambda dtype: torch_losses.evaluate(name, x, t, options, s, reduction, float(divisor), dtype)
    value64, gradient64 = run(torch.float64)
    assert math.isnan(value64) or math.isclose(value64, value, rel_tol=1e-12, abs_tol=1e-12), (value64, value)
    known = ~numpy.isnan(gradient64)
    difference = numpy.abs(gradient64 - gradient)[known].max(initial=0)
    tolerance = 1e-8 if name in ("BCELoss", "CosineEmbeddingLoss") else 1e-12  # PyTorch rounds their 1e-12 to float
    assert difference <= tolerance * max(1, numpy.abs(gradient).max(initial=0)), (gradient64, gradient)
    value32, gradient32 = run(torch.float32)
    return {"value": number(float(f"{error(value32, value, math.isnan(value64)):.3g}")),
            "gradient": number(float(f"{error(gradient32, gradient, ~known):.3g}"))}


def case(name, combination, text, x, t, options, s=None):
    x, t = numpy.asarray(x, dtype=numpy.float64), numpy.asarray(t, dtype=numpy.float64)
    for inputs in [x, t] + [v for k, v in options.items() if k.endswith("weight")]:
        assert (inputs == numpy.asarray(inputs, dtype=numpy.float32)).all(), "inputs are float32 values"
    same = t.reshape(x.shape) if name in exact_losses.ELEMENTS else t  # (N) for (N, 1)
    per_sample, gradient, divisors = exact_losses.evaluate(name, x, same, options, s)
    result = {"case": text, "group": f"{name} {combination}".strip(), "loss": name,
              "options": {k: tensor(v) if k.endswith("weight") else v for k, v in options.items()},
              "prediction": tensor(x), "target": tensor(t)}
    if s is not None:
        result["sample_weights"] = tensor(s)
    result["per_sample"] = [number(float(v)) for v in per_sample]
    result["gradient"] = tensor(gradient.astype(float))
    result["reductions"] = {}
    for reduction, divisor in divisors.items():
        value = exact_losses.quotient(per_sample.sum(), divisor)
        reduced = numpy.zeros(x.shape) if divisor == 0 else (gradient / divisor).astype(float)
        entry = {"value": number(value), "divisor": number(float(divisor))}
        if len(x) > 0:  # PyTorch throws for some empty batches
            try:
                entry["torch_float32"] = compare(name, x, same, options, s, reduction, divisor, value, reduced)
            except AssertionError as problem:
                raise AssertionError(f"{result['group']}, {text}, {reduction}") from problem
        result["reductions"][reduction] = entry
    return result
