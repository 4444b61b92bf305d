#pragma once

#include <minnow/io/tensor_reader.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Fills `bytes` with the first decompressed bytes of deflated data. Throws DataError if the data is invalid or
/// shorter.
using Inflate = void (*)(std::span<const std::byte> compressed, std::span<std::byte> bytes);

/// Reads an NPZ file of NumPy: a zip file of NPY arrays. numpy.savez stores the arrays; numpy.savez_compressed
/// compresses them, and the reader then needs a function that decompresses: datasets::inflate of minnow::images.
class MINNOW_API NpzReader : public TensorReader {
 public:
  /// Throws DataError if the file cannot be read, contains anything but arrays of numbers, or is compressed and
  /// `inflate` is null.
  explicit NpzReader(const std::filesystem::path& path, Inflate inflate = nullptr);

  /// Reads bytes in memory, which must outlive the reader.
  explicit NpzReader(std::span<const std::byte> bytes, Inflate inflate = nullptr);
};

/// A tensor to write. It refers to the elements.
struct NamedArray {
  NamedArray(std::string name_, const Tensor& values_) : name(std::move(name_)), values(&values_) {}

  std::string name;
  const Tensor* values;
};

/// Writes tensors as an NPZ file that is not compressed: write_npz("xy.npz", {{"x", x}, {"y", y}}). The file appears
/// under its name only when it is complete and synced to the disk. Throws ValueError if a name appears twice or is too
/// long, there are more than 65,535 tensors, or the file would have 4 GiB; DataError if the file cannot be written; an
/// old file is then unchanged.
MINNOW_API void write_npz(const std::filesystem::path& path, const std::vector<NamedArray>& arrays);

}  // namespace minnow::inline MINNOW_PRECISION
