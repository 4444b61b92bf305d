#include <minnow/core/display_text.hpp>

#include <apps/support/output.hpp>
#include <apps/support/progress_bar.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

using namespace minnow;

namespace {

constexpr std::size_t shortest_bar = 8, longest_bar = 24, narrow = 40;

/// A part of a line. Parts of a low rank are shown first if the line is short.
struct Part {
  std::string text;
  int rank;
};

/// Returns the parts that fit, in their order, separated by two spaces.
std::string joined(std::vector<Part> parts, std::size_t width) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < parts.size(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return parts[a].rank < parts[b].rank; });
  std::size_t used = 0;
  for (const std::size_t i : order) {
    const std::size_t needed = display_width(parts[i].text) + (used > 0 ? 2 : 0);
    if (used > 0 && used + needed > width)
      parts[i].text.clear();
    else
      used += needed;
  }
  std::string line;
  for (const Part& part : parts)
    if (!part.text.empty()) line += (line.empty() ? "" : "  ") + part.text;
  return clipped(line, width);
}

std::string epoch_of(const Progress& p, std::size_t columns) {
  const std::string all = std::to_string(p.epochs);
  return fmt::format("{}{:>{}}/{}", columns < narrow ? "" : "epoch ", p.epoch, all.size(), all);
}

std::string metric_value(const std::string& name, double value) {
  const bool is_share = name.find("accuracy") != std::string::npos;
  return is_share ? fmt::format("{:5.1f}%", 100 * value) : fmt::format("{:.4f}", value);
}

std::string metric_text(const std::string& name, double value) {
  return printable(std::string_view(name)) + " " + metric_value(name, value);
}

void add_metrics(std::vector<Part>& parts, const MetricValues& metrics, const std::string& prefix, int rank) {
  for (const auto& [name, value] : metrics)
    if (!std::isnan(value)) parts.push_back({prefix + metric_text(name, value), rank});
}

/// The loss and the metrics of the last validation. The metrics are named if they are not those of training.
void add_validation(std::vector<Part>& parts, const Progress& p, int rank) {
  if (!p.validated) return;
  std::string text = fmt::format("validation {:.4f}", p.validation_loss);
  for (const auto& [name, value] : p.validation_metrics) {
    if (std::isnan(value)) continue;
    const bool has_value_of_training = std::any_of(p.metrics.begin(), p.metrics.end(),
                                                   [&, &of = name](const auto& metric) { return metric.name == of; });
    text += "  " + (has_value_of_training ? metric_value(name, value) : metric_text(name, value));
  }
  parts.push_back({text, rank});
}

std::string speed(const Progress& p) {
  return fmt::format("{:6.0f} samples/s", static_cast<double>(p.samples) / p.epoch_seconds);
}

/// Returns true if the finished epoch has a line. Of many epochs about twenty have one.
bool has_line(const Progress& p) {
  constexpr std::size_t many = 40, shown = 20;
  const std::size_t stride = p.epochs > many ? (p.epochs + shown - 1) / shown : 1;
  return p.epoch == 1 || p.epoch == p.epochs || p.epoch % stride == 0;
}

}  // namespace

std::string progress_line(const Progress& p, std::size_t columns) {
  const std::size_t free_end = columns < narrow ? 1 : 3;  // Ctrl-C shows ^C behind the line
  const std::size_t width = std::max<std::size_t>(columns, 2) - free_end;
  const double share = static_cast<double>(p.samples) / static_cast<double>(p.total_samples);
  const double done = (static_cast<double>(p.epoch - 1) + share) / static_cast<double>(p.epochs);
  const std::string left = clock(p.seconds / done - p.seconds) + " left";
  std::vector<Part> parts{{epoch_of(p, columns), 0}, {std::string(shortest_bar, ' '), 4}, {}};
  parts[2] = {fmt::format("loss {:.4f}", p.loss), 1};
  add_metrics(parts, p.metrics, "", 3);
  add_validation(parts, p, 5);
  parts.push_back({speed(p), 6});
  parts.push_back({fmt::format("{:>8}", left), 2});
  // The bar uses the columns that the other parts leave free.
  const std::string without_longer_bar = joined(parts, width);
  if (without_longer_bar.find(parts[1].text) == std::string::npos) return without_longer_bar;
  const std::size_t free_columns = width - std::min(width, display_width(without_longer_bar));
  parts[1].text = bar(share, std::min(longest_bar, shortest_bar + free_columns));
  return joined(parts, width);
}

std::string epoch_line(const Progress& p, std::size_t columns) {
  const std::size_t width = columns == 0 ? std::string::npos / 2 : std::max<std::size_t>(columns, 2) - 1;
  std::vector<Part> parts{{epoch_of(p, columns == 0 ? narrow : columns), 0}, {fmt::format("loss {:6.4f}", p.loss), 1}};
  add_metrics(parts, p.metrics, "", 2);
  add_validation(parts, p, 3);
  parts.push_back({speed(p), 5});
  parts.push_back({fmt::format("{:>6}", clock(p.epoch_seconds)), 4});
  return joined(parts, width);
}

UpdatedLine::~UpdatedLine() {
  if (open_) std::fputc('\n', stdout);
}

/// In a terminal that became narrower, the line takes several rows.
std::string UpdatedLine::back_to_start(std::size_t columns) const {
  if (!open_) return "";
  const std::size_t rows = columns == 0 || width_ == 0 ? 0 : (width_ - 1) / columns;
  return rows == 0 ? "\r\033[K" : fmt::format("\r\033[{}A\033[J", rows);
}

void UpdatedLine::show(const std::string& line, std::size_t columns) {
  write_output(back_to_start(columns) + line);
  flush_output();
  width_ = display_width(line);
  open_ = true;
}

void UpdatedLine::clear() {
  write_output(back_to_start(terminal_columns()));
  open_ = false;
}

void ProgressBar::step(const Progress& p) {
  if (p.seconds < next_ && p.step < p.steps) return;
  next_ = p.seconds + 0.1;
  if (const std::size_t columns = terminal_columns(); columns > 0) line_.show(progress_line(p, columns), columns);
}

void ProgressBar::epoch(const Progress& p) {
  line_.clear();
  if (!has_line(p)) return;
  write_output(epoch_line(p, terminal_columns()) + "\n");
  flush_output();
}

void ProgressBar::add_to(FitOptions& options, bool each_epoch) {
  options.on_step = [this, before = std::move(options.on_step)](const Progress& p) {
    if (before) before(p);
    step(p);
  };
  options.on_epoch = [this, each_epoch, before = std::move(options.on_epoch)](const Progress& p) {
    seconds_ = p.seconds;
    if (each_epoch || p.epoch == p.epochs) epoch(p);
    return before ? before(p) : true;
  };
}
