#include <minnow/core/error.hpp>
#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/detail/scored_samples.hpp>
#include <minnow/training/metrics/top_k_accuracy.hpp>

namespace minnow::inline MINNOW_PRECISION {

TopKAccuracy::TopKAccuracy(std::size_t k) : k_(k) {
  if (k == 0) throw ValueError("TopKAccuracy: expected k of at least 1, got 0.");
}

double TopKAccuracy::value() const { return mean(correct_, total_); }

void TopKAccuracy::add(const Tensor& scores, const Tensor& targets) {
  const ScoredSamples samples(scores, targets, "TopKAccuracy");
  if (samples.single_column())
    throw ShapeError("TopKAccuracy: expected scores (N, C) with C >= 2, got " + to_string(scores.shape()) + ".");
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Real* row = samples.row(i);
    const std::size_t label = samples.label(i);
    std::size_t before = 0;  // number of classes that rank before the true class
    for (std::size_t c = 0; c < samples.classes(); ++c)
      before += row[c] > row[label] || (row[c] == row[label] && c < label);
    correct_ += before < k_;
  }
  total_ += samples.size();
}

namespace metrics {

Metric top_k_accuracy(std::size_t k) { return {"top-" + std::to_string(k) + " accuracy", TopKAccuracy(k)}; }

}  // namespace metrics

}  // namespace minnow::inline MINNOW_PRECISION
