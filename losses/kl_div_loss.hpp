#pragma once

#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct KLDivOptions {
  bool log_target = false;  // the target holds logarithms of probabilities
  Reduction reduction = Reduction::mean;
};

/// Kullback-Leibler divergence of log-probabilities x from target probabilities t, as torch.nn.KLDivLoss:
///   loss = sum over c of t_c (log t_c - x_c),   d/dx_c = -t_c,   with 0 log 0 = 0.
///   prediction: (N, C) or (N, C, d1, ...) logarithms of probabilities, as log_softmax gives them.
///   target: of the same shape, probabilities that sum to 1 over the classes, or their logarithms.
/// Reduction::mean is over all elements, as in PyTorch; the divergence of a mean sample is Reduction::batch_mean.
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
