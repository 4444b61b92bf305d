#!/usr/bin/env python3
"""Reads the event files of the sample runs with TensorBoard's own package, and compares every number, image and hyper-parameter.

usage: check_tensorboard.py WRITE_SAMPLE_RUNS
"""
import io
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy
    from PIL import Image
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
except ImportError as error:
    print(f"Skipped: expected the package tensorboard ({error}). Run scripts/install-dependencies --interoperability.")
    sys.exit(77)

ALL = {"scalars": 0, "histograms": 0, "images": 0, "compressedHistograms": 0, "tensors": 0}  # 0: keep all events
compared = 0


def same(a, b, what):
    global compared
    compared += 1
    if not (a == b or (isinstance(a, float) and math.isclose(a, b, rel_tol=1e-12))):
        raise SystemExit(f"{what}: TensorBoard reads {a!r}, expected {b!r}")


def single(value):
    """Returns the value rounded to float32, as TensorBoard stores scalars."""
    return struct.unpack("f", struct.pack("f", value))[0]


def check_scalars(events, expected):
    columns, rows = expected["columns"], expected["rows"]
    steps = [row[columns.index("step")] if "step" in columns else i + 1 for i, row in enumerate(rows)]
    for c, column in enumerate(columns):
        wanted = [(step, single(row[c])) for step, row in zip(steps, rows) if row[c] is not None]
        if column != "step" and wanted:
            same([(event.step, event.value) for event in events.Scalars(column)], wanted, column)
    tags = {column for c, column in enumerate(columns) if column != "step" and any(row[c] is not None for row in rows)}
    same(set(events.Tags()["scalars"]), tags, "tags of scalars")


def check_histograms(events, expected):
    wanted = [record for record in expected["distributions"] if record["limits"]]
    read = {}
    for record in wanted:
        tag = ("gradients/" if record["gradient"] else "weights/") + record["parameter"]
        read.setdefault(tag, iter(events.Histograms(tag)))
        event = next(read[tag])
        value = event.histogram_value
        same(event.step, record["step"], tag)
        same(value.min, record["quantiles"][0], tag)
        same(value.max, record["quantiles"][-1], tag)
        same(value.num, record["finite"], tag)
        same(value.sum, record["sum"], tag)
        same(value.sum_squares, record["squares"], tag)
        same(list(value.bucket_limit), record["limits"], tag)
        total = sum(record["counts"])
        for got, count in zip(value.bucket, record["counts"], strict=True):
            same(got, count * record["finite"] / total, tag)
    same(set(events.Tags()["histograms"]), set(read), "tags of histograms")
    for tag, rest in read.items():
        same(list(rest), [], tag)


def check_filters(events, expected):
    """The pixels are 0.5 + 0.5 w / max|w| of each filter, for RGB."""
    tags = [tag for tag in events.Tags()["images"] if tag.startswith("filters/")]
    if not expected["filters"]:
        same(tags, [], "filters")
        return
    filters = numpy.array(expected["filters"]).reshape(len(tags), 3, 3, 3)
    for tag, weights in zip(sorted(tags), filters, strict=True):
        event = events.Images(tag)[0]
        pixels = numpy.array(Image.open(io.BytesIO(event.encoded_image_string))).transpose(2, 0, 1)
        wanted = (0.5 + 0.5 * weights / numpy.abs(weights).max()) * 255
        same((event.height, event.width), (3, 3), tag)
        same(bool(numpy.abs(pixels - wanted).max() <= 0.5 + 1e-6), True, tag)


def check_mistakes(events, name):
    tags = [tag for tag in events.Tags()["images"] if tag.startswith("mistakes/")]
    same(len(tags) > 3, name == "images", "mistakes")
    for tag in tags:
        event = events.Images(tag)[0]
        same(Image.open(io.BytesIO(event.encoded_image_string)).size, (event.width, event.height), tag)


def setting(text):
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def check_hyper_parameters(events, expected):
    contents = {}
    for tag in events.PluginTagToContent("hparams") if expected["settings"] else {}:
        contents[tag] = plugin_data_pb2.HParamsPluginData.FromString(events.PluginTagToContent("hparams")[tag])
    if not expected["settings"]:
        return
    same(set(contents), {"_hparams_/experiment", "_hparams_/session_start_info", "_hparams_/session_end_info"}, "hparams")
    read = contents["_hparams_/session_start_info"].session_start_info.hparams
    values = {name: getattr(value, value.WhichOneof("kind")) for name, value in read.items()}
    same(values, {name: setting(text) for name, text in expected["settings"].items()}, "hparams")
    experiment = contents["_hparams_/experiment"].experiment
    same({info.name for info in experiment.hparam_infos}, set(expected["settings"]), "hparam_infos")
    same([info.name.tag for info in experiment.metric_infos],
         [column for column in expected["columns"] if column not in ("step", "epoch", "seconds")], "metric_infos")
    same(contents["_hparams_/session_end_info"].session_end_info.status, 1, "status")


def check_resumed(folder):
    """Of the first file only epoch 1 remains: the second begins at epoch 2."""
    events = EventAccumulator(str(folder), size_guidance=ALL)
    events.Reload()
    read = {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    same(read, {"loss": [(10, 101.0), (20, 202.0), (30, 203.0), (40, 204.0)], "validation loss": [(40, 7.0)],
                "learning rate": [(10 * epoch, 0.5) for epoch in range(1, 5)],
                "samples/s": [(10 * epoch, 25.0) for epoch in range(1, 5)]}, "resumed")


with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    subprocess.run([sys.argv[1], folder], check=True)
    for file in sorted(folder.glob("*.json")):
        expected = json.loads(file.read_text())
        events = EventAccumulator(str(file.with_suffix("")), size_guidance=ALL)
        events.Reload()
        check_scalars(events, expected)
        check_histograms(events, expected)
        check_filters(events, expected)
        check_mistakes(events, file.stem)
        check_hyper_parameters(events, expected)
    check_resumed(folder / "resumed")
print(f"TensorBoard reads {compared} values as they were written")
