#pragma once

#include <minnow/datasets/dataset.hpp>

#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Normalises each channel to mean 0 and standard deviation 1: x_c becomes (x_c - mean_c) / deviation_c. Fit it on the
/// training part alone and apply it to every part, so that training uses no information from the test part.
class MINNOW_API Normalization {
 public:
  /// Computes mean and standard deviation of each channel of `inputs`, (N, C, ...), in double. A constant channel,
  /// whose deviation is at most the rounding error of its mean, gets deviation 1. Throws ShapeError if `inputs` has
  /// fewer than two axes or no elements, and ValueError with the sample and the channel if an element is not finite.
  explicit Normalization(const Tensor& inputs);

  /// The same for the inputs of a dataset, (C, ...) each. Reads every sample once and holds only a few MiB of them. To
  /// use a part of a large dataset, pass a Subset.
  explicit Normalization(const Dataset& dataset);

  /// Uses the given mean and standard deviation of each channel. Throws ValueError unless there is one of each for
  /// every channel, all are finite, and each deviation is positive.
  Normalization(std::vector<double> mean, std::vector<double> deviation);

  /// Normalises (N, C, ...) in place. Throws ShapeError if C differs.
  void apply(Tensor& inputs) const;

  /// Normalises one sample (C, ...) in place, to the same bits. Throws ShapeError if its size is no multiple of C.
  void apply(std::span<Real> sample) const;

  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& deviation() const { return deviation_; }

 private:
  std::vector<double> mean_, deviation_;
};

}  // namespace minnow::inline MINNOW_PRECISION
