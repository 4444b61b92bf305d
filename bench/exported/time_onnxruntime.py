"""time_onnxruntime.py FOLDER: the time of one sample by ONNX Runtime on one thread, for the ONNX files of write_headers.

The medians of 101 rounds. The time of a net that copies ten elements shows what a call costs from Python.
"""
import pathlib
import sys
import time

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper

folder = pathlib.Path(sys.argv[1])


def copy_net():
    nodes = [helper.make_node("Flatten", ["x"], ["flat"]), helper.make_node("Slice", ["flat", "begin", "end", "axis"], ["y"])]
    numbers = [helper.make_tensor(name, TensorProto.INT64, [1], [value]) for name, value in [("begin", 0), ("end", 10), ("axis", 1)]]
    graph = helper.make_graph(nodes, "copy", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 28, 28])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 10])], numbers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


class Contender:
    def __init__(self, name, model, repetitions):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.name, self.repetitions, self.times = name, repetitions, []
        self.x = numpy.random.default_rng(0).random((1, 1, 28, 28), dtype=numpy.float32)
        self.y = numpy.zeros((1, 10), numpy.float32)
        self.binding = session.io_binding()
        self.binding.bind_input(session.get_inputs()[0].name, "cpu", 0, numpy.float32, self.x.shape, self.x.ctypes.data)
        self.binding.bind_output(session.get_outputs()[0].name, "cpu", 0, numpy.float32, self.y.shape, self.y.ctypes.data)
        self.run = session.run_with_iobinding

    def measure(self):
        start = time.perf_counter_ns()
        for _ in range(self.repetitions):
            self.run(self.binding)
        self.times.append((time.perf_counter_ns() - start) / self.repetitions / 1000)


contenders = [Contender("copy of ten elements", copy_net(), 500)]
for name, repetitions in [("dense", 500), ("convolutional", 20)]:
    contenders.append(Contender(name, (folder / f"{name}.onnx").read_bytes(), repetitions))
for _ in range(101):
    for contender in contenders:
        contender.measure()
print(f"ONNX Runtime {onnxruntime.__version__}, microseconds: median (lower decile)")
for contender in contenders:
    times = sorted(contender.times)
    print(f"{contender.name:24} {times[50]:8.2f} ({times[10]:.2f})")
