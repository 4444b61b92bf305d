#!/usr/bin/python3 -B
"""Writes tests/fixtures/optim/*.json: results of PyTorch's optimizers, schedules, clipping and averages, in float64.

usage: make_optim_fixtures.py        needs Debian's python3-torch (1.13)

All cases use the gradients of one recorded training of a small network, rounded to float32 so that both precisions read the
same values. The parameters are in two groups. The files use PyTorch's names and options; the tests translate them.
"""
import warnings

import numpy
import torch
from torch.optim import lr_scheduler as lr
from torch.optim.swa_utils import AveragedModel

from make_fixtures import FIXTURES, Numbers, tensor, write

STEPS, KEPT = 50, (1, 10, 50)
GROUPS = [[0, 2], [1, 3]]  # the weights; the biases


def rounded(values):
    return torch.tensor(numpy.asarray(values.detach(), dtype=numpy.float32).astype(numpy.float64))


def words(values):
    return [v if numpy.isfinite(v) else str(v) for v in values.detach().flatten().tolist()]


def record():
    """Returns the initial parameters of a network, (4, 5), (4), (3, 4) and (3), and their gradients in 50 steps."""
    numbers = Numbers(5)
    model = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3)).double()
    for parameter in model.parameters():
        parameter.data = torch.tensor(numbers.normal(tuple(parameter.shape)))
    start = [rounded(p) for p in model.parameters()]
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.8)
    gradients = []
    for _ in range(STEPS):
        x, t = torch.tensor(numbers.normal((8, 5))), torch.tensor(numbers.generator.integers(0, 3, 8))
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(model(x), t).backward()
        gradients.append([rounded(p.grad) for p in model.parameters()])
        sgd.step()
    return start, gradients


START, GRADIENTS = record()


def schedule_of(optimizer, spec):
    """Returns the scheduler and the number of optimizer steps between two of its steps."""
    kind, options = spec["kind"], {k: v for k, v in spec.items() if k not in ("kind", "of", "milestones", "steps")}
    if kind == "SequentialLR":
        return lr.SequentialLR(optimizer, [schedule_of(optimizer, s)[0] for s in spec["of"]], spec["milestones"]), 1
    if kind == "ChainedScheduler":
        return lr.ChainedScheduler([schedule_of(optimizer, s)[0] for s in spec["of"]]), 1
    if kind == "PerEpoch":
        return schedule_of(optimizer, spec["of"][0])[0], spec["steps"]
    if kind == "OneCycleLR":
        options["max_lr"] = [group["lr"] for group in optimizer.param_groups]
    return getattr(lr, kind)(optimizer, **options), 1


def trajectory(case, kind, options, schedule=None, values=None, clip_norm=None):
    parameters = [p.clone().requires_grad_() for p in START]
    groups = [{"params": [parameters[i] for i in group], **own} for group, own in zip(GROUPS, options)]
    optimizer = getattr(torch.optim, kind)(groups, lr=1e-3, foreach=False)
    result = {"case": case, "optimizer": kind, "options": options, "after": {}}
    if clip_norm is not None:
        result["clip_norm"] = clip_norm
    if schedule is not None:
        result["schedule"] = schedule
        if kind in ("SGD", "Adam") or values is not None:  # the rates of the others are equal
            result["rates"] = []
        scheduler, every = schedule_of(optimizer, schedule)
    if values is not None:
        result["values"] = [v if numpy.isfinite(v) else str(v) for v in values]
    for t in range(1, STEPS + 1):
        for parameter, gradient in zip(parameters, GRADIENTS[t - 1]):
            parameter.grad = gradient.clone()
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(parameters, clip_norm)
        if "rates" in result:
            result["rates"].append([[g["lr"], g["betas"][0] if "betas" in g else g["momentum"]] for g in optimizer.param_groups])
        optimizer.step()
        if schedule is not None and t < STEPS and t % every == 0:
            scheduler.step(*([values[t - 1]] if values is not None else []))
        if t in (KEPT if schedule is None else KEPT[-1:]):
            result["after"][t] = [tensor(p)["data"] for p in parameters]
    return result


