#pragma once

#include <minnow/losses/loss.hpp>
#include <minnow/losses/position_weights.hpp>

#include <cstdint>
#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct CrossEntropyOptions {
  std::optional<Tensor> weight = std::nullopt;  // (C), of each class; unset: all 1
  std::int64_t ignore_index = -100;             // positions with this label count for nothing
  double label_smoothing = 0;  // in [0, 1]: the share of the target that is spread evenly over the classes
  Reduction reduction = Reduction::mean;
};

/// Softmax and cross-entropy in one, as torch.nn.CrossEntropyLoss: for logits x and target probabilities t,
///   loss = sum over c of w_c q_c (log sum over k of e^x_k - x_c),   q = (1 - smoothing) t + smoothing / C,
///   dloss/dx_j = softmax(x)_j (sum over c of w_c q_c) - w_j q_j,
/// in nats, stable for logits of any size; plainly, the backward of the mean is (p - t) / N.
///   prediction: (N, C) or (N, C, d1, ...) logits, C >= 1.
///   target: (N) or (N, d1, ...) class indices, for t = 1 at the index; or, in prediction's shape, probabilities that
///   sum to 1 over the classes.
/// The mean is over the weights of the classes that the indices name, as in PyTorch, and over the positions when
/// targets are probabilities; over no weight it is NaN. A target of 0 takes nothing from a logit of -infinity.
class MINNOW_API CrossEntropyLoss : public Loss {
 public:
  /// Throws ValueError for a weight that is negative or not finite and for smoothing outside [0, 1].
  explicit CrossEntropyLoss(CrossEntropyOptions options = {});

  std::string name() const override { return "CrossEntropyLoss"; }
  Answers answers(const Tensor& prediction, const Tensor& target) const override {
    return count_largest(prediction, target, options_.ignore_index);
  }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  CrossEntropyOptions options_;
  PositionWeights weights_;
  std::vector<double> position_losses_;  // (N, d1, ...), when there are such positions
};

}  // namespace minnow::inline MINNOW_PRECISION
