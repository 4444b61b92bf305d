#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/encoded_rows.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minnow {
namespace {

using datasets::EncodedRows;
using datasets::Table;
using datasets::TableEncoder;
using testing::TemporaryFolder;
using Rows = std::vector<std::vector<std::string>>;

TableEncoder encoder_of_pets() {
  return TableEncoder(Table::from_text("weight,colour,kind\n4,black,cat\n30,brown,dog\n"));
}

Tensor encoded(const std::string& text, std::size_t most = 100) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "rows.csv", text);
  return EncodedRows(folder / "rows.csv", encoder_of_pets()).read(most);
}

TEST(EncodedRows, FindsColumnsByTheHeaderOrByPosition) {
  const Tensor expected = encoder_of_pets().encode_rows({{"30", "black"}, {"4", "brown"}});
  EXPECT_EQ(encoded("30,black\n4,brown\n"), expected);
  EXPECT_EQ(encoded("30,black,dog\n4,brown,?\n"), expected);
  EXPECT_EQ(encoded("30;black\n4;brown\n"), expected);
  EXPECT_EQ(encoded("colour,weight,name\nblack,30,Rex\nbrown,4,Tom\n"), expected);
  EXPECT_EQ(encoded("\xEF\xBB\xBFweight;colour\r\n30;\"black\"\r\n4;brown"), expected);
  EXPECT_EQ(encoded("").shape(), (Shape{0, 3}));
  EXPECT_EQ(encoded("weight,colour\n").shape(), (Shape{0, 3}));
}

TEST(EncodedRows, ReadsSomeRowsAtATime) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "rows.csv", "4,black\n5,brown\n\n6,pink\n");
  EncodedRows rows(folder / "rows.csv", encoder_of_pets());
  EXPECT_EQ(rows.read(2).shape(), (Shape{2, 3}));
  EXPECT_EQ(rows.cells(), (Rows{{"4", "black"}, {"5", "brown"}}));
  EXPECT_TRUE(rows.column_names().empty());
  EXPECT_EQ(rows.read(2).shape(), (Shape{1, 3}));
  EXPECT_EQ(rows.cells(), (Rows{{"6", "pink"}}));
  EXPECT_EQ(rows.read(2).shape(), (Shape{0, 3}));
}

/// A row of a pipe is returned before the next one is written.
TEST(EncodedRows, WaitsForTheFirstRowOnly) {
  const TemporaryFolder folder;
  const std::string path = (folder / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int pipe = ::open(path.c_str(), O_RDWR);
  const auto write = [&](const std::string& text) {
    EXPECT_EQ(::write(pipe, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  };
  write("weight,colour\n4,black\n5,bro");
  EncodedRows rows(path, encoder_of_pets());
  EXPECT_EQ(rows.read(10).shape()[0], 1u);
  write("wn\n6,black\n");
  EXPECT_EQ(rows.read(10).shape()[0], 2u);
  EXPECT_EQ(rows.cells()[0][1], "brown");
  EXPECT_EQ(rows.column_names(), (std::vector<std::string>{"weight", "colour"}));
  ::close(pipe);
}

TEST(EncodedRows, NamesFileLineAndColumnOfAnInvalidRow) {
  const TemporaryFolder folder;
  const std::string path = (folder / "rows.csv").string(), name = "'" + path + "'";
  const auto error_of = [&](const std::string& text) {
    testing::write_bytes(path, text);
    return message<DataError>([&] { EncodedRows(path, encoder_of_pets()).read(10); });
  };
  EXPECT_EQ(error_of("weight,colour\n4,black\nfour,black\n"),
            name + ", line 3, column 1 ('weight'): expected a number, got 'four'.");
  EXPECT_EQ(error_of("4,black\n5,black,dog\n"), name + ", line 2: expected 2 cells, got 3.");
  EXPECT_EQ(error_of("4,black,cat,1\n"), name + ": expected 3 columns, or 2 without 'kind', got 4.");
  EXPECT_EQ(error_of("wheight,colour\n4,black\n"),
            name + ": expected a column 'weight', got the columns 'wheight', 'colour'.");
  EXPECT_EQ(error_of("weight,weight\n4,5\n"),
            name + ", line 1, column 2: expected different names of the columns, got 'weight' also in column 1.");
  EXPECT_EQ(message<DataError>([&] { EncodedRows(folder.path(), encoder_of_pets()); }),
            "'" + folder.path().string() + "': expected a CSV file, got a folder.");
}

}  // namespace
}  // namespace minnow
