#pragma once

#include <minnow/core/tensor.hpp>

#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

enum class Reduction { mean, sum };

/// A number that says how wrong a prediction is, and its gradient.
class MINNOW_API Loss {
 public:
  virtual ~Loss();

  virtual std::string name() const = 0;

  /// The loss of a batch, mean or sum over its samples, accumulated in double; the mean over none is NaN, as in
  /// PyTorch. Throws ShapeError or ValueError when the target does not fit the prediction.
  virtual double forward(const Tensor& prediction, const Tensor& target) = 0;

  /// dL/dprediction for the last forward, valid until the next.
  virtual const Tensor& backward() = 0;

  /// The last forward's loss of each sample, before mean or sum, in nats: (N).
  virtual std::span<const double> per_sample() const = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION
