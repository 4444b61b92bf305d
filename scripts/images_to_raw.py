#!/usr/bin/python3
"""Writes a set of images as plain floats, for training programs of other libraries. Needs python3-pil, python3-numpy.

usage: images_to_raw.py FOLDER OUT [--size 64]

FOLDER contains {train,test}/CLASS/*.jpg, or the IDX files of MNIST or Fashion-MNIST ({train,t10k}-{images-idx3,labels-idx1}-ubyte,
plain or .gz; the prefix train10k is accepted for the training part). Of each JPEG, the largest centred square is averaged down to
SIZE x SIZE. OUT is a line "images TRAIN TEST CHANNELS SIZE", then float32 values: the training images (N, C, H, W) in [0, 1],
their labels (N), the test images and their labels.
"""
import argparse
import gzip
import pathlib
import sys

import numpy

ANIMALS = ["dog", "cat", "horse", "cheetah"]  # these classes come first, in this order, if present


def read_photograph(path, size):
    """Returns (3, size, size)."""
    from PIL import Image, ImageOps
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    planes = [numpy.asarray(plane.convert("F").resize((size, size), Image.BOX)) for plane in square.split()]
    return numpy.stack(planes) / 255


def read_photographs(folder, size):
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    names = [name for name in ANIMALS if name in names] + [name for name in names if name not in ANIMALS]
    found = [(path, label) for label, name in enumerate(names) for path in sorted((folder / name).glob("*.jpg"))]
    return numpy.stack([read_photograph(path, size) for path, _ in found]), numpy.array([label for _, label in found])


def read_idx(folder, prefixes, suffix):
    for prefix in prefixes:
        for path, opener in ((folder / (prefix + suffix), open), (folder / (prefix + suffix + ".gz"), gzip.open)):
            if path.exists():
                with opener(path, "rb") as file:
                    data = file.read()
                shape = numpy.frombuffer(data, ">u4", data[3], 4)
                return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(shape)
    sys.exit(f"images_to_raw.py: {folder}: expected train/ and test/, or IDX files such as {prefixes[0] + suffix}.gz")


def read_idx_part(folder, *prefixes):
    images = read_idx(folder, prefixes, "-images-idx3-ubyte")
    return images[:, None] / 255, read_idx(folder, prefixes, "-labels-idx1-ubyte")


def read_parts(folder, size):
    """Returns [(training images, labels), (test images, labels)]."""
    if (folder / "train").is_dir():
        return [read_photographs(folder / name, size) for name in ("train", "test")]
    return [read_idx_part(folder, "train", "train10k"), read_idx_part(folder, "t10k")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=64, help="of photographs")
    arguments = parser.parse_args()
    parts = read_parts(arguments.folder, arguments.size)
    (train, _), (test, _) = parts
    with open(arguments.out, "wb") as out:
        out.write(f"images {len(train)} {len(test)} {train.shape[1]} {train.shape[2]}\n".encode())
        for values in (values for part in parts for values in part):
            out.write(values.astype("<f4").tobytes())


if __name__ == "__main__":
    main()
