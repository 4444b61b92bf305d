#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/training/detail/decision.hpp>
#include <minnow/training/metrics/detail/scored_samples.hpp>

#include <cmath>
#include <string>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns the largest distance from 1 of the sum of a row of probabilities that were rounded to three digits.
double row_sum_tolerance(std::size_t columns) { return 1e-4 + 5e-4 * static_cast<double>(columns); }

}  // namespace

ScoredSamples::ScoredSamples(const Tensor& scores, const Tensor& targets, const char* who, std::size_t classes)
    : who_(who), scores_(scores.data()), targets_(targets.data()) {
  const Shape& shape = scores.shape();
  const bool fits = (shape.size() == 1 || shape.size() == 2) &&
                    (targets.shape() == Shape{shape[0]} || targets.shape() == Shape{shape[0], 1});
  size_ = fits ? shape[0] : 0;
  columns_ = fits && shape.size() == 2 ? shape[1] : 1;
  classes_ = classes != 0 ? classes : columns_ == 1 ? 2 : columns_;
  if (!fits || columns_ == 0 || (columns_ != classes_ && !(columns_ == 1 && classes_ == 2)))
    throw ShapeError(format_text("{}: expected scores (N, {}){} and class indices (N), got {} and {}.", who,
                                 classes == 0 ? "C" : std::to_string(classes),
                                 classes == 0 || classes == 2 ? ", or (N) for two classes," : "", to_string(shape),
                                 to_string(targets.shape())));
  for (std::size_t i = 0; i < size_; ++i) {
    class_index(static_cast<double>(targets_[i]), classes_, i, who_);
    for (std::size_t c = 0; c < columns_; ++c)
      if (std::isnan(score(i, c))) throw ValueError(format_text("{}: expected scores, got nan in row {}.", who_, i));
  }
}

void ScoredSamples::check_finite() const {
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t c = 0; c < columns_; ++c)
      if (!std::isfinite(score(i, c)))
        throw ValueError(format_text("{}: expected finite logits, got {} in row {}.", who_, score(i, c), i));
}

void ScoredSamples::check_probability_range() const {
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t c = 0; c < columns_; ++c)
      if (score(i, c) < 0 || score(i, c) > 1)
        throw ValueError(format_text("{}: expected probabilities in [0, 1], got {} in row {}. Logits need {} first.",
                                     who_, score(i, c), i, single_column() ? "sigmoid" : "softmax"));
}

void ScoredSamples::check_probabilities() const {
  check_probability_range();
  for (std::size_t i = 0; i < size_ && !single_column(); ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < columns_; ++c) sum += score(i, c);
    if (std::abs(sum - 1) > row_sum_tolerance(columns_))
      throw ValueError(format_text("{}: expected probabilities that sum to 1, got {} in row {}.", who_, sum, i));
  }
}

std::size_t ScoredSamples::predicted(std::size_t i, double threshold) const {
  return single_column() ? exceeds(*row(i), threshold) : index_of_largest(row(i), columns_);
}

}  // namespace minnow::inline MINNOW_PRECISION
