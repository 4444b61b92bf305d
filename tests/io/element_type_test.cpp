// Conversions to half precision, compared with exact arithmetic.

#include <minnow/core.hpp>
#include <minnow/io.hpp>

#include <tests/support/temporary_folder.hpp>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Returns `value` rounded to a significand of `bits` bits, with smallest exponent `lowest` and largest number
/// `largest`.
double rounded(double value, int bits, int lowest, double largest) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double unit = std::ldexp(1.0, std::max(std::ilogb(value), lowest) - bits + 1);
  const double result = std::nearbyint(value / unit) * unit;  // ties to even
  return std::abs(result) > largest ? std::copysign(std::numeric_limits<double>::infinity(), value) : result;
}

/// Values around every power of two, halfway between neighbours too, and the special values.
std::vector<Real> values() {
  std::vector<Real> values{0,
                           -Real{0},
                           std::numeric_limits<Real>::infinity(),
                           std::numeric_limits<Real>::max(),
                           std::numeric_limits<Real>::min(),
                           std::numeric_limits<Real>::denorm_min()};
  for (int exponent = -145; exponent <= 127; ++exponent)
    for (const double fraction : {0.0, 0x1p-7, 0x1p-8, 0x1p-9, 3 * 0x1p-8, 0x1p-10, 0x1p-11, 3 * 0x1p-11, 0x1p-12,
                                  0x1p-11 + 0x1p-23, 0x1p-8 + 0x1p-22, 1 - 0x1p-23, 0.7})
      for (const int sign : {1, -1}) values.push_back(static_cast<Real>(sign * std::ldexp(1 + fraction, exponent)));
  return values;
}

std::vector<Real> through_file(const std::vector<Real>& values, ElementType type) {
  const testing::TemporaryFolder folder;
  FixedTensor tensor(Shape{values.size()});
  tensor.assign(values);
  const std::vector<NamedConstTensor> tensors{{"x", &tensor, nullptr}};
  write_safetensors(folder / "x", tensors, {}, type);
  const SafetensorsReader reader(folder / "x");
  std::vector<Real> read(values.size());
  reader.read(reader.tensors()[0], read);
  return read;
}

TEST(ElementType, RoundsToNearestEven) {
  const std::vector<Real> exact = values();
  const std::vector<Real> f16 = through_file(exact, ElementType::f16), bf16 = through_file(exact, ElementType::bf16),
                          f32 = through_file(exact, ElementType::f32), f64 = through_file(exact, ElementType::f64);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double value = exact[i];
    EXPECT_EQ(f16[i], static_cast<Real>(rounded(value, 11, -14, 65504))) << value;
    EXPECT_EQ(bf16[i], static_cast<Real>(rounded(value, 8, -126, 0x1.fep127))) << value;
    EXPECT_EQ(f32[i], static_cast<Real>(static_cast<float>(value))) << value;
    EXPECT_EQ(f64[i], exact[i]);
    EXPECT_EQ(std::signbit(f16[i]), std::signbit(exact[i]));
    EXPECT_EQ(std::signbit(bf16[i]), std::signbit(exact[i]));
  }
}

TEST(ElementType, KeepsNaN) {
  const std::vector<Real> nan{std::numeric_limits<Real>::quiet_NaN(), 1};
  for (const ElementType type : {ElementType::f16, ElementType::bf16, ElementType::f32, ElementType::f64}) {
    const std::vector<Real> read = through_file(nan, type);
    EXPECT_TRUE(std::isnan(read[0])) << to_string(type);
    EXPECT_EQ(read[1], 1);
  }
}

/// Every 16-bit pattern is a number, and survives reading and writing.
TEST(ElementType, ReadsEveryHalf) {
  for (const ElementType type : {ElementType::f16, ElementType::bf16}) {
    std::vector<std::uint16_t> patterns;
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) patterns.push_back(static_cast<std::uint16_t>(bits));
    const std::string header =
        std::string("{\"x\":{\"dtype\":\"") + to_string(type) + "\",\"shape\":[65536],\"data_offsets\":[0,131072]}}";
    const std::uint64_t length = header.size();
    std::string bytes(reinterpret_cast<const char*>(&length), 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(patterns.data()), 131072);
    const SafetensorsReader reader(std::as_bytes(std::span(bytes)));
    std::vector<Real> read(65536);
    reader.read(reader.tensors()[0], read);
    const bool half = type == ElementType::f16;
    for (const std::uint16_t bits : patterns) {
      const int exponent = half ? bits >> 10 & 31 : bits >> 7 & 255, fraction = half ? bits & 1023 : bits & 127;
      const int fraction_bits = half ? 10 : 7, bias = half ? 15 : 127, top = half ? 31 : 255;
      if (exponent == top) {
        EXPECT_EQ(std::isnan(read[bits]), fraction != 0) << bits;
        EXPECT_EQ(std::isinf(read[bits]), fraction == 0) << bits;
        continue;
      }
      const double magnitude = std::ldexp(fraction + (exponent > 0 ? std::ldexp(1.0, fraction_bits) : 0.0),
                                          std::max(exponent, 1) - bias - fraction_bits);
      EXPECT_EQ(read[bits], static_cast<Real>(bits & 0x8000 ? -magnitude : magnitude)) << bits;
    }
  }
}

}  // namespace
}  // namespace minnow