def optimizers():
    cases = [
        ("plain", "SGD", {"lr": 0.1}, {"lr": 0.02}),
        ("momentum and decay", "SGD", {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.1}, {"lr": 0.05, "momentum": 0.5}),
        ("dampening", "SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}, {"lr": 0.1, "weight_decay": 0.2}),
        ("nesterov", "SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
         {"lr": 0.1, "momentum": 0.8, "nesterov": True}),
        ("defaults", "Adam", {}, {"lr": 0.01}),
        ("decay", "Adam", {"lr": 0.02, "weight_decay": 0.1}, {"lr": 0.01}),
        ("amsgrad, betas, epsilon", "Adam", {"lr": 0.02, "amsgrad": True}, {"lr": 0.01, "betas": [0.8, 0.99], "eps": 1e-3}),
        ("defaults", "AdamW", {}, {"lr": 0.01}),
        ("decay of the weights alone", "AdamW", {"lr": 0.02, "weight_decay": 0.5}, {"lr": 0.02, "weight_decay": 0.0}),
        ("amsgrad, betas, epsilon", "AdamW", {"lr": 0.05, "amsgrad": True}, {"lr": 0.01, "betas": [0.5, 0.9], "eps": 1e-4}),
        ("defaults", "RMSprop", {}, {"lr": 0.001}),
        ("alpha and epsilon", "RMSprop", {"lr": 0.01, "alpha": 0.9}, {"lr": 0.02, "alpha": 0.5, "eps": 1e-3}),
        ("no average", "RMSprop", {"lr": 0.01, "alpha": 0.0}, {"lr": 0.01}),
        ("momentum", "RMSprop", {"lr": 0.005, "momentum": 0.9}, {"lr": 0.01, "momentum": 0.5}),
        ("decay", "RMSprop", {"lr": 0.01, "weight_decay": 0.1}, {"lr": 0.01}),
        ("centered", "RMSprop", {"lr": 0.002, "centered": True}, {"lr": 0.002, "alpha": 0.9, "centered": True}),
        ("everything", "RMSprop", {"lr": 5e-4, "centered": True, "momentum": 0.9, "weight_decay": 0.05},
         {"lr": 0.005, "momentum": 0.3}),
    ]
    clipped = [trajectory("clipped to 0.5", kind, [{"lr": 0.05}, {"lr": 0.02}], clip_norm=0.5)
               for kind in ["SGD", "Adam", "AdamW", "RMSprop"]]
    return [trajectory(case, kind, groups) for case, kind, *groups in cases] + clipped


def extremes():
    """Returns cases of three steps of RMSprop in both precisions. The first gradient is extreme, the others 0.5."""
    nan, inf = float("nan"), float("inf")
    first = torch.tensor([nan, inf, -inf, 0, 1e-40, -1e-25, 1e-25, 1e18, -1e25, 3e38, 1, 1, 1])
    start = torch.tensor([1, 1, 1, 1, 1, 1, -1, 1, 1, 1, inf, -inf, nan])
    cases = []
    for options in [{}, {"eps": 0}, {"alpha": 0}, {"weight_decay": 0.1}, {"momentum": 0.9}]:
        case = {"options": {"lr": 0.01, **options}, "start": words(start), "gradient": words(first.double())}
        for dtype in [torch.float32, torch.float64]:
            p = start.to(dtype, copy=True).requires_grad_()
            optimizer = torch.optim.RMSprop([p], foreach=False, **case["options"])
            for t in range(3):
                p.grad = first.to(dtype) if t == 0 else torch.full_like(p, 0.5)
                optimizer.step()
            case[str(dtype)[6:]] = words(p.double())
        cases.append(case)
    return cases


def plateau_values():
    numbers = Numbers(9)
    falls = [2 * 0.8 ** t for t in range(12)] + [0.2] * 12 + [0.1, float("nan"), 0.0999999] + [0.05] * 23
    return [round(v + 1e-3 * abs(e), 9) for v, e in zip(falls, numbers.normal(50))]


def schedules():
    warmup, cosine = {"kind": "LinearLR", "start_factor": 0.1, "total_iters": 8}, {"kind": "CosineAnnealingLR", "T_max": 42}
    specs = [
        {"kind": "StepLR", "step_size": 7, "gamma": 0.5},
        {"kind": "StepLR", "step_size": 30},
        {"kind": "CosineAnnealingLR", "T_max": 50},
        {"kind": "CosineAnnealingLR", "T_max": 17, "eta_min": 0.003},  # rises again, twice
        {"kind": "LinearLR"},
        {"kind": "LinearLR", "start_factor": 0.01, "end_factor": 0.75, "total_iters": 23},
        {"kind": "OneCycleLR", "total_steps": 50},
        {"kind": "OneCycleLR", "total_steps": 50, "anneal_strategy": "linear", "cycle_momentum": False},
        {"kind": "OneCycleLR", "total_steps": 77, "pct_start": 0.45, "div_factor": 10.0, "final_div_factor": 100.0,
         "base_momentum": 0.7, "max_momentum": 0.9},
        {"kind": "OneCycleLR", "total_steps": 50, "pct_start": 0.0},
        {"kind": "OneCycleLR", "total_steps": 50, "pct_start": 1.0, "anneal_strategy": "linear"},
        {"kind": "SequentialLR", "of": [warmup, cosine], "milestones": [8]},
        {"kind": "SequentialLR", "of": [warmup, {"kind": "StepLR", "step_size": 6, "gamma": 0.7}, cosine], "milestones": [9, 25]},
        {"kind": "ChainedScheduler", "of": [warmup, {"kind": "StepLR", "step_size": 11, "gamma": 0.3},
                                            {"kind": "CosineAnnealingLR", "T_max": 60}]},
        {"kind": "PerEpoch", "of": [{"kind": "StepLR", "step_size": 2, "gamma": 0.5}], "steps": 7},
    ]
    optimizers = [("SGD", [{"lr": 0.1, "momentum": 0.9}, {"lr": 0.02, "momentum": 0.5, "weight_decay": 0.1}]),
                  ("Adam", [{"lr": 0.02}, {"lr": 0.005, "betas": [0.8, 0.99]}]),
                  ("AdamW", [{"lr": 0.02}, {"lr": 0.005, "weight_decay": 0.0}]),
                  ("RMSprop", [{"lr": 0.01}, {"lr": 0.02, "alpha": 0.9, "momentum": 0.5}])]
    cases = [trajectory(spec["kind"], kind, options, spec) for spec in specs for kind, options in optimizers]
    plateaus = [{"patience": 3, "factor": 0.5}, {"patience": 2, "cooldown": 3, "min_lr": 0.004},
                {"patience": 1, "threshold": 0.01, "threshold_mode": "abs"}, {"patience": 0, "mode": "max", "threshold": 0.1},
                {"patience": 4, "mode": "max", "threshold_mode": "abs", "eps": 0.05}]
    for k, options in enumerate(plateaus):
        kind, groups = optimizers[k % 4]
        values = [-v if options.get("mode") == "max" and k % 2 == 0 else v for v in plateau_values()]
        cases.append(trajectory("ReduceLROnPlateau", kind, groups, {"kind": "ReduceLROnPlateau", **options}, values))
    return cases


def clipping():
    nan, inf = float("nan"), float("inf")
    sets = [GRADIENTS[0], GRADIENTS[20], [torch.zeros(3).double(), torch.zeros(2).double()],
            [torch.tensor([3.0, -4.0]).double(), torch.zeros(0).double()], [torch.tensor([12.0]).double()],
            [torch.tensor([1.0, inf, -2.0]).double(), torch.tensor([5.0]).double()],
            [torch.tensor([1.0, nan, -inf]).double(), torch.tensor([5.0]).double()],
            [torch.tensor([1e30, -1e38, 1e-30]).double()]]
    sets = [[rounded(g) for g in gradients] for gradients in sets]
    cases = []
    for gradients in sets:
        for limit in [0.0, 0.01, 1.0, 5.0, 1e3]:
            by_norm = [g.clone().requires_grad_() for g in gradients]
            by_value = [g.clone().requires_grad_() for g in gradients]
            for p, q, g in zip(by_norm, by_value, gradients):
                p.grad, q.grad = g.clone(), g.clone()
            norm = torch.nn.utils.clip_grad_norm_(by_norm, limit)
            torch.nn.utils.clip_grad_value_(by_value, limit)
            cases.append({"gradients": [words(g) for g in gradients], "limit": limit, "norm": words(norm[None])[0],
                          "by_norm": [words(p.grad) for p in by_norm], "by_value": [words(q.grad) for q in by_value]})
    return cases


class Averaged(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(START[0].clone())
        self.bias = torch.nn.Parameter(START[1].clone())
        self.register_buffer("running_mean", START[3].clone())


def averages():
    cases = []
    for decay, warm_up in [(0.9, False), (0.999, False), (0.999, True), (0.5, True), (0.0, False), (1.0, False)]:
        def average(mean, x, t):
            d = min(decay, (1 + float(t)) / (10 + float(t))) if warm_up else decay
            return d * mean + (1 - d) * x
        model = Averaged()
        averaged = AveragedModel(model, avg_fn=average, use_buffers=True)
        case = {"decay": decay, "warm_up": warm_up, "after": {}}
        for t in range(1, STEPS + 1):
            # The gradients themselves are averaged, so that no rounding of an optimizer enters the averages.
            for x, g in zip([model.weight, model.bias, model.running_mean], [GRADIENTS[t - 1][i] for i in (0, 1, 3)]):
                x.data.copy_(g)
            averaged.update_parameters(model)
            if t in (1, 2, 10, 50):
                m = averaged.module
                case["after"][t] = [tensor(x)["data"] for x in (m.weight, m.bias, m.running_mean)]
        cases.append(case)
    return cases


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # SequentialLR calls deprecated functions
    (FIXTURES / "optim").mkdir(exist_ok=True)
    write("optim/recorded.json", [{"start": [tensor(p) for p in START], "groups": GROUPS,
                                   "gradients": [[tensor(g)["data"] for g in step] for step in GRADIENTS]}])
    write("optim/optimizers.json", optimizers())
    write("optim/schedules.json", schedules())
    write("optim/extremes.json", extremes())
    write("optim/clipping.json", clipping())
    write("optim/averages.json", averages())
