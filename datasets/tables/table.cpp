#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/cell_reader.hpp>
#include <minnow/datasets/tables/detail/column_names.hpp>
#include <minnow/datasets/tables/detail/dialect.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>
#include <minnow/datasets/tables/detail/row_index.hpp>
#include <minnow/datasets/tables/table.hpp>

#include <limits>
#include <mutex>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets {

using detail::RecordReader;

/// A reader and the number of its next row.
struct RowReader {
  RecordReader records;
  std::size_t next = std::numeric_limits<std::size_t>::max();
};

struct Table::Data {
  Data(const std::filesystem::path& path, const CsvOptions& its_options)
      : source(path, true), options(its_options), cells(options.missing) {}
  Data(std::string its_text, const CsvOptions& its_options)
      : text(std::move(its_text)), source(std::string_view(text)), options(its_options), cells(options.missing) {}

  void scan();
  void add_row(RecordReader& records);
  void check_size(std::span<const TableCell> row, std::size_t line) const;
  std::unique_ptr<RowReader> borrow() const;
  void give_back(std::unique_ptr<RowReader> reader) const;
  void move_to(RowReader& reader, std::size_t row) const;
  TableRow current(RowReader& reader) const;

  const std::string text;  // of a table in memory
  detail::CsvSource source;
  CsvOptions options;
  detail::CellReader cells;
  char delimiter = ',';
  bool has_header = false;
  std::vector<TableColumn> columns;
  detail::RowIndex index;
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<RowReader>> idle;
};

/// Reads the whole file.
void Table::Data::scan() {
  RecordReader records(source, options.longest_row);
  const std::vector<std::string> sample = records.peek(100);
  if (sample.empty()) throw DataError(format_text("{}: expected a table, got an empty file.", source.name()));
  delimiter = options.delimiter != 0 ? options.delimiter : detail::detect_delimiter(sample);
  has_header = options.header ? *options.header : detail::detect_header(sample, delimiter, cells);
  records.set_delimiter(delimiter);
  records.next();
  const std::vector<std::string_view>& first = records.parse();
  const std::size_t line = records.position().line;
  if (first.size() < 2)
    throw DataError(format_text(
        "{}, line {}: expected at least two columns, got one. Set the delimiter if it is not ',', ';', tab or '|'.",
        source.name(), line));
  for (std::string& name : detail::column_names(first, has_header, source.name(), line))
    columns.push_back({.name = std::move(name)});
  if (!has_header) add_row(records);
  while (records.next()) {
    records.parse();
    add_row(records);
  }
  if (index.size() == 0)
    throw DataError(
        format_text("{}: expected rows after the header in line {}, got none. If line {} is a row of the "
                    "table, set header to false.",
                    source.name(), line, line));
}

/// Counts the cells of the record that was parsed.
void Table::Data::add_row(RecordReader& records) {
  const std::span<const TableCell> row = records.read_cells(cells);
  const std::size_t line = records.position().line;
  check_size(row, line);
  index.add(records.position());
  for (std::size_t c = 0; c < row.size(); ++c) {
    TableColumn& column = columns[c];
    switch (row[c].kind) {
      case TableCell::Kind::number:
        ++column.numbers;
        break;
      case TableCell::Kind::missing:
        ++column.missing;
        break;
      case TableCell::Kind::text:
        if (column.texts++ == 0) column.first_text = row[c].text, column.first_text_line = line;
    }
  }
}

void Table::Data::check_size(std::span<const TableCell> row, std::size_t line) const {
  if (row.size() != columns.size())
    throw DataError(format_text("{}, line {}: expected {} cells, as in the first row, got {}.", source.name(), line,
                                columns.size(), row.size()));
}

/// Returns a reader that no other thread uses.
std::unique_ptr<RowReader> Table::Data::borrow() const {
  const std::lock_guard lock(mutex);
  if (idle.empty()) return std::make_unique<RowReader>(RowReader{RecordReader(source, options.longest_row, delimiter)});
  std::unique_ptr<RowReader> reader = std::move(idle.back());
  idle.pop_back();
  return reader;
}

void Table::Data::give_back(std::unique_ptr<RowReader> reader) const {
  const std::lock_guard lock(mutex);
  idle.push_back(std::move(reader));
}

/// Makes `row` the next one of the reader.
void Table::Data::move_to(RowReader& reader, std::size_t row) const {
  if (row >= index.size()) throw ValueError(format_text("Table: expected rows below {}, got {}.", index.size(), row));
  const std::size_t entry = index.entry_before(row);
  if (reader.next > row || reader.next < entry) {
    reader.records.seek(index.position(entry));
    reader.next = entry;
  }
  while (reader.next < row && reader.records.next()) ++reader.next;
}

TableRow Table::Data::current(RowReader& reader) const {
  if (!reader.records.next())
    throw DataError(format_text("{}: expected row {}, got the end of the file.", source.name(), reader.next));
  ++reader.next;
  reader.records.parse();
  const std::span<const TableCell> row = reader.records.read_cells(cells);
  check_size(row, reader.records.position().line);
  return {row, source.name(), reader.records.position().line};
}

Table::Table(std::shared_ptr<Data> data) : data_(data) { data->scan(); }

Table::Table(const std::filesystem::path& path, const CsvOptions& options)
    : Table((detail::check(options), std::make_shared<Data>(path, options))) {}

Table Table::from_text(std::string text, const CsvOptions& options) {
  detail::check(options);
  return Table(std::make_shared<Data>(std::move(text), options));
}

std::size_t Table::size() const { return data_->index.size(); }
const std::vector<TableColumn>& Table::columns() const { return data_->columns; }
bool Table::has_header() const { return data_->has_header; }
char Table::delimiter() const { return data_->delimiter; }
const CsvOptions& Table::options() const { return data_->options; }
const std::string& Table::source() const { return data_->source.name(); }

void Table::read(std::span<const std::size_t> rows,
                 const std::function<void(std::size_t, const TableRow&)>& body) const {
  data_->source.check_unchanged();
  std::unique_ptr<RowReader> reader = data_->borrow();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    data_->move_to(*reader, rows[i]);
    body(i, data_->current(*reader));
  }
  data_->give_back(std::move(reader));
}

void Table::read_all(const std::function<void(std::size_t, const TableRow&)>& body) const {
  data_->source.check_unchanged();
  std::unique_ptr<RowReader> reader = data_->borrow();
  for (std::size_t row = 0; row < size(); ++row) {
    data_->move_to(*reader, row);
    body(row, data_->current(*reader));
  }
  data_->give_back(std::move(reader));
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
