#!/usr/bin/python3
"""Writes tests/fixtures/reproduced_programs.json: the output of typical first programs, computed by PyTorch in float64.

usage: make_program_fixtures.py        needs Debian's python3-torch (1.13)

PyTorch program: a 10-20-1 network with ReLU and Sigmoid, BCELoss and SGD, on 100 random samples in one batch.
Keras program: Dense(20, relu), Dense(1, sigmoid), binary cross-entropy and SGD, on batches of 32 in order. It prints the mean
loss and the accuracy of each epoch, computed for each batch before its step. Both programs also exist for 4 classes.
"""
import json
import math

import numpy
import torch

from loss_case import tensor
from make_fixtures import FIXTURES, Numbers

EPOCHS = {100: 100, 32: 20}  # by batch size: epochs of 1 step and of 4 steps


def dense(inputs, outputs, numbers, keras):
    """Returns a layer with PyTorch's initial values, uniform within 1 / sqrt(in), or Keras's, Glorot with zero biases."""
    layer = torch.nn.Linear(inputs, outputs, dtype=torch.float64)
    limit = math.sqrt(6 / (inputs + outputs)) if keras else inputs ** -0.5
    uniform = lambda shape: torch.tensor(numbers.generator.uniform(-limit, limit, shape).astype(numpy.float32)).double()
    layer.weight.data = uniform((outputs, inputs))
    layer.bias.data = torch.zeros(outputs, dtype=torch.float64) if keras else uniform(outputs)
    return layer


def correct(y, target):
    """Returns which rows are classified correctly. Asserts that no decision is close enough to differ in float32."""
    if y.shape[1] == 1:
        assert (y - 0.5).abs().min() > 1e-6
        return (y > 0.5).double() == target
    top = y.topk(2, dim=1)
    assert (top.values[:, 0] - top.values[:, 1]).min() > 1e-6
    return top.indices[:, 0] == (target if target.ndim == 1 else target.argmax(dim=1))


def program(name, model, loss, x, target, batch_size):
    start = {k: tensor(v.detach()) for k, v in model.named_parameters()}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    losses, accuracies = [], []
    for _ in range(EPOCHS[batch_size]):
        total, right = 0, 0
        for rows, wanted in zip(x.split(batch_size), target.split(batch_size)):
            optimizer.zero_grad()
            y = model(rows)
            value = loss(y, wanted)
            value.backward()
            optimizer.step()
            total += value.item() * len(rows)
            right += int(correct(y.detach(), wanted).sum())
        losses.append(total / len(x))
        accuracies.append(right / len(x))
    assert losses[-1] < losses[0]
    return {"program": name, "batch_size": batch_size, "target": tensor(target), "start": start, "losses": losses,
            "accuracies": accuracies, "end": {k: tensor(v.detach()) for k, v in model.named_parameters()}}


def programs(numbers=Numbers(21)):
    x = torch.tensor(numbers.coarse((100, 10)))
    binary = torch.tensor(numbers.generator.integers(0, 2, (100, 1))).double()
    labels = torch.tensor(numbers.generator.integers(0, 4, 100))
    hot = torch.eye(4, dtype=torch.float64)[labels]
    nn = torch.nn
    network = lambda outputs, keras, *last: nn.Sequential(dense(10, 20, numbers, keras), nn.ReLU(),
                                                          dense(20, outputs, numbers, keras), *last)
    return {"x": tensor(x), "programs": [
        program("PyTorch, binary", network(1, False, nn.Sigmoid()), nn.BCELoss(), x, binary, 100),
        program("Keras, binary", network(1, True, nn.Sigmoid()), nn.BCELoss(), x, binary, 32),
        program("PyTorch, classes", network(4, False), nn.CrossEntropyLoss(), x, labels, 100),
        program("Keras, classes", network(4, True), nn.CrossEntropyLoss(), x, hot, 32)]}


if __name__ == "__main__":
    text = json.dumps(programs(), separators=(",", ":"), allow_nan=False)
    (FIXTURES / "reproduced_programs.json").write_text(text.replace('{"program"', '\n{"program"') + "\n")
