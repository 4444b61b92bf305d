#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/npy_format.hpp>
#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/npy.hpp>
#include <minnow/io/output_file.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

Tensor read(detail::Input input) {
  std::string head(std::min(input.size(), detail::npy_header_bytes), '\0');
  input.read(0, std::as_writable_bytes(std::span(head)));
  detail::NpyArray array;
  try {
    array = detail::parse_npy(head, input.size(), 0);
  } catch (const ValueError& error) {
    detail::refuse_file(input.name(), format_text("expected a NumPy array of numbers, got {}.", error.what()));
  }
  Tensor values(array.tensor.shape);
  const detail::TensorFile file(std::move(input), {std::move(array.tensor)}, {std::move(array.location)});
  file.read(file.tensors()[0], {values.data(), values.size()});
  return values;
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) { return read(detail::Input(path)); }
Tensor read_npy(std::span<const std::byte> bytes) { return read(detail::Input(bytes)); }

void write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  const std::string header = detail::npy_header_text(tensor.shape());
  OutputFile file(path);
  file.write(std::as_bytes(std::span(header)));
  file.write(std::as_bytes(std::span(tensor.data(), tensor.size())));
  file.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION
