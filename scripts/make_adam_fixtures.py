#!/usr/bin/python3 -B
"""Writes tests/fixtures/adam.json: parameters after steps of Adam and AdamW, computed by PyTorch in float64.

usage: make_adam_fixtures.py        needs Debian's python3-torch (1.13)

Initial values and gradients are integers divided by powers of two. tests/optim/adam_test.cpp computes them by the same formula,
so that the file contains only the results. Overflow depends on the precision: the extremes are stored in both precisions.
"""
import numpy
import torch

from make_fixtures import tensor, write

SIZES = [1, 3, 16, 35]
STEPS, KEPT = 50, (1, 10, 50)
OPTIMIZERS = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}


# (optimizer, case, options, gradients). `power` scales the gradients by a power of two. `fading` halves them every 8 steps. With
# `gaps`, parameter k has no gradient in step t if t + k is a multiple of 3. `halving` halves the learning rate after step 25.
CASES = [
    ("Adam", "defaults", {}, {}),
    ("Adam", "large steps", {"lr": 0.1}, {}),
    ("Adam", "weight decay", {"lr": 0.01, "weight_decay": 0.1}, {}),
    ("Adam", "amsgrad", {"lr": 0.01, "amsgrad": True}, {"fading": True}),
    ("Adam", "amsgrad and decay", {"lr": 0.05, "weight_decay": 0.01, "amsgrad": True}, {"fading": True}),
    ("Adam", "betas and epsilon", {"lr": 0.01, "betas": (0.8, 0.99), "eps": 1e-3}, {}),
    ("Adam", "no averages", {"lr": 0.01, "betas": (0, 0)}, {}),
    ("Adam", "slow averages", {"lr": 0.01, "betas": (0.99, 0.9999)}, {}),
    ("Adam", "tiny gradients", {"lr": 1.0}, {"power": -33}),
    ("Adam", "tiny gradients, no epsilon", {"lr": 0.01, "eps": 0}, {"power": -33}),
    ("Adam", "gaps", {"lr": 0.01, "weight_decay": 0.01}, {"gaps": True}),
    ("Adam", "halving", {"lr": 0.05}, {"halving": True}),
    ("AdamW", "defaults", {}, {}),
    ("AdamW", "strong decay", {"lr": 0.05, "weight_decay": 0.5}, {}),
    ("AdamW", "no decay", {"lr": 0.01, "weight_decay": 0}, {}),
    ("AdamW", "amsgrad", {"lr": 0.01, "amsgrad": True}, {"fading": True}),
    ("AdamW", "betas and epsilon", {"lr": 0.01, "betas": (0.5, 0.9), "eps": 1e-4}, {}),
    ("AdamW", "tiny gradients", {"lr": 1.0, "weight_decay": 1e-4}, {"power": -33}),
    ("AdamW", "gaps and halving", {"lr": 0.05}, {"gaps": True, "halving": True}),
]


def start(k, n):
    i = numpy.arange(n)
    return torch.tensor(((53 * i * i + 29 * i + 11 * k + 7) % 1009 - 504) / 256)


def gradient(t, k, n, power=0, fading=False):
    i = numpy.arange(n)
    whole = (31 * t * t + 17 * t * i + 7 * i * i + 5 * k + 3) % 2003 - 900
    return torch.tensor(whole * 2.0 ** (power - 10 - (t // 8 if fading else 0)))


def trajectory(optimizer, case, options, course, sizes=SIZES, kept=KEPT):
    parameters = [start(k, n).requires_grad_() for k, n in enumerate(sizes)]
    torch_optimizer = OPTIMIZERS[optimizer](parameters, foreach=False, **options)
    scale = {name: value for name, value in course.items() if name in ("power", "fading")}
    result = {"optimizer": optimizer, "case": case, "options": options, "course": course, "sizes": sizes, "after": {}}
    for t in range(1, STEPS + 1):
        for k, parameter in enumerate(parameters):
            gap = "gaps" in course and (t + k) % 3 == 0
            parameter.grad = None if gap else gradient(t, k, sizes[k], **scale)
        torch_optimizer.step()
        if "halving" in course and t == 25:
            torch_optimizer.param_groups[0]["lr"] /= 2
        if t in kept:
            result["after"][t] = [tensor(p)["data"] for p in parameters]
    return result


def word(value):
    return value if numpy.isfinite(value) else str(value)


def extremes():
    """Returns cases of three steps that differ in the options and the precision. The first gradient is extreme, the others 0.5."""
    first = [float("nan"), float("inf"), -float("inf"), 0, 1e-40, -1e-25, 1e-25, 1e20, -1e25, 3e38, 1, 1, 1]
    starts = [1, 1, 1, 1, 1, 1, -1, 1, 1, 1, float("inf"), -float("inf"), float("nan")]
    cases = []
    for optimizer in OPTIMIZERS:
        for options in [{}, {"eps": 0}, {"weight_decay": 0}, {"weight_decay": 0.1}, {"weight_decay": 0.1, "amsgrad": True},
                        {"betas": (0.9, 0), "amsgrad": True}]:  # an infinite v times beta2 = 0 is NaN
            case = {"optimizer": optimizer, "options": {"lr": 0.01, **options}, "start": [word(v) for v in starts],
                    "gradient": [word(float(numpy.float32(v))) for v in first]}
            for dtype in [torch.float32, torch.float64]:
                p = torch.tensor(starts, dtype=dtype, requires_grad=True)
                torch_optimizer = OPTIMIZERS[optimizer]([p], foreach=False, **case["options"])
                for t in range(3):
                    p.grad = torch.tensor(first).to(dtype) if t == 0 else torch.full_like(p, 0.5)
                    torch_optimizer.step()
                case[str(dtype)[6:]] = [word(v) for v in p.detach().double().tolist()]
            cases.append(case)
    return cases


if __name__ == "__main__":
    many = trajectory("AdamW", "many", {"lr": 0.02, "amsgrad": True}, {"fading": True}, [1000], (50,))
    write("adam.json", [{"trajectories": [trajectory(*case) for case in CASES] + [many], "extremes": extremes()}])
