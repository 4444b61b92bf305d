#include <minnow/training/report/detail/event_records.hpp>

#include <array>
#include <bit>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

/// Appends an integer, its lowest byte first.
template <class T>
void append_little_endian(std::string& bytes, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint32_t masked(std::uint32_t crc) { return (crc >> 15 | crc << 17) + 0xA282EAD8u; }

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);  // the polynomial, reflected
    table[byte] = crc;
  }
  return table;
}();

}  // namespace

void ProtoMessage::varint(std::uint64_t value) {
  for (; value >= 128; value >>= 7) encoded_ += static_cast<char>((value & 127) | 128);
  encoded_ += static_cast<char>(value);
}

void ProtoMessage::key(unsigned field, unsigned wire_type) { varint(field << 3 | wire_type); }

ProtoMessage& ProtoMessage::integer(unsigned field, std::uint64_t value) {
  key(field, 0);
  varint(value);
  return *this;
}

ProtoMessage& ProtoMessage::real(unsigned field, double value) {
  key(field, 1);
  append_little_endian(encoded_, std::bit_cast<std::uint64_t>(value));
  return *this;
}

ProtoMessage& ProtoMessage::single(unsigned field, float value) {
  key(field, 5);
  append_little_endian(encoded_, std::bit_cast<std::uint32_t>(value));
  return *this;
}

ProtoMessage& ProtoMessage::bytes(unsigned field, std::string_view value) {
  key(field, 2);
  varint(value.size());
  encoded_ += value;
  return *this;
}

ProtoMessage& ProtoMessage::message(unsigned field, const ProtoMessage& value) { return bytes(field, value.encoded_); }

ProtoMessage& ProtoMessage::reals(unsigned field, std::span<const double> values) {
  std::string packed;
  for (const double value : values) append_little_endian(packed, std::bit_cast<std::uint64_t>(value));
  return bytes(field, packed);
}

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) crc = crc >> 8 ^ crc_table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

std::string tf_record(std::string_view bytes) {
  std::string record;
  append_little_endian(record, std::uint64_t{bytes.size()});
  append_little_endian(record, masked(crc32c(record)));
  record += bytes;
  append_little_endian(record, masked(crc32c(bytes)));
  return record;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
