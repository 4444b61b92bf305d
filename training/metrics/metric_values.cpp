#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/metrics/metric_values.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

MetricValues::MetricValues(const std::vector<Metric>& metrics) {
  for (const Metric& metric : metrics) {
    if (find(metric.name()) != nullptr)
      throw ValueError(
          format_text("metrics: expected a different name for each metric, got '{}' twice. Rename one: "
                      "Metric(\"name\", accumulator).",
                      metric.name()));
    entries_.push_back({metric.name(), metric.value()});
  }
}

void MetricValues::update(const std::vector<Metric>& metrics) {
  for (std::size_t i = 0; i < metrics.size(); ++i) entries_[i].value = metrics[i].value();
}

double MetricValues::operator[](std::string_view name) const {
  if (const Entry* entry = find(name)) return entry->value;
  std::string names;
  for (const Entry& entry : entries_) names += (names.empty() ? "" : ", ") + entry.name;
  throw ValueError(
      format_text("metrics: expected the name of a metric ({}), got '{}'. Pass the metric to fit or evaluate.",
                  names.empty() ? "there is none" : names, std::string(name)));
}

const MetricValues::Entry* MetricValues::find(std::string_view name) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace minnow::inline MINNOW_PRECISION
