#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/tables/table.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <atomic>
#include <fstream>
#include <numeric>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace minnow {
namespace {

using datasets::CsvOptions;
using datasets::Table;
using datasets::TableRow;
using testing::TemporaryFolder;
using testing::write_bytes;
using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const Table& table) {
  Rows rows;
  table.read_all([&](std::size_t number, const TableRow& row) {
    EXPECT_EQ(number, rows.size());
    std::vector<std::string>& texts = rows.emplace_back();
    for (const datasets::TableCell& cell : row.cells) texts.emplace_back(cell.text);
  });
  return rows;
}

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const datasets::TableColumn& column : table.columns()) names.push_back(column.name);
  return names;
}

Rows parsed(const std::string& text, const CsvOptions& options = {.header = false}) {
  return rows_of(Table::from_text(text, options));
}

std::string error_of(const std::string& text, const CsvOptions& options = {.header = false}) {
  return message<DataError>([&] { Table::from_text(text, options); });
}

TEST(Table, ReadsWhatPythonWrites) {
  const testing::Json fixture = testing::read_fixture("tables.json");
  for (const testing::Json& entry : fixture.at("csv")) {
    const Table table = Table::from_text(entry.at("text"), {.header = false});
    EXPECT_EQ(std::string(1, table.delimiter()), entry.at("delimiter"));
    EXPECT_EQ(rows_of(table), entry.at("rows").get<Rows>());
  }
}

