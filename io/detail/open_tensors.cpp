#include <minnow/core/detail/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/open_tensors.hpp>

#include <string_view>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

bool contains_pytorch(const Input& input) {
  try {
    return is_pytorch_archive(read_zip_directory(input));
  } catch (const ValueError& error) {
    refuse_file(input.name(), std::string("expected a file of tensors, got ") + error.what() + '.');
  }
}

}  // namespace

TensorFile open_tensors(Input input) {
  char bytes[9] = {};
  if (input.size() >= sizeof bytes) input.read(0, std::as_writable_bytes(std::span(bytes)));
  const std::string_view first(bytes, sizeof bytes);
  if (first.back() == '{') return open_safetensors(std::move(input));
  if (first.starts_with("PK"))
    return contains_pytorch(input) ? open_pytorch(std::move(input)) : open_npz(std::move(input));
  if (first.starts_with('\x80')) return open_pytorch(std::move(input));
  refuse_file(input.name(), "expected a safetensors file, a file of torch.save or an NPZ file, got another file.");
}

void refuse_file(const std::string& file, const std::string& what) { throw DataError(file + ": " + printable(what)); }

}  // namespace minnow::inline MINNOW_PRECISION::detail
