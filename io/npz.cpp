#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/npy_format.hpp>
#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/zip_writer.hpp>
#include <minnow/io/npz.hpp>

#include <algorithm>
#include <set>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION {
namespace detail {
namespace {

constexpr std::string_view extension = ".npy";

/// Returns the first bytes of an entry after decompression, which contain the header.
std::string head_of(const Input& input, const ZipEntry& entry, Inflate inflate) {
  std::string head(std::min(entry.size, npy_header_bytes), '\0');
  if (!entry.deflated) {
    input.read(entry.offset, std::as_writable_bytes(std::span(head)));
    return head;
  }
  if (inflate == nullptr)
    throw ValueError(format_text(
        "the compressed array {}. Pass datasets::inflate of minnow::images to NpzReader, or write numpy.savez",
        shown(entry.name)));
  std::vector<std::byte> compressed(entry.stored);
  input.read(entry.offset, compressed);
  try {
    inflate(compressed, std::as_writable_bytes(std::span(head)));
  } catch (const DataError&) {
    throw ValueError(format_text("compressed data that is invalid in {}", shown(entry.name)));
  }
  return head;
}

NpyArray read_array(const Input& input, const ZipEntry& entry, Inflate inflate) {
  if (!entry.name.ends_with(extension)) throw ValueError(format_text("the entry {}", shown(entry.name)));
  const std::string head = head_of(input, entry, inflate);
  NpyArray array;
  try {
    array = parse_npy(head, entry.size, entry.deflated ? 0 : entry.offset);
  } catch (const ValueError& error) {
    throw ValueError(format_text("{} as {}", error.what(), shown(entry.name)));
  }
  array.tensor.name = entry.name.substr(0, entry.name.size() - extension.size());
  if (entry.deflated) {
    array.location.compressed_offset = entry.offset;
    array.location.compressed_size = entry.stored;
  }
  return array;
}

}  // namespace

TensorFile open_npz(Input input, Inflate inflate) {
  std::vector<TensorEntry> tensors;
  std::vector<TensorLocation> locations;
  try {
    for (const ZipEntry& entry : read_zip_directory(input)) {
      NpyArray array = read_array(input, entry, inflate);
      tensors.push_back(std::move(array.tensor));
      locations.push_back(std::move(array.location));
    }
  } catch (const ValueError& error) {
    refuse_file(input.name(), format_text("expected an NPZ file of numbers, got {}.", error.what()));
  }
  TensorFile file(std::move(input), std::move(tensors), std::move(locations));
  file.inflate = inflate;
  return file;
}

}  // namespace detail

NpzReader::NpzReader(const std::filesystem::path& path, Inflate inflate)
    : TensorReader(detail::open_npz(detail::Input(path), inflate)) {}
NpzReader::NpzReader(std::span<const std::byte> bytes, Inflate inflate)
    : TensorReader(detail::open_npz(detail::Input(bytes), inflate)) {}

void write_npz(const std::filesystem::path& path, const std::vector<NamedArray>& arrays) {
  const auto refuse = [&](const std::string& what) { throw ValueError(path.string() + ": " + what); };
  constexpr std::size_t most = 0xffff;  // the format counts the entries in 16 bits
  if (arrays.size() > most) refuse(format_text("expected at most {} arrays, got {}.", most, arrays.size()));
  std::set<std::string_view> names;
  std::size_t bytes = 0;
  for (const NamedArray& array : arrays) {
    if (!names.insert(array.name).second || array.name.size() > 1000)
      refuse(format_text("expected each name once and of at most 1000 bytes, got {}.",
                         printable(detail::shown(array.name))));
    bytes += array.values->size() * sizeof(Real) + 2 * array.name.size() + 1000;
  }
  if (bytes > 0xffffffff) refuse(format_text("expected an NPZ file of less than 4 GiB, got {} bytes.", bytes));
  detail::ZipWriter writer(path);
  for (const NamedArray& array : arrays)
    writer.add(array.name + std::string(detail::extension), detail::npy_header_text(array.values->shape()),
               std::as_bytes(std::span(array.values->data(), array.values->size())));
  writer.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION
