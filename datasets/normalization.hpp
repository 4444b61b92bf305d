#pragma once

#include <minnow/core/tensor.hpp>

#include <span>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// x_c becomes (x_c - mean_c) / deviation_c, channel by channel: numbers around 0 and of size 1 are what networks learn
/// from best. Fitted on the training part alone and applied to every part, so that nothing of the test part leaks into
/// training.
class MINNOW_API Normalization {
 public:
  /// Mean and standard deviation of each channel of `inputs`, (N, C, ...), in double. A constant channel has
  /// deviation 1. Throws ShapeError unless there is at least one number per channel.
  explicit Normalization(const Tensor& inputs);

  /// Normalises (N, C, ...) in place. Throws ShapeError when C is another.
  void apply(Tensor& inputs) const;

  /// Normalises one sample (C, ...) in place, to the same bits. Throws ShapeError unless C divides its size.
  void apply(std::span<Real> sample) const;

  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& deviation() const { return deviation_; }

 private:
  std::vector<double> mean_, deviation_;
};

}  // namespace minnow::inline MINNOW_PRECISION
