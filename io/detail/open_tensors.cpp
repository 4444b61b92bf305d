#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/detail/shown.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr const char* expected_file = "expected a safetensors file, a file of torch.save or an NPZ file, got ";

TensorFile open_zip(Input input) {
  try {
    const std::vector<ZipEntry> entries = read_zip_directory(input);
    if (is_pytorch_archive(entries)) return open_pytorch(std::move(input));
    for (const ZipEntry& entry : entries)
      if (!entry.name.ends_with(".npy"))
        refuse_file(input.name(), format_text("{}a zip file that contains {}.", expected_file, shown(entry.name)));
  } catch (const ValueError& error) {
    refuse_file(input.name(), std::string("expected a file of tensors, got ") + error.what() + '.');
  }
  return open_npz(std::move(input));
}

}  // namespace

TensorFile open_tensors(Input input) {
  char bytes[9] = {};
  if (input.size() >= sizeof bytes) input.read(0, std::as_writable_bytes(std::span(bytes)));
  const std::string_view first(bytes, sizeof bytes);
  if (first.back() == '{') return open_safetensors(std::move(input));
  if (first.starts_with("PK")) return open_zip(std::move(input));
  if (first.starts_with('\x80')) return open_pytorch(std::move(input));
  refuse_file(input.name(), std::string(expected_file) + "another file.");
}

void refuse_file(const std::string& file, const std::string& what) {
  constexpr std::size_t longest = 20'000;  // some texts of the file are parts of errors of other folders
  throw DataError(file + ": " + printable(shown(what, longest)));
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
