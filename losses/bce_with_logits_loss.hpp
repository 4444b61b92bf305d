#pragma once

#include <minnow/losses/element_weights.hpp>
#include <minnow/losses/loss.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

struct BCEWithLogitsOptions {
  std::optional<Tensor> weight = std::nullopt;      // of the elements, for a sample's last axes, as (C)
  std::optional<Tensor> pos_weight = std::nullopt;  // of the answer yes, likewise: above 1 finds more of it
  Reduction reduction = Reduction::mean;
};

/// Sigmoid and binary cross-entropy in one, stable for logits of any size, as torch.nn.BCEWithLogitsLoss: with
/// s(x) = 1 / (1 + e^-x) and p the pos_weight,
///   loss = -w [p t log s(x) + (1 - t) log s(-x)],   d/dx = w [(1 - t) s(x) - p t s(-x)].
///   prediction: (N, ...) logits; target: of the same shape, or (N) for (N, 1), in [0, 1].
/// The mean is over the elements, whatever their weights.
class MINNOW_API BCEWithLogitsLoss : public Loss {
 public:
  /// Throws ValueError for a weight that is negative or not finite.
  explicit BCEWithLogitsLoss(BCEWithLogitsOptions options = {});

  std::string name() const override { return "BCEWithLogitsLoss"; }
  Answers answers(const Tensor& prediction, const Tensor& target) const override {
    return count_above(prediction, target, 0);
  }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  ElementWeights weight_, pos_weight_;
};

}  // namespace minnow::inline MINNOW_PRECISION
