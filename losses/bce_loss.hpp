#pragma once

#include <minnow/losses/element_weights.hpp>
#include <minnow/losses/loss.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct BCEOptions {
  std::optional<Tensor> weight = std::nullopt;  // of the elements, for a sample's last axes, as (C); unset: all 1
  Reduction reduction = Reduction::mean;
};

/// Binary cross-entropy of probabilities x, for yes or no, or for many such questions at once (multi-label):
///   loss = -w [t log x + (1 - t) log(1 - x)],   d/dx = w (x - t) / (x (1 - x)),
/// with each logarithm at least -100 and the divisor at least 1e-12, as in torch.nn.BCELoss. On logits
/// BCEWithLogitsLoss keeps digits that a sigmoid before this one loses.
///   prediction: (N, ...) in [0, 1]; target: of the same shape, or (N) for (N, 1), in [0, 1].
/// The mean is over the elements, whatever their weights.
class MINNOW_API BCELoss : public Loss {
 public:
  /// Throws ValueError for a weight that is negative or not finite.
  explicit BCELoss(BCEOptions options = {});

  std::string name() const override { return "BCELoss"; }
  Answers answers(const Tensor& prediction, const Tensor& target) const override {
    return count_above(prediction, target, 0.5);
  }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  ElementWeights weight_;
};

}  // namespace minnow::inline MINNOW_PRECISION
