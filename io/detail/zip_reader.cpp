#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/zip_format.hpp>
#include <minnow/io/detail/zip_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

[[noreturn]] void refuse_zip(const std::string& got) { throw ValueError("a zip file with " + got); }

/// Reads `bytes` at `offset`, which end at `end` at most.
void read_before(const Input& input, std::size_t offset, std::size_t end, std::span<char> bytes, const char* what) {
  if (offset > end || bytes.size() > end - offset) refuse_zip(format_text("{} beyond its end", what));
  input.read(offset, std::as_writable_bytes(bytes));
}

/// Where the directory is, and how many entries it has.
struct Directory {
  std::uint64_t entries, size, offset;
};

/// Returns the position of the record that ends a zip file; only a comment follows it.
std::size_t find_end_record(const Input& input) {
  constexpr std::size_t longest_comment = 0xffff;
  const std::size_t length = std::min(input.size(), zip::end_bytes + longest_comment), first = input.size() - length;
  std::string tail(length, '\0');
  input.read(first, std::as_writable_bytes(std::span(tail)));
  for (std::size_t at = length >= zip::end_bytes ? length - zip::end_bytes + 1 : 0; at-- > 0;)
    if (zip::number<std::uint32_t>(tail, at) == zip::end_signature &&
        zip::number<std::uint16_t>(tail, at + 20) == length - zip::end_bytes - at)
      return first + at;
  refuse_zip("no directory at its end");
}

/// Reads the directory's place from the zip64 record, if the locator before the end record refers to one.
std::optional<Directory> read_zip64_record(const Input& input, std::size_t end) {
  char locator[zip::locator64_bytes], record[zip::end64_bytes];
  if (end < sizeof locator) return std::nullopt;
  const std::size_t at = end - sizeof locator;
  input.read(at, std::as_writable_bytes(std::span(locator)));
  const std::string_view fields(locator, sizeof locator);
  if (zip::number<std::uint32_t>(fields, 0) != zip::locator64_signature) return std::nullopt;
  read_before(input, zip::number<std::uint64_t>(fields, 8), at, record, "a zip64 record");
  const std::string_view values(record, sizeof record);
  if (zip::number<std::uint32_t>(values, 0) != zip::end64_signature) refuse_zip("no zip64 record");
  return Directory{zip::number<std::uint64_t>(values, 32), zip::number<std::uint64_t>(values, 40),
                   zip::number<std::uint64_t>(values, 48)};
}

Directory find_directory(const Input& input) {
  const std::size_t end = find_end_record(input);
  char record[zip::end_bytes];
  input.read(end, std::as_writable_bytes(std::span(record)));
  const std::string_view fields(record, sizeof record);
  const Directory directory =
      read_zip64_record(input, end)
          .value_or(Directory{zip::number<std::uint16_t>(fields, 10), zip::number<std::uint32_t>(fields, 12),
                              zip::number<std::uint32_t>(fields, 16)});
  if (directory.offset > end || directory.size > end - directory.offset ||
      directory.entries > directory.size / zip::entry_bytes)
    refuse_zip("a directory beyond its end");
  return directory;
}

/// Replaces the sizes and the offset that do not fit in 32 bits by those of the zip64 field among the extra fields.
void read_zip64_field(std::string_view extra, std::span<std::uint64_t*> values) {
  while (extra.size() >= 4) {
    const std::size_t length = zip::number<std::uint16_t>(extra, 2);
    if (length > extra.size() - 4) return;
    std::string_view field = extra.substr(4, length);
    if (zip::number<std::uint16_t>(extra, 0) == zip::zip64_field)
      for (std::uint64_t* value : values)
        if (*value == zip::in_zip64_field && field.size() >= 8) {
          *value = zip::number<std::uint64_t>(field, 0);
          field.remove_prefix(8);
        }
    extra.remove_prefix(4 + length);
  }
}

/// Reads an entry of the directory. `offset` of the result is that of the local header.
ZipEntry read_entry(std::string_view& directory) {
  if (directory.size() < zip::entry_bytes || zip::number<std::uint32_t>(directory, 0) != zip::entry_signature)
    refuse_zip("an invalid entry of the directory");
  const std::size_t flags = zip::number<std::uint16_t>(directory, 8),
                    method = zip::number<std::uint16_t>(directory, 10),
                    name_length = zip::number<std::uint16_t>(directory, 28),
                    extra_length = zip::number<std::uint16_t>(directory, 30),
                    length = zip::entry_bytes + name_length + extra_length + zip::number<std::uint16_t>(directory, 32);
  std::uint64_t stored = zip::number<std::uint32_t>(directory, 20), size = zip::number<std::uint32_t>(directory, 24),
                offset = zip::number<std::uint32_t>(directory, 42);
  if (length > directory.size()) refuse_zip("an entry beyond the end of the directory");
  std::string name(directory.substr(zip::entry_bytes, name_length));
  std::uint64_t* values[] = {&size, &stored, &offset};
  read_zip64_field(directory.substr(zip::entry_bytes + name_length, extra_length), values);
  directory.remove_prefix(length);
  if ((flags & zip::encrypted) != 0) refuse_zip(format_text("the encrypted entry {}", shown(name)));
  if (method != zip::stored && method != zip::deflated)
    refuse_zip(format_text("the compression method {} of {}", method, shown(name)));
  const bool deflated = method == zip::deflated;
  // Deflate makes no data smaller than 1/1032.
  if (deflated ? size / 1032 > stored : size != stored)
    refuse_zip(format_text("{} bytes that become {} bytes in {}", stored, size, shown(name)));
  return {std::move(name), offset, stored, size, deflated};
}

/// Moves the offset from the local header to the bytes.
void skip_local_header(const Input& input, std::size_t end, ZipEntry& entry) {
  char header[zip::local_bytes];
  read_before(input, entry.offset, end, header, "an entry");
  const std::string_view fields(header, sizeof header);
  const std::size_t name_length = zip::number<std::uint16_t>(fields, 26);
  std::string name(std::min(name_length, entry.name.size() + 1), '\0');
  read_before(input, entry.offset + zip::local_bytes, end, name, "a name");
  if (zip::number<std::uint32_t>(fields, 0) != zip::local_signature || name != entry.name)
    refuse_zip(format_text("no entry where the directory has {}", shown(entry.name)));
  entry.offset += zip::local_bytes + name_length + zip::number<std::uint16_t>(fields, 28);
  if (entry.offset > end || entry.stored > end - entry.offset)
    refuse_zip(format_text("{} beyond its end", shown(entry.name)));
}

}  // namespace

std::vector<ZipEntry> read_zip_directory(const Input& input) {
  const Directory directory = find_directory(input);
  std::string text(directory.size, '\0');
  input.read(directory.offset, std::as_writable_bytes(std::span(text)));
  std::vector<ZipEntry> entries;
  std::string_view rest = text;
  for (std::uint64_t i = 0; i < directory.entries; ++i) entries.push_back(read_entry(rest));
  std::ranges::sort(entries, {}, &ZipEntry::offset);
  std::size_t last_end = 0;
  std::set<std::string_view> names;
  for (ZipEntry& entry : entries) {
    if (entry.offset < last_end) refuse_zip(format_text("the bytes of {} twice", shown(entry.name)));
    if (!names.insert(entry.name).second) refuse_zip(format_text("two entries {}", shown(entry.name)));
    skip_local_header(input, directory.offset, entry);
    last_end = entry.offset + entry.stored;
  }
  return entries;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
