#include <minnow/core/rng.hpp>
#include <minnow/datasets/tables/detail/cell_reader.hpp>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using datasets::TableCell;
using datasets::detail::CellReader;

TEST(Cell, NumbersHaveTheBitsOfStrtod) {
  const CellReader cells({});
  Rng rng{1};
  const char* formats[] = {"%.17g", "%.9g", "%.3f", "%e", "%+.6g", "%.16g", "%.11f"};
  for (int i = 0; i < 30'000; ++i) {
    const double value = i % 2 == 0 ? std::bit_cast<double>(rng.bits()) : rng.normal();
    if (!(value < 1e300 && value > -1e300)) continue;
    char text[512];
    std::snprintf(text, sizeof text, formats[i % 7], value);
    const TableCell cell = i % 3 == 0 ? cells.read(text) : cells.read_padded(text);
    ASSERT_EQ(cell.kind, TableCell::Kind::number) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(cell.number), std::bit_cast<std::uint64_t>(std::strtod(text, nullptr)))
        << text;
  }
}

TEST(Cell, IsANumberOrMissingOrAText) {
  const std::string own[] = {"-999", "unknown"};
  const CellReader cells(own);
  const auto is = [&](TableCell::Kind kind, std::initializer_list<const char*> texts) {
    for (const char* text : texts) EXPECT_EQ(cells.read(text).kind, kind) << text;
  };
  is(TableCell::Kind::number, {"0", "-0", "1.", ".5", "+.5", "1e5", "1E-5", "007", "1e-999", "0.000", "-.5", "-5.",
                               "1234567.", "12345678.", ".12345678", "1234567890123456", "-123456789.123456"});
  is(TableCell::Kind::missing, {"", "?", "NA", "N/A", "NaN", "nan", "NULL", "None", "-999", "unknown"});
  is(TableCell::Kind::text, {"inf",       "-inf",    "infinity", "1e999", "0x1p3",    "1,5",         "1 2",
                             "--1",       "+-1",     "+",        "-",     ".",        "e5",          "1e",
                             "na",        "nan(1)",  "999a",     "-.",    "1.2.3",    "12345678..1", "1.23456789.1",
                             "12345678a", "1,234.5", "1:2",      "1/2",   "12345678:"});
  EXPECT_EQ(cells.read("1e-999").number, 0);
  EXPECT_EQ(cells.read("0.0000001e-330").number, 0);
}

}  // namespace
}  // namespace minnow
