#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/detail/column_kinds.hpp>
#include <minnow/datasets/tables/detail/encoder_fit.hpp>
#include <minnow/datasets/tables/detail/record_reader.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

using Texts = std::set<std::string, std::less<>>;

/// Mean and deviation by Welford's method ("Note on a method for calculating corrected sums of squares and products",
/// 1962).
struct RunningMoments {
  double count = 0, mean = 0, squares = 0;  // squares: sum of (x - mean)^2

  void add(double x) {
    const double difference = x - mean;
    mean += difference / ++count;
    squares += difference * (x - mean);
  }

  /// Returns 1 if the values differ by no more than rounding errors.
  double deviation() const {
    const double result = std::sqrt(squares / count);
    return result > 2 * std::numeric_limits<double>::epsilon() * std::abs(mean) ? result : 1;
  }
};

/// The values of a column in the training rows.
struct ColumnValues {
  RunningMoments numbers;
  Texts texts;
  std::size_t missing = 0;
};

class EncoderFit {
 public:
  EncoderFit(const Table& table, const TableEncoderOptions& options)
      : table_(table), options_(options), kinds_(column_kinds(table, options)), values_(kinds_.size()) {
    target_ = static_cast<std::size_t>(std::find(kinds_.begin(), kinds_.end(), ColumnKind::target) - kinds_.begin());
  }

  /// Adds a row, which occurs `times` times among the training rows.
  void add(const TableRow& row, std::size_t times) {
    add_target(row, times);
    for (std::size_t c = 0; times > 0 && c < kinds_.size(); ++c)
      if (kinds_[c] == ColumnKind::number || kinds_[c] == ColumnKind::category) add_cell(row, c, times);
  }

  TableEncoding encoding() const;

 private:
  void add_cell(const TableRow& row, std::size_t c, std::size_t times);
  void add_target(const TableRow& row, std::size_t times);
  ColumnEncoding column(std::size_t c) const;
  TargetEncoding target() const;
  bool is_class_target() const;
  void check_target_texts() const;
  std::pair<double, double> scale(const RunningMoments& moments, std::size_t c) const;
  [[noreturn]] void refuse_categories(const TableRow& row, std::size_t c, const char* what) const;

  const Table& table_;
  const TableEncoderOptions& options_;
  const std::vector<ColumnKind> kinds_;
  std::vector<ColumnValues> values_;
  std::size_t target_;
  // Of all rows: the names of the classes, and the values that are integers.
  Texts classes_;
  std::set<double> integers_;
  bool all_integers_ = true, too_many_classes_ = false;
};

void EncoderFit::refuse_categories(const TableRow& row, std::size_t c, const char* what) const {
  throw DataError(format_text("{}: expected at most {} {} of the column, got more. {}, or increase max_categories.",
                              place(row.source, row.line, c + 1, table_.columns()[c].name), options_.max_categories,
                              what, kinds_[c] == ColumnKind::target ? "Choose another target" : "Add it to ignored"));
}

void EncoderFit::add_cell(const TableRow& row, std::size_t c, std::size_t times) {
  ColumnValues& values = values_[c];
  const TableCell& cell = row.cells[c];
  if (cell.kind == TableCell::Kind::missing) {
    ++values.missing;
  } else if (kinds_[c] == ColumnKind::number) {
    for (std::size_t i = 0; i < times; ++i) values.numbers.add(cell.number);
  } else if (!values.texts.contains(cell.text)) {
    if (values.texts.size() == options_.max_categories) refuse_categories(row, c, "categories");
    values.texts.emplace(cell.text);
  }
}

void EncoderFit::add_target(const TableRow& row, std::size_t times) {
  const TableCell& cell = row.cells[target_];
  if (cell.kind == TableCell::Kind::missing) {
    if (times == 0) return;
    throw DataError(format_text("{}: expected a target, got none in {}. Remove the row.",
                                place(row.source, row.line, target_ + 1, table_.columns()[target_].name),
                                quoted_cell_text(cell.text)));
  }
  for (std::size_t i = 0; i < times && cell.kind == TableCell::Kind::number; ++i)
    values_[target_].numbers.add(cell.number);
  if (options_.target_kind == TargetKind::number) return;
  const bool is_integer = cell.kind == TableCell::Kind::number && std::trunc(cell.number) == cell.number;
  all_integers_ = all_integers_ && is_integer;
  too_many_classes_ = too_many_classes_ || std::max(classes_.size(), integers_.size()) > options_.max_categories;
  if (too_many_classes_) return;
  if (is_integer) integers_.insert(cell.number + 0.0);  // 0 for -0
  if (!classes_.contains(cell.text)) classes_.emplace(cell.text);
}

