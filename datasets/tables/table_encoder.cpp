#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/cell_reader.hpp>
#include <minnow/datasets/tables/detail/column_names.hpp>
#include <minnow/datasets/tables/detail/encoder_fit.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

using detail::CellReader;
using Kind = TableCell::Kind;

void expect(bool valid, const char* what) {
  if (!valid) throw ValueError("TableEncoder: expected " + std::string(what) + ".");
}

/// Checks the parts that a column of features and the target have in common.
template <class Encoding>
void check_part(const Encoding& part, const std::vector<std::string>& texts, std::set<std::string_view>& names,
                std::size_t width) {
  expect(std::isfinite(part.mean) && std::isfinite(part.deviation) && part.deviation > 0,
         "a finite mean and a positive deviation");
  expect(names.insert(part.name).second, "different names of the columns");
  expect(part.position < width, "positions of the columns below the width");
  std::set<std::string_view> different;
  for (const std::string& text : texts) expect(different.insert(text).second, "different categories and classes");
}

/// Throws ValueError if a part of the encoding is invalid.
void check_encoding(const TableEncoding& encoding) {
  std::set<std::string_view> names;
  expect(!encoding.columns.empty(), "at least one column of features");
  expect(encoding.target.classes.size() != 1, "at least two classes");
  check_part(encoding.target, encoding.target.classes, names, encoding.width);
  std::size_t next = 0;
  for (const ColumnEncoding& column : encoding.columns) {
    check_part(column, column.categories, names, encoding.width);
    expect(column.position >= next && column.position != encoding.target.position,
           "columns in the order of their positions");
    expect(std::is_sorted(column.categories.begin(), column.categories.end()), "categories in ascending order");
    next = column.position + 1;
  }
}

[[noreturn]] void refuse_cell(const TableRow& row, std::size_t position, const std::string& name,
                              const std::string& expected) {
  throw DataError(format_text("{}: expected {}, got {}.", detail::place(row.source, row.line, position + 1, name),
                              expected, detail::quoted_cell_text(row.cells[position].text)));
}

/// Returns the value as a Real. Throws DataError if it is not finite.
Real standardized(double mean, double deviation, const TableRow& row, std::size_t position, const std::string& name) {
  const Real result = static_cast<Real>((row.cells[position].number - mean) / deviation);
  if (!std::isfinite(result)) refuse_cell(row, position, name, "a number whose encoding is finite");
  return result;
}

}  // namespace

TableEncoder::TableEncoder(TableEncoding encoding) : encoding_(std::move(encoding)) {
  check_encoding(encoding_);
  for (const ColumnEncoding& column : encoding_.columns) {
    if (column.categories.empty()) feature_names_.push_back(column.name);
    for (const std::string& category : column.categories) feature_names_.push_back(column.name + "=" + category);
    if (column.indicator) feature_names_.push_back(column.name + " is missing");
  }
  const CellReader cells({});
  for (const std::string& name : class_names())
    if (const TableCell cell = cells.read(name); cell.kind == Kind::number) class_values_.push_back(cell.number);
  if (class_values_.size() != class_names().size()) class_values_.clear();
}

TableEncoder::TableEncoder(const Table& table, const TableEncoderOptions& options)
    : TableEncoder(detail::fit_encoding(table, std::nullopt, options)) {}

TableEncoder::TableEncoder(const Table& table, std::span<const std::size_t> rows, const TableEncoderOptions& options)
    : TableEncoder(detail::fit_encoding(table, rows, options)) {}

TableEncoder::Columns TableEncoder::find_columns(std::span<const std::string> names, std::string_view source) const {
  const auto position = [&](const std::string& name, std::size_t expected) {
    if (expected < names.size() && names[expected] == name) return expected;
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  Columns columns{{}, position(encoding_.target.name, encoding_.target.position), names.size()};
  for (const ColumnEncoding& column : encoding_.columns) {
    columns.features.push_back(position(column.name, column.position));
    if (columns.features.back() == names.size())
      throw DataError(format_text("{}: expected a column {}, got the columns {}.", source,
                                  detail::quoted_cell_text(column.name), detail::list_of(names)));
  }
  return columns;
}

TableEncoder::Columns TableEncoder::find_columns(std::size_t width, std::string_view source) const {
  const bool has_target = width == encoding_.width;
  if (!has_target && width + 1 != encoding_.width)
    throw DataError(format_text("{}: expected {} columns, or {} without {}, got {}.", source, encoding_.width,
                                encoding_.width - 1, detail::quoted_cell_text(encoding_.target.name), width));
  const std::size_t target = encoding_.target.position;
  Columns columns{{}, has_target ? target : width, width};
  for (const ColumnEncoding& column : encoding_.columns)
    columns.features.push_back(column.position - (!has_target && column.position > target ? 1 : 0));
  return columns;
}

TableEncoder::Columns TableEncoder::find_columns(const Table& table) const {
  if (!table.has_header() || !encoding_.has_names) return find_columns(table.columns().size(), table.source());
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns()) names.push_back(column.name);
  return find_columns(names, table.source());
}

void TableEncoder::encode_features(const TableRow& row, const Columns& columns, std::span<Real> features) const {
  if (row.cells.size() != columns.width)
    throw DataError(
        format_text("{}, line {}: expected {} cells, got {}.", row.source, row.line, columns.width, row.cells.size()));
  auto feature = features.begin();
  for (std::size_t c = 0; c < encoding_.columns.size(); ++c) {
    const ColumnEncoding& column = encoding_.columns[c];
    const std::size_t position = columns.features[c];
    const TableCell& cell = row.cells[position];
    if (column.categories.empty()) {
      if (cell.kind == Kind::text) refuse_cell(row, position, column.name, "a number");
      *feature++ = cell.kind == Kind::missing ? Real(0)
                                              : standardized(column.mean, column.deviation, row, position, column.name);
    } else {
      const auto end = feature + static_cast<std::ptrdiff_t>(column.categories.size());
      std::fill(feature, end, Real(0));
      const auto found = std::lower_bound(column.categories.begin(), column.categories.end(), cell.text);
      if (cell.kind != Kind::missing && found != column.categories.end() && *found == cell.text)
        feature[found - column.categories.begin()] = 1;
      feature = end;
    }
    if (column.indicator) *feature++ = cell.kind == Kind::missing ? Real(1) : Real(0);
  }
}

Real TableEncoder::encode_target(const TableRow& row, const Columns& columns) const {
  const TargetEncoding& target = encoding_.target;
  if (columns.target >= row.cells.size())
    throw DataError(format_text("{}: expected a column {}, the target, got none.", row.source,
                                detail::quoted_cell_text(target.name)));
  const TableCell& cell = row.cells[columns.target];
  if (target.classes.empty()) {
    if (cell.kind != Kind::number) refuse_cell(row, columns.target, target.name, "a number as target");
    return standardized(target.mean, target.deviation, row, columns.target, target.name);
  }
  std::size_t index = target.classes.size();
  if (cell.kind != Kind::missing && class_values_.empty())
    index = static_cast<std::size_t>(std::find(target.classes.begin(), target.classes.end(), cell.text) -
                                     target.classes.begin());
  if (cell.kind == Kind::number && !class_values_.empty())
    index = static_cast<std::size_t>(std::find(class_values_.begin(), class_values_.end(), cell.number) -
                                     class_values_.begin());
  if (index == target.classes.size())
    refuse_cell(row, columns.target, target.name, "one of the classes " + detail::list_of(target.classes));
  return static_cast<Real>(index);
}

TensorDataset TableEncoder::encode(const Table& table) const {
  std::vector<std::size_t> rows(table.size());
  std::iota(rows.begin(), rows.end(), 0);
  return encode(table, rows);
}

TensorDataset TableEncoder::encode(const Table& table, std::span<const std::size_t> rows) const {
  const Columns columns = find_columns(table);
  Batch batch;
  resize(batch.inputs, {rows.size(), num_features()});
  resize(batch.targets, class_names().empty() ? Shape{rows.size(), 1} : Shape{rows.size()});
  table.read(rows, [&](std::size_t i, const TableRow& row) {
    encode_features(row, columns, batch.input(i));
    batch.targets.data()[i] = encode_target(row, columns);
  });
  return {std::move(batch.inputs), std::move(batch.targets), class_names()};
}

Tensor TableEncoder::encode_rows(const std::vector<std::vector<std::string>>& rows,
                                 const std::vector<std::string>& names) const {
  const std::size_t width = names.empty() && !rows.empty() ? rows[0].size() : encoding_.width;
  const Columns columns = names.empty() ? find_columns(width, "rows") : find_columns(names, "rows");
  Tensor features;
  resize(features, {rows.size(), num_features()});
  const CellReader cells(encoding_.missing);
  std::vector<TableCell> row;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    row.clear();
    for (const std::string& text : rows[i]) row.push_back(cells.read(text));
    encode_features({row, "rows", i + 1}, columns, {features.data() + i * num_features(), num_features()});
  }
  return features;
}

Tensor TableEncoder::decode_targets(const Tensor& outputs) const {
  Tensor values = outputs;
  for (Real& value : values)
    value = static_cast<Real>(encoding_.target.mean + encoding_.target.deviation * static_cast<double>(value));
  return values;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
