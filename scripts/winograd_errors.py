#!/usr/bin/python3
"""Prints the errors of 3 x 3 convolutions computed in float32 in three ways, against float64, on trained weights and real inputs:
by the direct sum, and with Winograd's algorithm for output tiles of 2 x 2 and of 4 x 4.

usage: winograd_errors.py FOLDER [--epochs 6]

FOLDER contains a folder of images per class. The network, six 3 x 3 convolutions with 64 to 256 channels, is trained on them first.
"""
import argparse
import pathlib

import numpy
import PIL.Image
import torch
from torch import nn

# B^T, G and A^T of Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2015)
TRANSFORMS = {
    2: ([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
        [[1, 0, 0], [.5, .5, .5], [.5, -.5, .5], [0, 0, 1]],
        [[1, 1, 1, 0], [0, 1, -1, -1]]),
    4: ([[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0],
         [0, 4, 0, -5, 0, 1]],
        [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6], [1 / 24, 1 / 12, 1 / 6], [1 / 24, -1 / 12, 1 / 6],
         [0, 0, 1]],
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]),
}


def load_images(folder):
    images, labels = [], []
    for label, name in enumerate(sorted(path for path in pathlib.Path(folder).iterdir() if path.is_dir())):
        for path in sorted(name.iterdir()):
            image = PIL.Image.open(path).convert("RGB").resize((32, 32), PIL.Image.BILINEAR)
            images.append(numpy.asarray(image, dtype=numpy.float32).transpose(2, 0, 1) / 127.5 - 1)
            labels.append(label)
    return torch.from_numpy(numpy.stack(images)), torch.tensor(labels)


def make_network(classes):
    layers, channels = [], 3
    for block, width in enumerate([64, 64, 128, 128, 256, 256]):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if block % 2 else []
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def train(network, images, labels, epochs):
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    for epoch in range(epochs):
        order, total = torch.randperm(len(images)), 0.0
        for batch in order.split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1}: loss {total / len(images):.3f}", flush=True)


def direct(x, w):
    """The sum in the order (channel, row, column), in float32 with one rounding per term, as a fused multiply-add."""
    size = x.shape[-1] - 2
    y = numpy.zeros((len(x), len(w), size, size), numpy.float32)
    for c in range(x.shape[1]):
        for i in range(3):
            for j in range(3):
                term = w[:, c, i, j].astype(float)[None, :, None, None] * x[:, c, None, i:i + size, j:j + size].astype(float)
                y = (y + term).astype(numpy.float32)
    return y


def winograd(x, w, tile):
    b, g, a = (numpy.array(matrix, numpy.float32) for matrix in TRANSFORMS[tile])
    size, n = x.shape[-1] - 2, tile + 2
    u = numpy.einsum("ab,ocbd,ed->aeoc", g.astype(float), w.astype(float), g.astype(float)).astype(numpy.float32)
    windows = numpy.lib.stride_tricks.sliding_window_view(x, (n, n), axis=(2, 3))[:, :, ::tile, ::tile]
    v = numpy.einsum("ab,ichwbd->ichwad", b, windows)
    v = numpy.einsum("ichwad,ed->aeichw", v, b)
    m = numpy.zeros((n, n, len(x), len(w), size // tile, size // tile), numpy.float32)
    for c in range(x.shape[1]):
        product = u[:, :, None, :, c, None, None].astype(float) * v[:, :, :, None, c].astype(float)
        m = (m + product).astype(numpy.float32)
    y = numpy.einsum("pa,aeiohw->peiohw", a, m)
    return numpy.einsum("peiohw,qe->iohpwq", y, a).reshape(len(x), len(w), size, size)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=6)
    arguments = parser.parse_args()
    torch.manual_seed(1)
    images, labels = load_images(arguments.folder)
    network = make_network(len(labels.unique()))
    train(network, images, labels, arguments.epochs)
    network.eval()
    x = images[torch.randperm(len(images))[:4]]
    print(f"{'convolution':24}{'direct':>10}{'2 x 2':>10}{'4 x 4':>10}{'2 x 2 / direct':>18}{'4 x 4 / direct':>18}")
    for layer in network:
        if isinstance(layer, nn.Conv2d) and layer.in_channels >= 16:
            padded = numpy.pad(x.detach().numpy(), ((0, 0), (0, 0), (1, 1), (1, 1)))
            w = layer.weight.detach().numpy()
            reference = nn.functional.conv2d(torch.from_numpy(padded).double(), layer.weight.detach().double()).numpy()
            errors = [abs(y - reference).max() / abs(reference).max()
                      for y in (direct(padded, w), winograd(padded, w, 2), winograd(padded, w, 4))]
            name = f"{layer.in_channels} -> {layer.out_channels}, {x.shape[-1]} x {x.shape[-1]}"
            print(f"{name:24}" + "".join(f"{error:10.1e}" for error in errors) +
                  f"{errors[1] / errors[0]:18.2f}{errors[2] / errors[0]:18.2f}", flush=True)
        x = layer(x)


if __name__ == "__main__":
    main()
