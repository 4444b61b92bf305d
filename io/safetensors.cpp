#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/element_types.hpp>
#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/detail/safetensors_header.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/output_file.hpp>
#include <minnow/io/safetensors.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t length_bytes = 8;                    // of the length of the header
constexpr std::size_t longest_header = 100'000'000;        // the limit of the format
constexpr std::size_t chunk_bytes = std::size_t{1} << 16;  // of elements that are converted at once

}  // namespace

namespace detail {
namespace {

[[noreturn]] void refuse_other_format(const std::string& file, std::string_view start) {
  const bool is_readable = start.starts_with("PK") || start.starts_with('\x80');
  refuse_file(file, is_readable ? "expected a safetensors file, got a file of PyTorch or NumPy. load_weights reads it."
                                : "expected a safetensors file, got another file.");
}

}  // namespace

TensorFile open_safetensors(Input input) {
  if (input.size() < length_bytes)
    refuse_file(input.name(), format_text("expected a safetensors file, got {} bytes.", input.size()));
  char bytes[length_bytes + 1] = {};
  input.read(0, std::as_writable_bytes(std::span(bytes).first(std::min(sizeof bytes, input.size()))));
  if (const std::string_view start(bytes, sizeof bytes); start.back() != '{') refuse_other_format(input.name(), start);
  std::uint64_t length;
  std::memcpy(&length, bytes, sizeof length);
  const std::size_t most = std::min(input.size() - length_bytes, longest_header);
  if (length > most)
    refuse_file(
        input.name(),
        format_text("expected a safetensors file whose header has at most {} bytes, got {} bytes.", most, length));
  std::string json(length, '\0');
  input.read(length_bytes, std::as_writable_bytes(std::span(json)));
  const std::size_t first = length_bytes + json.size();
  SafetensorsHeader header;
  try {
    header = parse_safetensors_header(json);
    check_layout(header.tensors, input.size() - first);
  } catch (const ValueError& error) {
    refuse_file(input.name(), error.what());
  }
  std::vector<TensorEntry> tensors;
  std::vector<TensorLocation> locations;
  for (StoredTensor& tensor : header.tensors) {
    locations.push_back({.offset = first + tensor.begin});
    tensors.push_back(std::move(tensor));
  }
  TensorFile file(std::move(input), std::move(tensors), std::move(locations));
  file.metadata = std::move(header.metadata);
  return file;
}

}  // namespace detail

SafetensorsReader::SafetensorsReader(const std::filesystem::path& path)
    : TensorReader(detail::open_safetensors(detail::Input(path))) {}
SafetensorsReader::SafetensorsReader(std::span<const std::byte> bytes)
    : TensorReader(detail::open_safetensors(detail::Input(bytes))) {}

const std::map<std::string, std::string>& SafetensorsReader::metadata() const& { return file().metadata; }

void write_safetensors(const std::filesystem::path& path, std::span<const NamedConstTensor> tensors,
                       const std::map<std::string, std::string>& metadata, ElementType type) {
  const auto refuse = [&](const std::string& what) { throw ValueError(path.string() + ": " + what); };
  if (!is_real(type))
    refuse(format_text("expected F16, BF16, F32 or F64 as the element type, got {}.", to_string(type)));
  detail::SafetensorsHeader header;
  header.metadata = metadata;
  std::set<std::string_view> names;
  std::size_t end = 0;
  for (const NamedConstTensor& tensor : tensors) {
    if (!names.insert(tensor.name).second || tensor.name == "__metadata__")
      refuse(format_text("expected each name of a tensor once, got {} twice or reserved.", detail::shown(tensor.name)));
    const std::size_t begin = end;
    end += tensor.value->size() * element_size(type);
    header.tensors.push_back({{tensor.name, type, tensor.value->shape()}, begin, end});
  }
  std::string json;
  try {
    json = detail::safetensors_header_text(header);
  } catch (const ValueError& error) {
    refuse(error.what());
  }
  json.append((8 - json.size() % 8) % 8, ' ');  // the elements are aligned

  OutputFile file(path);
  const std::uint64_t length = json.size();
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(json)));
  std::vector<std::byte> chunk(type == real_type ? 0 : chunk_bytes);
  for (const NamedConstTensor& tensor : tensors) {
    std::span<const Real> values = tensor.value->values();
    if (type == real_type) {
      file.write(std::as_bytes(values));
      continue;
    }
    while (!values.empty()) {
      const std::size_t count = std::min(values.size(), chunk.size() / element_size(type));
      const std::span part = std::span(chunk).first(count * element_size(type));
      detail::encode(values.first(count), type, part);
      file.write(part);
      values = values.subspan(count);
    }
  }
  file.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION
