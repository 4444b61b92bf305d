#!/usr/bin/env python3
"""Writes tests/fixtures/pytorch/: files that torch.save wrote, and pytorch.json with their tensors. Needs PyTorch 2.x from PyPI.

Each file exists in the zip format (.pt) and in the older format (.pth). A case of pytorch.json lists the tensors of a file; a net
also has an input and its output, computed in float64.
"""

import collections
import copy
import json
import pathlib

import torch

folder = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/pytorch"
torch.manual_seed(16)


def flat(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().double().flatten().tolist()}


def leaves(value, path=""):
    """The tensors of nested containers, with the names that Minnow gives them."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, (dict, list, tuple)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from leaves(item, f"{path}.{key}" if path else str(key))


types = {torch.float16: "F16", torch.bfloat16: "BF16", torch.float32: "F32", torch.float64: "F64", torch.bool: "BOOL",
         torch.uint8: "U8", torch.int8: "I8", torch.int16: "I16", torch.int32: "I32", torch.int64: "I64"}
cases = []


def save(name, value, protocol=2, **more):
    torch.save(value, folder / f"{name}.pt", pickle_protocol=protocol)
    torch.save(value, folder / f"{name}.pth", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
    tensors = [{"name": path, "type": types[tensor.dtype], **flat(tensor)} for path, tensor in leaves(value)]
    cases.append({"name": name, "tensors": tensors, **more})


def trained(net, inputs):
    """`net` after two steps of training, so that no value is a default."""
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    for x in inputs:
        optimizer.zero_grad()
        net.train()(x).square().sum().backward()
        optimizer.step()
    return optimizer


def save_net(name, net, inputs, dtype=torch.float32):
    trained(net, inputs)
    weights = net.to(dtype).state_dict()
    twin = copy.deepcopy(net).double().eval()
    x = inputs[0].double() if inputs[0].is_floating_point() else inputs[0]
    save(name, weights, input=flat(inputs[0]), output=flat(twin(x)))


def dense():
    return torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.LayerNorm(5), torch.nn.ReLU(), torch.nn.Linear(5, 3), torch.nn.BatchNorm1d(3))


rows = [torch.randn(4, 6) for _ in range(2)]
save_net("dense", dense(), rows)
for dtype in (torch.float16, torch.bfloat16, torch.float64):
    save_net(f"dense_{types[dtype].lower()}", dense(), rows, dtype)
save_net("convolutional", torch.nn.Sequential(
    torch.nn.Conv2d(2, 4, 3, padding=1), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
    torch.nn.Linear(16, 3)), [torch.randn(3, 2, 4, 4) for _ in range(2)])
save_net("embedding", torch.nn.Sequential(torch.nn.Embedding(7, 4), torch.nn.Flatten(), torch.nn.Linear(12, 2)),
         [torch.randint(7, (3, 3)) for _ in range(2)])

matrix, vector, block = torch.randn(4, 6), torch.randn(5), torch.randn(2, 3, 4)
save("views", {
    "matrix": matrix, "transposed": matrix.t(), "rows": matrix[1:3], "columns": matrix[:, 1::2], "corner": matrix[2:, :2],
    "expanded": vector[1:4].unsqueeze(1).expand(3, 2), "permuted": block.permute(2, 0, 1), "scalar": torch.tensor(2.5),
    "element": block[1, 2, 3], "empty": torch.zeros(0, 3), "parameter": torch.nn.Parameter(vector)})
save("integers", collections.OrderedDict(
    (str(dtype)[6:], torch.tensor([[1, 0], [100, 3]]).to(dtype)) for dtype in
    (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)) | {"negative": torch.tensor([-5, -2**31])})

net = dense()
optimizer = trained(net, rows)
for protocol in (2, 4):
    save(f"checkpoint_{protocol}", {
        "epoch": 3, "seed": 2**40, "model": net.state_dict(), "optimizer": optimizer.state_dict(), "loss": 0.25, "best": None,
        "done": False, "classes": ["dog", "cat"], "steps": (1, -2, 70000), "ema": [torch.ones(2), {"x": torch.zeros(1)}]}, protocol)

with open(folder / "pytorch.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(torch.__version__)
