#!/usr/bin/env python3
"""Exchanges weights with PyTorch, in both directions.

usage: check_torch.py PROGRAM FORMAT ...     PROGRAM is torch_nets; FORMAT is safetensors, pt, or pth (torch.save's older form)

PyTorch computes the references in float64.
"""
import copy
import pathlib
import subprocess
import sys
import tempfile

import safetensors
import torch
from safetensors.torch import load_file, save_file
from torch import nn

TOLERANCE = 1e-6  # of max|a - reference| / max|reference|


class Block(nn.Module):
    """The basic block of torchvision's ResNet-18, with its names."""

    def __init__(self, channels, out):
        super().__init__()
        stride = 1 if channels == out else 2
        self.conv1, self.bn1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out)
        self.conv2, self.bn2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        if channels != out:
            self.downsample = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for i in range(4):
            blocks = nn.Sequential(Block(widths[i], widths[i + 1]), Block(widths[i + 1], widths[i + 1]))
            setattr(self, f"layer{i + 1}", blocks)
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return self.fc(x.mean((2, 3)))


def twins():
    """Returns the nets of torch_nets.cpp."""
    return {
        "linear": nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(),
                                nn.Linear(8, 2)),
        "convolutional": nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8, eps=1e-3), nn.GELU(), nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(8, 6, (3, 2), stride=(1, 2), padding=(1, 0), groups=2), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(12, 4)),
        "layer_norm": nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.Tanh(), nn.Linear(8, 4, bias=False),
                                    nn.Softmax(-1)),
        "embedding": nn.Sequential(nn.Embedding(10, 4), nn.LayerNorm(4), nn.Flatten(), nn.Linear(24, 3)),
        "resnet18": ResNet18(),
    }


def outputs(net, x):
    """Returns the outputs in float64. Minnow's inputs are reals, also those of an embedding."""
    x = x.long() if isinstance(next(net.children()), nn.Embedding) else x.double()
    with torch.no_grad():
        return copy.deepcopy(net).eval().double()(x)


def randomize(net):
    for name, tensor in net.state_dict().items():
        if tensor.is_floating_point():
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 2)
            elif name.endswith(("running_mean", "bias")):
                tensor.normal_(0, 0.3)


def check_minnows_file(name, twin, folder):
    """Loads Minnow's weights into the twin, and compares the outputs with predict."""
    twin.load_state_dict(load_file(folder / f"{name}.safetensors"))  # strict: the same names and shapes
    values = load_file(folder / f"{name}.values")
    reference = outputs(twin, values["x"])
    error = float((values["y"] - reference).abs().max() / reference.abs().max())
    print(f"{name:40} error {error:.2g}")
    return error <= TOLERANCE


def write_for_minnow(name, twin, formats, folder, x):
    """Writes the twin's weights in every format and element type, with x and outputs."""
    for kind in (torch.float32, torch.float16, torch.bfloat16):
        weights = {key: value.to(kind) if value.is_floating_point() else value for key, value in twin.state_dict().items()}
        rounded = copy.deepcopy(twin)
        rounded.load_state_dict(weights)
        values = {"x": x, "y": outputs(rounded, x).float()}
        for form in formats:
            path = folder / f"{name}.{str(kind).removeprefix('torch.')}.{form}"
            if form == "safetensors":
                save_file(weights, path)
            else:
                torch.save(weights, path, _use_new_zipfile_serialization=form == "pt")
            save_file(values, f"{path}.values")


def main(program, formats):
    torch.manual_seed(1)
    torch.set_num_threads(2)
    good = True
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        subprocess.run([program, "write", folder], check=True)
        for name, twin in twins().items():
            if name == "resnet18":
                x = torch.randn(2, 3, 64, 64)
            else:
                good = check_minnows_file(name, twin, folder) and good
                x = load_file(folder / f"{name}.values")["x"]
            randomize(twin)
            write_for_minnow(name, twin, formats, folder, x)
        good = subprocess.run([program, "read", folder]).returncode == 0 and good
    print(f"torch {torch.__version__}, safetensors {safetensors.__version__}: {'agree' if good else 'differ'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
