#pragma once

#include <minnow/losses/loss.hpp>

#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

struct BCEOptions {
  std::optional<Tensor> weight = std::nullopt;  // of each element, for the last axes of a sample, as (C); unset: all 1
  Reduction reduction = Reduction::mean;
};

/// Binary cross-entropy of probabilities x, for binary and multi-label classification, as torch.nn.BCELoss:
///   loss = -w [t log x + (1 - t) log(1 - x)],   d/dx = w (x - t) / (x (1 - x)),
/// with each logarithm at least -100 and the divisor at least 1e-12, as in PyTorch. BCEWithLogitsLoss is more accurate
/// than a sigmoid followed by this loss.
///   prediction: (N, ...) in [0, 1]; target: the same shape, or (N) for (N, 1), in [0, 1].
/// The mean divides by the number of elements; `weight` does not change the divisor.
class MINNOW_API BCELoss : public Loss {
 public:
  /// Throws ValueError if a weight is negative or not finite.
  explicit BCELoss(BCEOptions options = {});

  std::string name() const override { return "BCELoss"; }

 protected:
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  std::optional<Tensor> weight_;
  std::vector<Real> expanded_weight_;  // of each element of a sample
};

}  // namespace minnow::inline MINNOW_PRECISION