/// Throws DataError if the target mixes numbers and texts, probably mistakes.
void EncoderFit::check_target_texts() const {
  const TableColumn& column = table_.columns()[target_];
  const bool mixed = options_.target_kind == TargetKind::detect && column.numbers > 3 * column.texts;
  if (column.texts > 0 && (mixed || options_.target_kind == TargetKind::number)) refuse_text(table_, target_);
}

bool EncoderFit::is_class_target() const {
  if (options_.target_kind != TargetKind::detect) return options_.target_kind == TargetKind::classes;
  constexpr std::size_t most = 100;
  if (table_.columns()[target_].texts > 0) return true;
  return all_integers_ && !too_many_classes_ && integers_.size() <= most && table_.size() >= 2 * integers_.size();
}

TargetEncoding EncoderFit::target() const {
  check_target_texts();
  const std::string& name = table_.columns()[target_].name;
  TargetEncoding target{.name = name, .position = target_};
  if (!is_class_target()) {
    std::tie(target.mean, target.deviation) = scale(values_[target_].numbers, target_);
    return target;
  }
  if (all_integers_)
    for (const double value : integers_) target.classes.push_back(format_text("{:.0f}", value));
  else
    target.classes.assign(classes_.begin(), classes_.end());
  if (too_many_classes_ || target.classes.size() > options_.max_categories)
    throw DataError(
        format_text("{}: expected at most {} classes in the column {}, got more. Choose another target, or increase "
                    "max_categories.",
                    table_.source(), options_.max_categories, quoted_cell_text(name)));
  if (target.classes.size() < 2)
    throw DataError(format_text("{}: expected at least two classes in the column {}, got only {}.", table_.source(),
                                quoted_cell_text(name), quoted_cell_text(target.classes[0])));
  return target;
}

std::pair<double, double> EncoderFit::scale(const RunningMoments& moments, std::size_t c) const {
  if (!options_.standardize) return {0, 1};
  if (!std::isfinite(moments.mean) || !std::isfinite(moments.squares))
    throw DataError(
        format_text("{}: expected a finite mean and deviation of the column {}, got an overflow. Divide its "
                    "values by a constant.",
                    table_.source(), quoted_cell_text(table_.columns()[c].name)));
  return {moments.mean, moments.deviation()};
}

ColumnEncoding EncoderFit::column(std::size_t c) const {
  const ColumnValues& values = values_[c];
  ColumnEncoding column{.name = table_.columns()[c].name, .position = c};
  if (kinds_[c] == ColumnKind::number) std::tie(column.mean, column.deviation) = scale(values.numbers, c);
  column.categories.assign(values.texts.begin(), values.texts.end());
  column.indicator = options_.indicators && values.missing > 0;
  return column;
}

TableEncoding EncoderFit::encoding() const {
  TableEncoding encoding{.target = target(),
                         .width = kinds_.size(),
                         .has_names = table_.has_header(),
                         .delimiter = table_.delimiter(),
                         .missing = table_.options().missing};
  for (std::size_t c = 0; c < kinds_.size(); ++c)
    if (c != target_ && (values_[c].numbers.count > 0 || !values_[c].texts.empty()))
      encoding.columns.push_back(column(c));
  if (encoding.columns.empty())
    throw DataError(
        format_text("{}: expected a column of features with values in the training rows, got none.", table_.source()));
  return encoding;
}

/// Returns the rows in ascending order. Throws ValueError if there is none, or a row is not below size().
std::vector<std::size_t> sorted_rows(const Table& table, std::span<const std::size_t> rows) {
  std::vector<std::size_t> sorted(rows.begin(), rows.end());
  std::sort(sorted.begin(), sorted.end());
  if (sorted.empty()) throw ValueError("TableEncoder: expected at least one training row, got none.");
  if (sorted.back() >= table.size())
    throw ValueError(format_text("TableEncoder: expected rows below {}, got {}.", table.size(), sorted.back()));
  return sorted;
}

}  // namespace

TableEncoding fit_encoding(const Table& table, std::optional<std::span<const std::size_t>> rows,
                           const TableEncoderOptions& options) {
  EncoderFit fit(table, options);
  const std::vector<std::size_t> training = rows ? sorted_rows(table, *rows) : std::vector<std::size_t>();
  auto next = training.begin();
  table.read_all([&](std::size_t number, const TableRow& row) {
    std::size_t times = rows ? 0 : 1;
    for (; next != training.end() && *next == number; ++next) ++times;
    fit.add(row, times);
  });
  return fit.encoding();
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
