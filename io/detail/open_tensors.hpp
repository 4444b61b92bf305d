#pragma once

#include <minnow/io/detail/tensor_file.hpp>
#include <minnow/io/detail/zip_reader.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Opens a file of tensors in the format that its first bytes show. Throws DataError if they show none.
TensorFile open_tensors(Input input);

// One format each. They throw DataError if the file is invalid.
TensorFile open_safetensors(Input input);
TensorFile open_pytorch(Input input);
TensorFile open_npz(Input input, Inflate inflate = nullptr);

/// Returns true if the zip file was written by torch.save.
bool is_pytorch_archive(const std::vector<ZipEntry>& entries);

/// Throws DataError: "FILE: WHAT". Texts of the file in `what` are made printable, so that the error is one line.
[[noreturn]] void refuse_file(const std::string& file, const std::string& what);

}  // namespace minnow::inline MINNOW_PRECISION::detail
