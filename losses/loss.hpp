#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/losses/answers.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// How the losses of a batch become one number. `mean` divides their sum by Loss::weight(), the number of elements
/// where a loss does not say otherwise; `batch_mean` divides by the number of samples; `none` is for the functions of
/// entropy.hpp, while a Loss keeps what it has not reduced in per_sample().
enum class Reduction { none, mean, sum, batch_mean };

/// What a loss reads in one forward pass.
struct LossInputs {
  const Tensor& prediction;              // (N, ...)
  const Tensor& target;                  // (N), or as the loss says
  std::span<const Real> sample_weights;  // (N), or empty when all are 1

  std::size_t samples() const { return prediction.shape()[0]; }
  double sample_weight(std::size_t i) const {
    return sample_weights.empty() ? 1 : static_cast<double>(sample_weights[i]);
  }
  MINNOW_API double total_sample_weight() const;
};

/// What it writes.
struct LossOutputs {
  std::span<double> per_sample;  // (N): sample_weight(i) times the sum over the elements of sample i
  Tensor& gradient;              // of prediction's shape: `scale` times the gradient of the sum of per_sample
  double scale;
};

/// A number that says how wrong a prediction is, and its gradient. To write one, derive and define `name` and
/// `compute`; docs/losses.md has an example, and check_gradients(loss, prediction, target) tells whether it is right.
///
/// Sample weights say how often a sample counts: one of weight 2 counts as two, one of 0 not at all, and the mean is
/// over the weights. Losses are values: copyable, and a copy is independent.
class MINNOW_API Loss {
 public:
  virtual ~Loss();

  virtual std::string name() const = 0;

  /// The prediction read as answers, for the accuracy; none are counted where it is not a classification.
  virtual Answers answers(const Tensor&, const Tensor&) const { return {}; }

  /// The loss of a batch, accumulated in double; the mean over no elements, or over weights that are all 0, is NaN, as
  /// in PyTorch. `sample_weights` is (N). Throws ShapeError or ValueError when the target or the weights do not fit
  /// the prediction.
  double forward(const Tensor& prediction, const Tensor& target);
  double forward(const Tensor& prediction, const Tensor& target, const Tensor& sample_weights);
  double forward(const Tensor& prediction, const Tensor& target, const std::optional<Tensor>& sample_weights);

  /// dL/dprediction for the last forward, valid until the next. 0 where the mean is over nothing.
  const Tensor& backward();

  /// The last forward's loss of each sample before reduction, the sum over its elements: (N).
  std::span<const double> per_sample() const { return per_sample_; }

  /// The sum of per_sample(), and what a mean divides it by: for the mean over many batches, add up both.
  double total() const { return total_; }
  double weight() const { return weight_; }

  /// Whether the last forward's batch had nothing to count, such as ignored labels alone: its mean is then NaN, and its
  /// gradient 0.
  bool counted_nothing() const { return total_ == 0 && weight_ == 0; }

 protected:
  /// Throws ValueError for Reduction::none.
  explicit Loss(Reduction reduction = Reduction::mean);
  Loss(const Loss&) = default;
  Loss(Loss&&) = default;
  Loss& operator=(const Loss&) = default;
  Loss& operator=(Loss&&) = default;

  /// Checks that target fits prediction, both with a batch axis, and returns what Reduction::mean divides by. Here: the
  /// two have one shape, or (N, 1) and (N); the number of elements, each by its sample's weight.
  virtual double count(const LossInputs& in);

  /// Writes all of `out`; called after count.
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
