#!/usr/bin/env python3
"""Writes tests/fixtures/numpy/: arrays that numpy.savez and numpy.savez_compressed wrote, and arrays.json with their elements."""

import json
import pathlib

import numpy

folder = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/numpy"
folder.mkdir(exist_ok=True)
numbers = numpy.array([[1, 0, 3], [100, 7, 2]])
names = {"f2": "F16", "f4": "F32", "f8": "F64", "b1": "BOOL", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8",
         "u2": "U16", "u4": "U32", "u8": "U64"}
arrays = {}
for order, letter in (("<", "little"), (">", "big")):
    for kind in names:
        arrays[f"{letter}/{kind}"] = (numbers - 2.5 if kind[0] == "f" else numbers).astype(order + kind)
block = numpy.arange(24, dtype="f4").reshape(2, 3, 4) / 8
arrays |= {"row_major": block, "fortran": numpy.asfortranarray(block), "fortran_big": numpy.asfortranarray(block.astype(">f8")),
           "scalar": numpy.float64(0.1), "vector": numpy.arange(5.0), "empty": numpy.zeros((0, 3)), "zeros": numpy.zeros((8, 50), "f4")}
numpy.savez(folder / "arrays.npz", **arrays)
numpy.savez_compressed(folder / "compressed.npz", **arrays)
for version in (2, 3):
    with open(folder / f"version_{version}.npy", "wb") as file:
        numpy.lib.format.write_array(file, block, version=(version, 0))
with open(folder / "arrays.json", "w") as file:
    cases = ({"name": name, "type": names[array.dtype.str[1:]], "shape": list(array.shape),
              "data": array.astype("f8").flatten().tolist()} for name, array in ((n, numpy.asarray(a)) for n, a in arrays.items()))
    file.write("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
print(numpy.__version__)
