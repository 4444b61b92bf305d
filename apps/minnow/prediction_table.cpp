#include <apps/minnow/prediction_table.hpp>
#include <apps/minnow/settings.hpp>
#include <apps/support/output.hpp>
#include <apps/support/predictions_file.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <utility>

#include <fmt/ranges.h>

using namespace minnow;

namespace {

constexpr std::size_t bar_columns = 10, unlimited = 1000;

/// Returns the classes in the order of their probabilities.
std::vector<std::size_t> ranked(std::span<const Real> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  return order;
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::vector<std::string> quoted;
  for (const std::string& field : fields) quoted.push_back(csv_field(field));
  return fmt::format("{}", fmt::join(quoted, ","));
}

}  // namespace

PredictionTable::PredictionTable(PredictionFormat format, std::vector<std::string> class_names,
                                 const std::vector<std::string>& fields, const std::vector<std::string>& names)
    : format_(format),
      class_names_(std::move(class_names)),
      shown_classes_(printable(class_names_)),
      columns_(terminal_columns()) {
  for (const std::string& name : shown_classes_) class_width_ = std::max(class_width_, display_width(name));
  if (columns_ > 0) name_limit_ = std::max<std::size_t>(8, columns_ / 3);
  if (columns_ > 0) class_width_ = std::min(class_width_, std::max<std::size_t>(5, columns_ / 4));
  for (const std::string& name : names) name_width_ = std::max(name_width_, display_width(shown_name(name)));
  name_width_ = std::min(name_width_, name_limit_);
  if (format_ != PredictionFormat::csv) return;
  std::vector<std::string> headings = fields;
  headings.emplace_back("predicted");
  headings.insert(headings.end(), class_names_.begin(), class_names_.end());
  say("{}\n", csv_line(headings));
}

void PredictionTable::add(const PredictedSample& sample, std::span<const Real> p) const {
  const std::size_t predicted = ranked(p)[0];
  if (format_ == PredictionFormat::json) {
    say("{{{}, \"predicted\": {}, \"probabilities\": {{{}}}}}\n", sample.json, json_text(class_names_[predicted]),
        probabilities_json(p));
  } else if (format_ == PredictionFormat::csv) {
    std::vector<std::string> fields = sample.cells;
    fields.push_back(class_names_[predicted]);
    for (const Real value : p) fields.push_back(fmt::format("{:.9g}", value));
    say("{}\n", csv_line(fields));
  } else {
    say("{}\n", table_line(sample.name, p, predicted));
  }
}

void PredictionTable::add_value(const PredictedSample& sample, double value) const {
  if (format_ == PredictionFormat::json) {
    say("{{{}, \"predicted\": {:.9g}}}\n", sample.json, value);
  } else if (format_ == PredictionFormat::csv) {
    std::vector<std::string> fields = sample.cells;
    fields.push_back(fmt::format("{:.9g}", value));
    say("{}\n", csv_line(fields));
  } else {
    say("{}  {:.6g}\n", aligned_name(sample.name), value);
  }
}

std::string PredictionTable::probabilities_json(std::span<const Real> p) const {
  std::vector<std::string> members;
  for (std::size_t c = 0; c < p.size(); ++c)
    members.push_back(fmt::format("{}: {:.9g}", json_text(class_names_[c]), p[c]));
  return fmt::format("{}", fmt::join(members, ", "));
}

std::string PredictionTable::table_line(const std::string& name, std::span<const Real> p, std::size_t predicted) const {
  constexpr std::size_t most_others = 3;
  const std::size_t limit = columns_ == 0 ? unlimited : columns_;
  std::string line =
      aligned_name(name) + "  " + left_aligned(clipped(shown_classes_[predicted], class_width_), class_width_);
  const auto share = static_cast<double>(p[predicted]);
  if (limit >= 60) line += "  " + bar(share, bar_columns);
  line += limit >= 40 ? fmt::format(" {:5.1f}%", 100 * share) : fmt::format(" {:3.0f}%", 100 * share);
  const std::vector<std::size_t> order = ranked(p);
  for (std::size_t k = 1; k < std::min(order.size(), most_others + 1); ++k) {
    const std::string next =
        fmt::format("  {} {:.1f}%", shown_classes_[order[k]], 100 * static_cast<double>(p[order[k]]));
    if (display_width(line + next) > limit) break;
    line += next;
  }
  return clipped(line, limit);
}

std::string PredictionTable::aligned_name(const std::string& name) const {
  return left_aligned(clipped(shown_name(name), name_limit_), name_width_);
}

/// Returns the name, or if it is too wide the part of the path that is the name of a file.
std::string PredictionTable::shown_name(const std::string& name) const {
  const std::string shown = printable(std::string_view(name));
  if (display_width(shown) <= name_limit_) return shown;
  return printable(std::string_view(std::filesystem::path(name).filename().string()));
}
