#pragma once

#include <minnow/datasets/data_loader.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/metric.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The mean loss and the metrics of the batches so far.
class RunningEvaluation {
 public:
  explicit RunningEvaluation(const std::vector<Metric>& metrics) : metrics_(metrics) {}

  /// Starts again with metrics as they were passed to the constructor. Allocates nothing.
  void restart(const std::vector<Metric>& metrics) {
    total_ = weight_ = 0;
    samples_ = 0;
    metrics_ = metrics;
  }

  /// Adds a batch, after loss.forward(scores, batch.targets, batch.weights).
  void add(const Loss& loss, const Tensor& scores, const Batch& batch) {
    for (Metric& metric : metrics_) metric.add(scores, batch.targets);
    total_ += loss.total();
    weight_ += loss.weight();
    samples_ += batch.size();
  }

  void visit_state(StateVisitor& visitor) {
    visitor.visit("loss", total_);
    visitor.visit("weight", weight_);
    visitor.visit("samples", samples_);
    for (Metric& metric : metrics_) visitor.visit(metric.name(), metric);
  }

  double loss() const { return mean(total_, weight_); }
  std::size_t samples() const { return samples_; }
  const std::vector<Metric>& metrics() const { return metrics_; }

 private:
  double total_ = 0, weight_ = 0;
  std::uint64_t samples_ = 0;
  std::vector<Metric> metrics_;
};

}  // namespace minnow::inline MINNOW_PRECISION
