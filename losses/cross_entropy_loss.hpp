#pragma once

#include <minnow/losses/loss.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct CrossEntropyOptions {
  std::optional<Tensor> weight = std::nullopt;  // (C), of each class; unset: all 1
  std::int64_t ignore_index = -100;             // label of positions to leave out
  double label_smoothing = 0;                   // in [0, 1]: share of the target spread evenly over the classes
  Reduction reduction = Reduction::mean;
};

/// Softmax and cross-entropy in one, as torch.nn.CrossEntropyLoss. For logits x and target probabilities t,
///   loss = sum over c of w_c q_c (log sum over k of e^x_k - x_c),   q = (1 - smoothing) t + smoothing / C,
///   dloss/dx_j = softmax(x)_j (sum over c of w_c q_c) - w_j q_j,
/// in nats, stable for logits of any size. Without options the gradient of the mean is (p - t) / N.
///   prediction: (N, C) or (N, C, d1, ...) logits, C >= 1.
///   target: (N) or (N, d1, ...) class indices (t = 1 at the index), or probabilities in prediction's shape that sum to
///   1 over the classes.
/// As in PyTorch the mean divides by the sum of the class weights of the labels, or by the number of positions if the
/// targets are probabilities; it is NaN if the divisor is 0. A class of target 0 adds 0 even if its logit is -infinity.
class MINNOW_API CrossEntropyLoss : public Loss {
 public:
  /// Throws ValueError if a weight is negative or not finite, or if label_smoothing is outside [0, 1].
  explicit CrossEntropyLoss(CrossEntropyOptions options = {});

  std::string name() const override { return "CrossEntropyLoss"; }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  CrossEntropyOptions options_;
  std::vector<double> position_weights_;  // (N, d1, ...); empty: all 1
  std::vector<double> position_losses_;   // (N, d1, ...); unused for (N, C)
};

}  // namespace minnow::inline MINNOW_PRECISION
