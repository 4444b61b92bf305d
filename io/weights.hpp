#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/io/element_type.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct SaveWeightsOptions {
  ElementType type = real_type;  // F16 and BF16 halve the file; elements are rounded to nearest
};

struct LoadWeightsOptions {
  bool strict = true;  // false skips names that are missing, unexpected or of another shape

  /// Only tensors whose names begin with this text are loaded, and it is removed from their names: "model." for a
  /// checkpoint {"model": model.state_dict(), ...} of PyTorch.
  std::string prefix = "";

  /// Maps the name of a tensor in the file to the name in the model; an empty result skips the tensor. For example,
  /// [](const std::string& name) { return "features." + name; }. Null keeps the names.
  std::function<std::string(const std::string& name)> rename = nullptr;
};

/// What load_weights skipped.
struct SkippedWeights {
  std::vector<std::string> missing;     // in the model, not in the file
  std::vector<std::string> unexpected;  // in the file, not in the model
  std::vector<std::string> misshapen;   // in both, with different shapes
  bool empty() const { return missing.empty() && unexpected.empty() && misshapen.empty(); }
};

/// Saves the parameters and buffers of any layer as a safetensors file, named as in its state(). The file appears under
/// its name only when it is complete. Throws DataError if it cannot be written; an old file is then unchanged.
MINNOW_API void save_weights(const Layer& layer, const std::filesystem::path& path,
                             const SaveWeightsOptions& options = {});

/// Loads parameters and buffers by name from a safetensors file, a file of PyTorch (PyTorchReader) or an NPZ file that
/// is not compressed; the content decides which. The gradients become stale. A file without the num_batches_tracked of
/// a BatchNorm, as older versions of PyTorch write, leaves it as it is. Returns what was skipped, which is nothing if
/// `strict`. Throws DataError, and changes nothing, if the file cannot be read or, with `strict`, if names or shapes
/// differ; the message lists all of them. Elements may be NaN or infinite: non_finite_weights lists the tensors.
MINNOW_API SkippedWeights load_weights(Layer& layer, const std::filesystem::path& path,
                                       const LoadWeightsOptions& options = {});

/// The same from the bytes of a file in memory.
MINNOW_API SkippedWeights load_weights(Layer& layer, std::span<const std::byte> bytes,
                                       const LoadWeightsOptions& options = {});

/// Returns the names of the parameters and buffers that contain NaN or infinity.
MINNOW_API std::vector<std::string> non_finite_weights(const Layer& layer);

}  // namespace minnow::inline MINNOW_PRECISION
