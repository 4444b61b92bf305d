#pragma once

#include <minnow/core/tensor.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// How the losses of a batch are combined. `mean` divides their sum by Loss::weight(), which is the number of elements
/// unless a loss documents another divisor. `batch_mean` divides the sum by the number of samples.
enum class Reduction { mean, sum, batch_mean };

/// Inputs of one forward pass.
struct LossInputs {
  const Tensor& prediction;              // (N, ...)
  const Tensor& target;                  // (N), or the shape that the loss documents
  std::span<const Real> sample_weights;  // (N), or empty: all 1

  std::size_t samples() const { return prediction.shape()[0]; }
  double sample_weight(std::size_t i) const {
    return sample_weights.empty() ? 1 : static_cast<double>(sample_weights[i]);
  }
  MINNOW_API double total_sample_weight() const;
};

/// Outputs of one forward pass.
struct LossOutputs {
  std::span<double> per_sample;  // (N): sample_weight(i) times the sum over the elements of sample i
  Tensor& gradient;              // prediction's shape: `scale` times the gradient of the sum of per_sample
  double scale;
};

/// Base class of the losses: the error of a prediction as a scalar, and its gradient. A derived class defines `name`
/// and `compute`. docs/losses.md has an example, and check_gradients(loss, prediction, target) tests a loss.
///
/// A sample of weight 2 counts like two samples, and a sample of weight 0 is left out; the mean divides by the weights.
/// Losses are values: copyable, and a copy is independent.
class MINNOW_API Loss {
 public:
  virtual ~Loss();

  virtual std::string name() const = 0;

  /// Returns the loss of a batch, accumulated in double. `sample_weights` is (N). The mean is NaN if the divisor is 0,
  /// as in PyTorch: no elements, or weights that are all 0. Throws ShapeError or ValueError if the target or the
  /// weights do not fit the prediction.
  double forward(const Tensor& prediction, const Tensor& target);
  double forward(const Tensor& prediction, const Tensor& target, const Tensor& sample_weights);
  double forward(const Tensor& prediction, const Tensor& target, const std::optional<Tensor>& sample_weights);

  /// Returns dL/dprediction of the last forward, valid until the next. The gradient is 0 if the mean divides by 0.
  const Tensor& backward();

  /// Returns the loss of each sample of the last forward before reduction, summed over its elements: (N).
  std::span<const double> per_sample() const { return per_sample_; }

  /// The sum of per_sample(), and the divisor of a mean. For the mean over several batches, sum both.
  double total() const { return total_; }
  double weight() const { return weight_; }

  /// The divisor of the loss and of the gradient of the last forward: weight(), or 1 for Reduction::sum.
  double divisor() const { return reduction_ == Reduction::sum ? 1 : weight_; }
  Reduction reduction() const { return reduction_; }

  /// Returns true if the last batch had no element that counts, as when all labels are ignored. The mean is then NaN
  /// and the gradient 0.
  bool counted_nothing() const { return total_ == 0 && weight_ == 0; }

 protected:
  explicit Loss(Reduction reduction = Reduction::mean) : reduction_(reduction) {}
  Loss(const Loss&) = default;
  Loss(Loss&&) = default;
  Loss& operator=(const Loss&) = default;
  Loss& operator=(Loss&&) = default;

  /// Checks that the target fits the prediction, and returns the divisor of Reduction::mean. Both have a batch axis.
  /// The default requires equal shapes, or (N, 1) and (N), and returns the number of elements, each counted with the
  /// weight of its sample.
  virtual double count(const LossInputs& in);

  /// Writes all of `out`. Called after count.
  virtual void compute(const LossInputs& in, const LossOutputs& out) = 0;

 private:
  double run(const LossInputs& in);
  double reduce(const LossInputs& in);

  Reduction reduction_;
  Tensor gradient_;
  std::vector<double> per_sample_;
  double total_ = 0, weight_ = 0;
  bool ready_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
