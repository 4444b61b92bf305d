#include <minnow/io/detail/zip_format.hpp>
#include <minnow/io/detail/zip_writer.hpp>

#include <array>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

/// The remainders of the bytes.
constexpr std::array<std::uint32_t, 256> remainders = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder % 2 != 0 ? 0xedb88320 : 0);
    table[byte] = remainder;
  }
  return table;
}();

constexpr std::uint16_t version = 20;           // of the format, that a reader needs
constexpr std::uint16_t utf8_name = 0x800;      // a flag
constexpr std::uint32_t first_day = 0x21'0000;  // 1 January 1980, the earliest time

/// Appends the fields that the local header and the directory share.
void append_fields(std::string& record, std::string_view name, std::uint32_t checksum, std::size_t size) {
  zip::append(record, version);
  zip::append(record, utf8_name);
  zip::append(record, zip::stored);
  zip::append(record, first_day);
  zip::append(record, checksum);
  zip::append(record, static_cast<std::uint32_t>(size));
  zip::append(record, static_cast<std::uint32_t>(size));
  zip::append(record, static_cast<std::uint16_t>(name.size()));
  zip::append(record, std::uint16_t{0});  // bytes of extra fields
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t value = ~before;
  for (const std::byte byte : bytes)
    value = value >> 8 ^ remainders[(value ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  return ~value;
}

void ZipWriter::add(std::string_view name, std::string_view head, std::span<const std::byte> tail) {
  const std::span<const std::byte> head_bytes = std::as_bytes(std::span(head));
  const std::uint32_t checksum = crc32(tail, crc32(head_bytes));
  const std::size_t size = head.size() + tail.size();
  std::string local;
  zip::append(local, zip::local_signature);
  append_fields(local, name, checksum, size);
  local += name;
  file_.write(std::as_bytes(std::span(local)));
  file_.write(head_bytes);
  file_.write(tail);

  zip::append(directory_, zip::entry_signature);
  zip::append(directory_, version);  // of the writer
  append_fields(directory_, name, checksum, size);
  directory_.append(10, '\0');  // no comment, first disk, no attributes
  zip::append(directory_, static_cast<std::uint32_t>(offset_));
  directory_ += name;
  offset_ += local.size() + size;
  ++entries_;
}

void ZipWriter::commit() {
  std::string end;
  zip::append(end, zip::end_signature);
  zip::append(end, std::uint32_t{0});  // this disk, and the disk of the directory
  zip::append(end, entries_);
  zip::append(end, entries_);
  zip::append(end, static_cast<std::uint32_t>(directory_.size()));
  zip::append(end, static_cast<std::uint32_t>(offset_));
  zip::append(end, std::uint16_t{0});  // bytes of the comment
  file_.write(std::as_bytes(std::span(directory_)));
  file_.write(std::as_bytes(std::span(end)));
  file_.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
