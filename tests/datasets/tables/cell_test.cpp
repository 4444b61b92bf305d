#include <minnow/core/rng.hpp>
#include <minnow/datasets/tables/detail/cell.hpp>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using datasets::detail::Cell;
using datasets::detail::CellReader;

TEST(Cell, NumbersHaveTheBitsOfStrtod) {
  const CellReader cells({});
  Rng rng{1};
  const char* formats[] = {"%.17g", "%.9g", "%.3f", "%e", "%+.6g"};
  for (int i = 0; i < 20'000; ++i) {
    const double value = i % 2 == 0 ? std::bit_cast<double>(rng.bits()) : rng.normal();
    if (!(value < 1e300 && value > -1e300)) continue;
    char text[512];
    std::snprintf(text, sizeof text, formats[i % 5], value);
    const Cell cell = cells.read(text);
    ASSERT_EQ(cell.kind, Cell::Kind::number) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(cell.number), std::bit_cast<std::uint64_t>(std::strtod(text, nullptr)))
        << text;
  }
}

TEST(Cell, IsANumberOrMissingOrAText) {
  const std::string own[] = {"-999", "unknown"};
  const CellReader cells(own);
  const auto is = [&](Cell::Kind kind, std::initializer_list<const char*> texts) {
    for (const char* text : texts) EXPECT_EQ(cells.read(text).kind, kind) << text;
  };
  is(Cell::Kind::number, {"0", "-0", "1.", ".5", "+.5", "1e5", "1E-5", "007", "1e-999", "0.000"});
  is(Cell::Kind::missing, {"", "?", "NA", "N/A", "NaN", "nan", "NULL", "None", "-999", "unknown"});
  is(Cell::Kind::text, {"inf", "-inf", "infinity", "1e999", "0x1p3", "1,5", "1 2", "--1", "+-1", "+", "-", ".", "e5",
                        "1e", "na", "nan(1)", "999a"});
  EXPECT_EQ(cells.read("1e-999").number, 0);
  EXPECT_EQ(cells.read("0.0000001e-330").number, 0);
}

}  // namespace
}  // namespace minnow
