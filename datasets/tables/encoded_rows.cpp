#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/column_names.hpp>
#include <minnow/datasets/tables/detail/dialect.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>
#include <minnow/datasets/tables/encoded_rows.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets {

struct EncodedRows::Data {
  Data(const std::filesystem::path& path, TableEncoder its_encoder)
      : source(path, false), records(source, CsvOptions{}.longest_row), encoder(std::move(its_encoder)) {}

  void read_header(char delimiter);
  bool is_header(const std::vector<std::string_view>& row) const;

  detail::CsvSource source;
  detail::RecordReader records;
  TableEncoder encoder;
  TableEncoder::Columns columns;
  bool pending = false;  // the first row is read, and is no header
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> cells;
};

bool EncodedRows::Data::is_header(const std::vector<std::string_view>& row) const {
  const auto is_name = [&](const ColumnEncoding& column) {
    return std::find(row.begin(), row.end(), column.name) != row.end();
  };
  const std::vector<ColumnEncoding>& expected = encoder.encoding().columns;
  const auto found = static_cast<std::size_t>(std::count_if(expected.begin(), expected.end(), is_name));
  return encoder.encoding().has_names && 2 * found >= expected.size();
}

/// Reads the first row.
void EncodedRows::Data::read_header(char delimiter) {
  const std::vector<std::string> sample = records.peek(100);
  if (sample.empty()) return;
  if (delimiter == 0) delimiter = encoder.encoding().delimiter;
  records.set_delimiter(sample[0].find(delimiter) != std::string::npos ? delimiter : detail::detect_delimiter(sample));
  records.next();
  const std::vector<std::string_view>& row = records.parse();
  const std::size_t line = records.position().line;
  pending = !is_header(row);
  if (pending) {
    columns = encoder.find_columns(row.size(), source.name());
    return;
  }
  names = detail::column_names(row, true, source.name(), line);
  columns = encoder.find_columns(names, source.name());
}

EncodedRows::EncodedRows(const std::filesystem::path& path, TableEncoder encoder, char delimiter)
    : data_(std::make_unique<Data>(path, std::move(encoder))) {
  detail::check(CsvOptions{.delimiter = delimiter});
  data_->read_header(delimiter);
}

EncodedRows::~EncodedRows() = default;
EncodedRows::EncodedRows(EncodedRows&&) noexcept = default;
EncodedRows& EncodedRows::operator=(EncodedRows&&) noexcept = default;

Tensor EncodedRows::read(std::size_t most) {
  Data& data = *data_;
  data.cells.clear();
  const std::size_t features = data.encoder.num_features();
  const detail::CellReader cells(data.encoder.encoding().missing);
  std::vector<Real> values;
  while (data.cells.size() < most && (data.cells.empty() || data.records.is_ready())) {
    if (!std::exchange(data.pending, false)) {
      if (!data.records.next()) break;
      data.records.parse();
    }
    const std::span<const TableCell> row = data.records.read_cells(cells);
    values.resize(values.size() + features);
    data.encoder.encode_features({row, data.source.name(), data.records.position().line}, data.columns,
                                 std::span(values).last(features));
    std::vector<std::string>& texts = data.cells.emplace_back();
    for (const TableCell& cell : row) texts.emplace_back(cell.text);
  }
  return from(values, {data.cells.size(), features});
}

const std::vector<std::vector<std::string>>& EncodedRows::cells() const { return data_->cells; }
const std::vector<std::string>& EncodedRows::column_names() const { return data_->names; }

}  // namespace minnow::inline MINNOW_PRECISION::datasets
