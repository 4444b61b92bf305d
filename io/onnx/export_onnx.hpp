#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/io/model.hpp>

#include <filesystem>

namespace minnow::inline MINNOW_PRECISION {

struct OnnxOptions {
  bool fold_norms = false;  // fold a BatchNorm into the Dense or Conv2d before it
  bool normalize = false;   // begin the graph with info.normalization, so that it reads raw inputs
};

/// Writes a model for ONNX Runtime and other programs that run ONNX: opset 17, one input "input" (N, ...) and one
/// output "output", both float32 with any N; a double build rounds its weights. The graph computes predict(): Dropout
/// is left out. The file appears under its name only when it is complete and synced to the disk.
///
/// `info` is that of save_model. Its input shape is required unless the first layer is a Dense. The shape, the class
/// names, the normalization and the metadata become the metadata of the file. With `normalize`, the normalization is a
/// part of the graph instead.
///
/// Throws ValueError if a layer has no ONNX form, such as a layer of your own, if the input shape is missing, if a
/// weight is not finite, or if the model exceeds the 2 GiB of an ONNX file; ShapeError if the input shape does not fit
/// the model; DataError if the file cannot be written. An old file is then unchanged.
MINNOW_API void export_onnx(const Layer& model, const std::filesystem::path& path, const ModelInfo& info = {},
                            const OnnxOptions& options = {});

}  // namespace minnow::inline MINNOW_PRECISION
