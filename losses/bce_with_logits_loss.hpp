#pragma once

#include <minnow/losses/loss.hpp>

#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct BCEWithLogitsOptions {
  std::optional<Tensor> weight = std::nullopt;      // of each element, for the last axes of a sample, as (C)
  std::optional<Tensor> pos_weight = std::nullopt;  // of target 1, likewise; above 1 raises the recall
  Reduction reduction = Reduction::mean;
};

/// Sigmoid and binary cross-entropy in one, stable for logits of any size, as torch.nn.BCEWithLogitsLoss. With
/// s(x) = 1 / (1 + e^-x) and p the pos_weight,
///   loss = -w [p t log s(x) + (1 - t) log s(-x)],   d/dx = w [(1 - t) s(x) - p t s(-x)].
///   prediction: (N, ...) logits; target: the same shape, or (N) for (N, 1), in [0, 1].
/// The mean divides by the number of elements; weights do not change the divisor.
class MINNOW_API BCEWithLogitsLoss : public Loss {
 public:
  /// Throws ValueError if a weight is negative or not finite.
  explicit BCEWithLogitsLoss(BCEWithLogitsOptions options = {});

  std::string name() const override { return "BCEWithLogitsLoss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  std::optional<Tensor> weight_, pos_weight_;
  std::vector<Real> expanded_weight_, expanded_pos_weight_;  // of each element of a sample
};

}  // namespace minnow::inline MINNOW_PRECISION
