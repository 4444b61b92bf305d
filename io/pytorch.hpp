#pragma once

#include <minnow/io/tensor_reader.hpp>

#include <cstddef>
#include <filesystem>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// Reads a file that torch.save wrote, in the zip format or in the older format. It needs no Python, and executes
/// nothing: a pickle may contain only dicts, lists, tuples, numbers, texts and tensors. The names of nested tensors are
/// joined by dots. A checkpoint {"model": model.state_dict(), "epoch": 3} has tensors "model.0.weight" and so on.
class MINNOW_API PyTorchReader : public TensorReader {
 public:
  /// Throws DataError if the file cannot be read, or contains anything else: the error names it.
  explicit PyTorchReader(const std::filesystem::path& path);

  /// Reads bytes in memory, which must outlive the reader.
  explicit PyTorchReader(std::span<const std::byte> bytes);
};

}  // namespace minnow::inline MINNOW_PRECISION
