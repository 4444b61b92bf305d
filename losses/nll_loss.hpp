#pragma once

#include <minnow/losses/loss.hpp>
#include <minnow/losses/position_weights.hpp>

#include <cstdint>
#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct NLLOptions {
  std::optional<Tensor> weight = std::nullopt;  // (C), of each class; unset: all 1
  std::int64_t ignore_index = -100;             // positions with this label count for nothing
  Reduction reduction = Reduction::mean;
};

/// Negative log-likelihood of log-probabilities x, as torch.nn.NLLLoss: loss = -w_t x_t, d/dx_t = -w_t, 0 elsewhere.
/// After log_softmax it is CrossEntropyLoss, which does both at once, faster and to more digits.
///   prediction: (N, C) or (N, C, d1, ...) logarithms of probabilities; target: (N) or (N, d1, ...) class indices.
/// The mean is over the weights of the classes that the targets name; over no weight it is NaN.
class MINNOW_API NLLLoss : public Loss {
 public:
  /// Throws ValueError for a weight that is negative or not finite.
  explicit NLLLoss(NLLOptions options = {});

  std::string name() const override { return "NLLLoss"; }
  Answers answers(const Tensor& prediction, const Tensor& target) const override {
    return count_largest(prediction, target, options_.ignore_index);
  }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  NLLOptions options_;
  PositionWeights weights_;
};

}  // namespace minnow::inline MINNOW_PRECISION
