#pragma once

#include <minnow/training/metrics/metric.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The values of metrics at one moment, each with the name of its metric, in the order of the metrics.
class MINNOW_API MetricValues {
 public:
  struct Entry {
    std::string name;
    double value;
  };

  MetricValues() = default;

  /// Throws ValueError if two metrics have the same name.
  explicit MetricValues(const std::vector<Metric>& metrics);

  /// Reads the values of the same metrics again. Allocates nothing.
  void update(const std::vector<Metric>& metrics);

  /// Returns the value of the metric of this name. Throws ValueError, with the names that exist, if there is none.
  double operator[](std::string_view name) const;

  /// Visits the values.
  void visit_state(StateVisitor& visitor) {
    for (Entry& entry : entries_) visitor.visit(entry.name, entry.value);
  }

  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  const Entry* find(std::string_view name) const;  // null if there is none

  std::vector<Entry> entries_;
};

}  // namespace minnow::inline MINNOW_PRECISION
