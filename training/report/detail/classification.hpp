#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/training/report/run_report.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// A held-out sample of a classifier.
struct ClassifiedSample {
  std::size_t row;  // of RunReport::test
  std::size_t truth, predicted;
  double confidence;  // probability of the predicted class
};

/// The held-out samples whose logits are finite.
struct Classification {
  std::vector<ClassifiedSample> samples;  // in the order of their rows
  Tensor logits, targets;                 // (samples, C), (samples)
  std::size_t left_out = 0;               // samples with a logit that is not finite
};

/// Returns the test samples of a classifier. Throws ShapeError if logits or targets have another shape than RunReport
/// describes, and ValueError if a target is not a class.
Classification classify_samples(const RunReport& run);

/// Returns logits as (N, C): single logits, (N) or (N, 1), of two classes become (0, logit), whose softmax is the same.
/// Throws ShapeError, with `who` in the message, if the shape does not fit the number of classes.
Tensor logits_by_class(const char* who, const Tensor& logits, std::size_t classes);

/// Returns the wrong samples, the surest first.
std::vector<ClassifiedSample> surest_mistakes(const Classification& test);

/// Returns softmax(logits), in double.
std::vector<double> softmax_of(std::span<const Real> logits);

}  // namespace minnow::inline MINNOW_PRECISION::detail
