#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct KLDivOptions {
  bool log_target = false;  // the target contains log-probabilities
  Reduction reduction = Reduction::mean;
};

/// Kullback-Leibler divergence of log-probabilities x from target probabilities t, as torch.nn.KLDivLoss:
///   loss = sum over c of t_c (log t_c - x_c),   d/dx_c = -t_c,   with 0 log 0 = 0.
///   prediction: (N, C) or (N, C, d1, ...) log-probabilities, as from log_softmax.
///   target: the same shape, probabilities that sum to 1 over the classes, or their logarithms.
/// Reduction::mean divides by the number of elements, as in PyTorch; Reduction::batch_mean is the mean over samples.
class MINNOW_API KLDivLoss : public Loss {
 public:
  explicit KLDivLoss(const KLDivOptions& options = {}) : Loss(options.reduction), log_target_(options.log_target) {}

  std::string name() const override { return "KLDivLoss"; }

 protected:
  double count(const LossInputs& in) override;
  void compute(const LossInputs& in, const LossOutputs& out) override;

 private:
  bool log_target_;
};

}  // namespace minnow::inline MINNOW_PRECISION
