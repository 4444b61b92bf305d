#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/datasets/normalization.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// How export_cpp stores the weights of Dense, Conv2d and Embedding. Everything else is float.
enum class CppWeights {
  float32,
  int8,  // a byte per weight, and a scale per output channel or row of an embedding; the arithmetic is in float
};

struct ExportCppOptions {
  std::string name;                              // of the namespace, a C++ identifier
  Shape input;                                   // shape of one sample, (C, H, W)
  CppWeights weights = CppWeights::float32;      // int8 divides the size by 4
  std::vector<std::string> class_names{};        // of the outputs, in order
  std::optional<Normalization> normalization{};  // of the inputs, computed by predict
};

/// Writes a model as one C++11 header, which needs nothing but <cmath>. It has the weights as constants and a function
///   void predict(const float* input, float* output, float* workspace);
/// that computes the prediction of one sample in float: no heap, no exceptions, no static data but constants. Norms are
/// folded into the layer before them. The file appears under its name only when it is complete.
///
/// Throws ValueError if the name is no identifier or one of the C library, a layer is unknown or depends on the batch,
/// class names or normalization do not fit, or a weight is not finite; ShapeError if the input does not fit the model;
/// DataError if the file cannot be written. An old file is then unchanged.
MINNOW_API void export_cpp(const Layer& model, const std::filesystem::path& path, const ExportCppOptions& options);

}  // namespace minnow::inline MINNOW_PRECISION
