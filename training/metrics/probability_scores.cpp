#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/ratio.hpp>
#include <minnow/training/metrics/detail/scored_samples.hpp>
#include <minnow/training/metrics/probability_scores.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr double smallest = std::numeric_limits<double>::epsilon();  // a smaller probability counts as this

}  // namespace

double ProbabilityScores::log_loss() const { return mean(log_loss_, static_cast<double>(total_)); }

double ProbabilityScores::brier_score() const { return mean(squared_error_, static_cast<double>(total_)); }

void ProbabilityScores::add(const Tensor& probabilities, const Tensor& targets) {
  const ScoredSamples samples(probabilities, targets, "ProbabilityScores");
  if (total_ != 0 && samples.columns() != columns_)
    throw ShapeError(format_text("ProbabilityScores: expected {} columns, as in earlier batches, got {}.", columns_,
                                 samples.columns()));
  samples.check_probabilities();
  columns_ = samples.columns();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::size_t label = samples.label(i);
    if (samples.single_column()) {
      const double p = samples.score(i, 0), miss = label == 1 ? 1 - p : p;
      log_loss_ -= label == 1 ? std::log(std::max(p, smallest)) : std::log1p(-std::min(p, 1 - smallest));
      squared_error_ += miss * miss;
      continue;
    }
    log_loss_ -= std::log(std::max(samples.score(i, label), smallest));
    for (std::size_t c = 0; c < samples.classes(); ++c) {
      const double miss = samples.score(i, c) - (c == label ? 1 : 0);
      squared_error_ += miss * miss;
    }
  }
  total_ += samples.size();
}

}  // namespace minnow::inline MINNOW_PRECISION
