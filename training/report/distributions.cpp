#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/output_file.hpp>
#include <minnow/training/report/detail/distribution_lines.hpp>
#include <minnow/training/report/distributions.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t most_elements = 16384, most_epochs = 64, inner_bins = 24;

/// Returns the quantile of sorted values at this level, interpolated linearly.
double quantile(const std::vector<double>& sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double low = sorted[below], high = sorted[std::min(below + 1, sorted.size() - 1)];
  return low + (high - low) * (place - static_cast<double>(below));
}

/// Sets the bins: equal widths between the 0.5 % and the 99.5 % quantile, and one bin for the values at each end.
void add_bins(Distribution& result, const std::vector<double>& sorted) {
  const double low = quantile(sorted, 0.005), high = quantile(sorted, 0.995);
  for (std::size_t i = 0; i <= inner_bins; ++i) {
    const double limit = low + (high - low) * static_cast<double>(i) / static_cast<double>(inner_bins);
    if (result.limits.empty() || limit > result.limits.back()) result.limits.push_back(limit);
  }
  if (sorted.back() > result.limits.back()) result.limits.push_back(sorted.back());
  auto start = sorted.begin();
  for (const double limit : result.limits) {
    const auto end = limit == result.limits.back() ? sorted.end() : std::upper_bound(start, sorted.end(), limit);
    result.counts.push_back(static_cast<std::size_t>(end - start));
    start = end;
  }
}

void append_to(const std::filesystem::path& path, std::string_view text) {
  std::FILE* file = std::fopen(path.c_str(), "ab");
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int reason = errno;
  const bool closed = file == nullptr || std::fclose(file) == 0;
  if (!written || !closed)
    throw DataError(format_text("DistributionRecorder: cannot write '{}': {}.", path.string(),
                                std::generic_category().message(written ? errno : reason)));
}

}  // namespace

Distribution describe_values(std::span<const Real> values) {
  Distribution result;
  result.elements = values.size();
  const std::size_t stride = (values.size() + most_elements - 1) / most_elements;
  std::vector<double> sorted;
  sorted.reserve(std::min(values.size(), most_elements));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<double>(values[i]);
    if (!std::isfinite(value)) {
      ++result.not_finite;
      continue;
    }
    result.sum += value;
    result.squares += value * value;
    if (i % stride == 0) sorted.push_back(value);
  }
  if (sorted.empty()) return result;
  std::sort(sorted.begin(), sorted.end());
  for (const double level : distribution_levels) result.quantiles.push_back(quantile(sorted, level));
  add_bins(result, sorted);
  return result;
}

DistributionRecorder::DistributionRecorder(Layer& model, std::filesystem::path file)
    : model_(&model), file_(std::move(file)) {
  record(0, 0);
  if (!file_.empty()) append_to(file_, "");
}

void DistributionRecorder::record(std::size_t epoch, std::uint64_t step) {
  for (const NamedTensor& entry : model_->parameters()) {
    const auto add = [&](const FixedTensor& tensor, bool of_gradient) {
      Distribution& added = distributions_.emplace_back(describe_values({tensor.data(), tensor.size()}));
      added.parameter = entry.name;
      added.of_gradient = of_gradient;
      added.epoch = epoch;
      added.step = step;
    };
    add(*entry.value, false);
    if (epoch > 0 && entry.parameter->trainable && entry.parameter->grad.size() == entry.value->size())
      add(entry.parameter->grad, true);
  }
}

void DistributionRecorder::on_epoch(const Progress& progress) {
  const std::size_t interval = (progress.epochs + most_epochs - 1) / most_epochs;
  const bool recorded = interval < 2 || progress.epoch % interval == 0 || progress.epoch == progress.epochs;
  const bool first = !std::exchange(started_, true);
  if (first && !file_.empty() && progress.epoch > 1) {
    Distributions kept = read_distributions(file_);
    std::erase_if(kept, [&](const Distribution& record) { return record.epoch >= progress.epoch; });
    if (!kept.empty()) distributions_ = std::move(kept);
  }
  const std::size_t before = distributions_.size();
  if (recorded) record(progress.epoch, progress.total_steps);
  if (file_.empty()) return;
  if (first) {
    const std::string text = detail::distribution_lines(distributions_);
    OutputFile file(file_);
    file.write(std::as_bytes(std::span(text)));
    file.commit();
  } else if (recorded) {
    append_to(file_, detail::distribution_lines(std::span(distributions_).subspan(before)));
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