TEST(Table, FollowsRfc4180) {
  EXPECT_EQ(parsed("a,b\r\nc,d\r\n"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(parsed("a,b\nc,d"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(parsed("\xEF\xBB\xBF\"a\",\"b \"\"c\"\"\"\n1,\n"), (Rows{{"a", "b \"c\""}, {"1", ""}}));
  EXPECT_EQ(parsed("\"x,\r\ny\",2\n,\"\"\n"), (Rows{{"x,\r\ny", "2"}, {"", ""}}));
  EXPECT_EQ(parsed("\n  \n a b , \" c \" \n\r\n1,2\n\n"), (Rows{{"a b", " c "}, {"1", "2"}}));
}

TEST(Table, DetectsTheDelimiterAndTheHeader) {
  const auto detected = [](const std::string& text) {
    const Table table = Table::from_text(text);
    return std::string(1, table.delimiter()) + (table.has_header() ? "header" : "");
  };
  EXPECT_EQ(detected("a,b\n1,2\n"), ",header");
  EXPECT_EQ(detected("1,2\n3,4\n"), ",");
  EXPECT_EQ(detected("a;b\n1,5;2\n"), ";header");
  EXPECT_EQ(detected("a\tb, c\n1\t2\n"), "\theader");
  EXPECT_EQ(detected("a|b\n1|2\n"), "|header");
  EXPECT_EQ(detected("\"a,b,c\";d\n\"1,2,3\";5\n"), ";header");
  EXPECT_EQ(detected("colour,shape\nred,round\nblue,square\n"), ",header");  // no text recurs
  EXPECT_EQ(detected("red,round\nred,square\nblue,round\n"), ",");
  EXPECT_EQ(detected("5.1,setosa\n4.9,setosa\n"), ",");
  EXPECT_EQ(detected(",width,kind\n0,1.5,a\n1,2.5,a\n"), ",header");  // with an index, as pandas writes it
  EXPECT_EQ(names_of(Table::from_text(",width\n0,1.5\n")), (std::vector<std::string>{"column 1", "width"}));
  EXPECT_EQ(names_of(Table::from_text("0,1.5\n")), (std::vector<std::string>{"column 1", "column 2"}));
  EXPECT_EQ(Table::from_text("1990,1991\n3,4\n", {.header = true}).columns()[1].name, "1991");
}

TEST(Table, CountsNumbersTextsAndMissingValues) {
  const Table table = Table::from_text(
      "a,b\n5,x\n-1.5e-3,NA\n+7,\n.5,?\n1e400,nan\n1e-400,none\n12-3,0x10\ninf,1_000\n", {.missing = {"7", "x"}});
  const auto& [a, b] = std::tie(table.columns()[0], table.columns()[1]);
  EXPECT_EQ(a.numbers, 5u);
  EXPECT_EQ(a.texts, 3u);  // 1e400, 12-3 and inf
  EXPECT_EQ(a.first_text, "1e400");
  EXPECT_EQ(a.first_text_line, 6u);
  EXPECT_EQ(b.missing, 6u);
  EXPECT_EQ(b.texts, 2u);
}

TEST(Table, RefusesBadFilesWithLineAndColumn) {
  const std::string memory = "text in memory";
  EXPECT_EQ(error_of("1,2\n3\n"), memory + ", line 2: expected 2 cells, as in the first row, got 1.");
  EXPECT_EQ(error_of("1,2\n\n\"3\n\n\",4\n5,6,7\n"),
            memory + ", line 6: expected 2 cells, as in the first row, got 3.");
  EXPECT_EQ(error_of("1,2\n3,x\"y\n"),
            memory +
                ", line 2, column 2: expected a quote at the start of a cell only, got a quote within a cell. Put "
                "quotes around the cell, and write the quote twice.");
  EXPECT_EQ(error_of("1,2\n3,\"x\"y\n"),
            memory +
                ", line 2, column 2: expected the end of the cell after its closing quote, got more text. Write a "
                "quote within a cell twice.");
  EXPECT_EQ(error_of("1,2\n3,\"x\n"), memory + ", line 2, column 2: expected a closing quote of this cell, got none.");
  EXPECT_EQ(error_of(std::string("1,2\n3,\0x\n", 9)), memory + ", line 2, column 2: expected text, got a NUL byte.");
  EXPECT_EQ(error_of(std::string("1,2\n3,\"\0\"\n", 10)),
            memory + ", line 2, column 2: expected text, got a NUL byte.");
  EXPECT_EQ(error_of("1,2\r3,4\r"), memory +
                                        ", line 1, column 2: expected lines that end with LF or CRLF, got a "
                                        "carriage return within a line.");
  EXPECT_EQ(error_of("1,2\n3,caf\xE9\n"),
            memory + ", line 2, column 2: expected text in UTF-8, got 'caf\\xE9'. Convert the file.");
  EXPECT_EQ(error_of(std::string("\xFF\xFE"
                                 "1\0,\0",
                                 6)),
            memory + ": expected text in UTF-8, got UTF-16. Convert the file.");
  EXPECT_EQ(error_of(""), memory + ": expected a table, got an empty file.");
  EXPECT_EQ(error_of(" \n\n"), memory + ": expected a table, got an empty file.");
  EXPECT_EQ(error_of("a,b\n", {}), memory +
                                       ": expected rows after the header in line 1, got none. If line 1 is a row of "
                                       "the table, set header to false.");
  EXPECT_EQ(error_of("1\n2\n"), memory +
                                    ", line 1: expected at least two columns, got one. Set the delimiter if it is "
                                    "not ',', ';', tab or '|'.");
  EXPECT_EQ(error_of("a,b,a\n1,2,3\n", {}),
            memory + ", line 1, column 3: expected different names of the columns, got 'a' also in column 1.");
  EXPECT_EQ(message<ValueError>([] { Table::from_text("a,b\n1,2\n", {.delimiter = 'x'}); }),
            "CsvOptions: expected the delimiter ',', ';', tab or '|', got 'x'.");
}

TEST(Table, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  const std::string path = (folder / "none.csv").string();
  EXPECT_EQ(message<DataError>([&] { Table{path}; }), "'" + path + "': cannot be opened (No such file or directory).");
  EXPECT_EQ(message<DataError>([&] { Table{folder.path()}; }),
            "'" + folder.path().string() + "': expected a CSV file, got a folder.");
  EXPECT_EQ(message<DataError>([&] { Table{"/dev/null"}; }), "'/dev/null': expected a regular file.");
}

/// A line of 10 GB, a file without blocks on the disk, is refused after longest_row bytes.
TEST(Table, RefusesALongLineWithoutReadingIt) {
  const TemporaryFolder folder;
  const std::string path = (folder / "long.csv").string();
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0666);
  ASSERT_EQ(::pwrite(file, "1,2", 3, 0), 3);
  const bool is_sparse = ::ftruncate(file, off_t{10} << 30) == 0;
  ::close(file);
  if (!is_sparse) GTEST_SKIP() << "no space for a sparse file of 10 GB: NOT TESTED";
  EXPECT_EQ(message<DataError>([&] { Table{path}; }),
            "'" + path +
                "', line 1: expected rows of at most 16777216 bytes, got a longer row. Check the ends of the "
                "lines, or set longest_row.");
  EXPECT_EQ(
      error_of("1,2\n\"3" + std::string(100, '\n') + "\",4\n", {.header = false, .longest_row = 50}),
      "text in memory, line 2: expected rows of at most 50 bytes, got a longer row. Check the ends of the lines, or "
      "set longest_row.");
  EXPECT_EQ(error_of("1,2\n\"3" + std::string(100, '\n'), {.header = false, .longest_row = 50}),
            "text in memory, line 2, column 1: expected a closing quote of this cell, got none.");
  EXPECT_EQ(parsed(std::string(48, '1') + ",2\r\n", {.header = false, .longest_row = 50})[0][1], "2");
}

/// Row i is (i, i squared), with blank lines and quotes.
std::string numbered_text(std::size_t rows) {
  std::string text = "number,square\n";
  for (std::size_t i = 0; i < rows; ++i)
    text += (i % 7 == 0 ? "\n" : "") + std::to_string(i) + (i % 3 == 0 ? ",\"" : ",") + std::to_string(i * i) +
            (i % 3 == 0 ? "\"\r\n" : "\n");
  return text;
}

/// Rows in a random order, read by several threads.
TEST(Table, ReadsRowsInAnyOrderOnAnyThread) {
  const TemporaryFolder folder;
  const std::size_t size = 20'000;
  write_bytes(folder / "numbered.csv", numbered_text(size));
  const Table table(folder / "numbered.csv");
  ASSERT_EQ(table.size(), size);
  std::atomic<std::size_t> wrong = 0;
  const auto read = [&](std::uint64_t seed) {
    Rng rng{seed};
    std::vector<std::size_t> rows;
    for (int i = 0; i < 2000; ++i) rows.push_back(i % 4 == 3 ? std::min(rows.back() + 2, size - 1) : rng.below(size));
    std::size_t next = 0;
    table.read(rows, [&](std::size_t i, const TableRow& row) {
      wrong += i != next++ || row.cells[0].text != std::to_string(rows[i]) ||
               row.cells[1].number != static_cast<double>(rows[i] * rows[i]) ||
               row.line != 2 + rows[i] + (rows[i] / 7 + 1);
    });
    wrong += next != rows.size();
  };
  std::thread other([&] { read(1); });
  read(2);
  other.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(
      message<ValueError>([&] { table.read(std::vector<std::size_t>{size}, [](std::size_t, const TableRow&) {}); }),
      "Table: expected rows below 20000, got 20000.");
}

TEST(Table, RefusesAFileThatHasChanged) {
  const TemporaryFolder folder;
  const std::string path = (folder / "table.csv").string();
  write_bytes(path, "a,b\n1,2\n3,4\n");
  const Table table(path);
  std::ofstream(path, std::ios::app) << "5,6\n";
  EXPECT_EQ(message<DataError>([&] { rows_of(table); }),
            "'" + path + "': expected the file that was opened, got a file that has changed. Open it again.");
}

}  // namespace
}  // namespace minnow
