// The text of a CSV file is read or refused in one line, and rows are the same in any order. An encoder of the table
// encodes its rows to finite features, also after a round trip through JSON. The first byte chooses the options.

#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace minnow;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::string> texts_of(const datasets::TableRow& row) {
  std::vector<std::string> texts;
  for (const datasets::TableCell& cell : row.cells) texts.emplace_back(cell.text);
  return texts;
}

void check_rows(const datasets::Table& table) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> backwards;
  table.read_all([&](std::size_t, const datasets::TableRow& row) {
    require(row.cells.size() == table.columns().size());
    rows.push_back(texts_of(row));
  });
  require(rows.size() == table.size());
  for (std::size_t i = table.size(); i > 0; --i) backwards.push_back(i - 1);
  table.read(backwards,
             [&](std::size_t i, const datasets::TableRow& row) { require(texts_of(row) == rows[backwards[i]]); });
}

void check_encoder(const datasets::Table& table, std::uint8_t options) {
  const datasets::TableEncoder encoder(
      table, {.target = options & 4 ? "1" : "", .indicators = (options & 8) != 0, .standardize = (options & 16) == 0});
  const datasets::TableEncoder restored = datasets::TableEncoder::from_json(encoder.to_json());
  require(restored.to_json() == encoder.to_json());
  std::vector<std::size_t> first{0};
  const TensorDataset data = encoder.encode(table, first), again = restored.encode(table, first);
  require(data.inputs() == again.inputs() && data.targets() == again.targets());
  for (const Real x : data.inputs()) require(std::isfinite(x));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  datasets::CsvOptions options{.longest_row = 1000};
  if (data[0] & 1) options.header = (data[0] & 2) != 0;
  if (data[0] & 32) options.delimiter = ';';
  if (data[0] & 64) options.missing = {"x"};
  try {
    const auto table = datasets::Table::from_text(text, options);
    check_rows(table);
    check_encoder(table, data[0]);
  } catch (const Error& error) {
    require(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
