#!/usr/bin/env python3
"""Compares the ONNX files that Minnow writes with onnx.checker and ONNX Runtime.

usage: check_onnx.py PROGRAM ...     each PROGRAM writes cases into a folder: NAME.onnx, and x and y in NAME.safetensors
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

TOLERANCE = 1e-5  # of max|a - reference| / max|reference|


def outputs(model, x):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(["output"], {"input": x})[0]


def error(a, reference):
    if a.shape != reference.shape:
        return float("inf")
    return float(numpy.abs(a - reference).max() / max(numpy.abs(reference).max(), 1e-30))


def check_form(model, tensors):
    """Checks what each file promises beside the numbers."""
    onnx.checker.check_model(model, full_check=True)
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    for value, name in ((model.graph.input[0], "x7"), (model.graph.output[0], "y7")):
        dims = value.type.tensor_type.shape.dim
        assert dims[0].dim_param == "N" and [d.dim_value for d in dims[1:]] == list(tensors[name].shape[1:]), value


def check_metadata(name, model):
    """Checks the metadata of a program's net."""
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    outputs = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    assert json.loads(metadata["minnow.class_names"]) == [f"class {i}" for i in range(outputs)]
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim[1:]]
    assert json.loads(metadata["minnow.input_shape"]) == shape
    assert name.startswith(metadata["net"])
    normalization = None if name.endswith("-normalize") else {"mean": [0.4] * shape[0], "deviation": [0.3] * shape[0]}
    assert json.loads(metadata.get("minnow.normalization", "null")) == normalization
    ops = [node.op_type for node in model.graph.node]
    assert ("BatchNormalization" in ops) == (name.endswith("-cnn")), ops


def check_that_faults_are_found(model, tensors):
    """Changes each weight by a thousandth: the comparison must notice."""
    for index, weight in enumerate(model.graph.initializer):
        if weight.data_type != onnx.TensorProto.FLOAT:
            continue
        faulty = onnx.ModelProto()
        faulty.CopyFrom(model)
        values = onnx.numpy_helper.to_array(weight) * numpy.float32(1.001) + numpy.float32(0.001)
        faulty.graph.initializer[index].CopyFrom(onnx.numpy_helper.from_array(values, weight.name))
        assert error(outputs(faulty, tensors["x7"]), tensors["y7"]) > TOLERANCE, f"missed a fault in {weight.name}"


def main(programs):
    worst, failures, count = (0.0, ""), [], 0
    with tempfile.TemporaryDirectory() as folder:
        for program in programs:
            subprocess.run([program, folder], check=True)
        for path in sorted(pathlib.Path(folder).glob("*.onnx")):
            model, tensors, name = onnx.load(path), load_file(path.with_suffix(".safetensors")), path.stem
            count += 1
            try:
                check_form(model, tensors)
                if not name[0].isdigit():
                    check_metadata(name, model)
                for batch in sorted({key[1:] for key in tensors}):
                    found = error(outputs(model, tensors["x" + batch]), tensors["y" + batch])
                    worst = max(worst, (found, f"{name}, batch {batch}"))
                    if not found <= TOLERANCE:
                        failures.append(f"{name}, batch {batch}: error {found:.3g}")
                if name == "animals-cnn":
                    check_that_faults_are_found(model, tensors)
            except Exception as problem:
                failures.append(f"{name}: {type(problem).__name__} {problem}")
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {count} files at batch 1 and 7, "
          f"largest error {worst[0]:.2g} ({worst[1]})")
    print("\n".join(failures))
    return 1 if failures or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
