#include <minnow/io/detail/element_types.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

static_assert(std::endian::native == std::endian::little, "Minnow reads and writes files on little-endian machines");

/// A binary format of 16 bits (IEEE 754-2019, section 3.4): sign, exponent, fraction.
struct Half {
  int fraction_bits;
  int bias;
  std::uint64_t infinity;  // the bits of infinity
};
constexpr Half f16{10, 15, 0x7c00};
constexpr Half bf16{7, 127, 0x7f80};

constexpr int double_fraction = 52, double_bias = 1023;

/// Rounds significand / 2^shift to the nearest integer, ties to even. 0 < shift.
std::uint64_t shifted(std::uint64_t significand, int shift) {
  if (shift > double_fraction + 2) return 0;  // less than half
  const std::uint64_t quotient = significand >> shift;
  const std::uint64_t rest = significand & ((std::uint64_t{1} << shift) - 1), half = std::uint64_t{1} << (shift - 1);
  return quotient + (rest > half || (rest == half && quotient % 2 == 1) ? 1 : 0);
}

template <Half half>
std::uint16_t to_half(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 48 & 0x8000);
  const int exponent = static_cast<int>(bits >> double_fraction & 0x7ff);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << double_fraction) - 1);
  constexpr int dropped = double_fraction - half.fraction_bits;
  std::uint64_t magnitude = 0;
  if (exponent == 0x7ff)
    magnitude =
        half.infinity | (fraction == 0 ? 0 : fraction >> dropped | std::uint64_t{1} << (half.fraction_bits - 1));
  else if (exponent != 0) {  // a double denormal is below all halves
    const std::uint64_t significand = fraction | std::uint64_t{1} << double_fraction;
    const int new_exponent = exponent - double_bias + half.bias;
    magnitude = new_exponent > 0 ? (static_cast<std::uint64_t>(new_exponent - 1) << half.fraction_bits) +
                                       shifted(significand, dropped)
                                 : shifted(significand, dropped + 1 - new_exponent);
    if (magnitude > half.infinity) magnitude = half.infinity;
  }
  return static_cast<std::uint16_t>(sign | magnitude);
}

template <Half half>
double from_half(std::uint16_t bits) {
  const std::uint64_t sign = static_cast<std::uint64_t>(bits >> 15) << 63;
  const std::uint64_t magnitude = bits & 0x7fff, fraction_mask = (std::uint64_t{1} << half.fraction_bits) - 1;
  constexpr int dropped = double_fraction - half.fraction_bits;
  if (magnitude >= half.infinity)
    return std::bit_cast<double>(sign | std::uint64_t{0x7ff} << double_fraction |
                                 (magnitude & fraction_mask) << dropped);
  if (magnitude > fraction_mask) {  // normal
    constexpr std::uint64_t bias = double_bias - half.bias;
    return std::bit_cast<double>(sign | ((magnitude << dropped) + (bias << double_fraction)));
  }
  constexpr auto unit_exponent = static_cast<std::uint64_t>(double_bias + 1 - half.bias - half.fraction_bits);
  const double unit = std::bit_cast<double>(sign | unit_exponent << double_fraction);
  return unit * static_cast<double>(magnitude);
}

template <class Stored, class Convert>
void encode_each(std::span<const Real> values, std::byte* bytes, Convert convert) {
  for (const Real value : values) {
    const Stored stored = convert(value);
    std::memcpy(bytes, &stored, sizeof stored);
    bytes += sizeof stored;
  }
}

template <class Stored, class Convert>
void decode_each(const std::byte* bytes, std::span<Real> values, Convert convert) {
  for (Real& value : values) {
    Stored stored;
    std::memcpy(&stored, bytes, sizeof stored);
    value = static_cast<Real>(convert(stored));
    bytes += sizeof stored;
  }
}

}  // namespace

void encode(std::span<const Real> values, ElementType type, std::span<std::byte> bytes) {
  switch (type) {
    case ElementType::f16:
      return encode_each<std::uint16_t>(values, bytes.data(), to_half<f16>);
    case ElementType::bf16:
      return encode_each<std::uint16_t>(values, bytes.data(), to_half<bf16>);
    case ElementType::f32:
      return encode_each<float>(values, bytes.data(), [](Real value) { return static_cast<float>(value); });
    default:
      return encode_each<double>(values, bytes.data(), [](Real value) { return static_cast<double>(value); });
  }
}

void decode(std::span<const std::byte> bytes, ElementType type, std::span<Real> values) {
  const auto plain = [](auto value) { return value; };
  switch (type) {
    case ElementType::f16:
      return decode_each<std::uint16_t>(bytes.data(), values, from_half<f16>);
    case ElementType::bf16:
      return decode_each<std::uint16_t>(bytes.data(), values, from_half<bf16>);
    case ElementType::f32:
      return decode_each<float>(bytes.data(), values, plain);
    case ElementType::f64:
      return decode_each<double>(bytes.data(), values, plain);
    case ElementType::i8:
      return decode_each<std::int8_t>(bytes.data(), values, plain);
    case ElementType::u8:
      return decode_each<std::uint8_t>(bytes.data(), values, plain);
    case ElementType::boolean:
      return decode_each<std::uint8_t>(bytes.data(), values, [](std::uint8_t value) { return value != 0; });
    case ElementType::i16:
      return decode_each<std::int16_t>(bytes.data(), values, plain);
    case ElementType::u16:
      return decode_each<std::uint16_t>(bytes.data(), values, plain);
    case ElementType::i32:
      return decode_each<std::int32_t>(bytes.data(), values, plain);
    case ElementType::u32:
      return decode_each<std::uint32_t>(bytes.data(), values, plain);
    case ElementType::i64:
      return decode_each<std::int64_t>(bytes.data(), values, plain);
    case ElementType::u64:
      return decode_each<std::uint64_t>(bytes.data(), values, plain);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
