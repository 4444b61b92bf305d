#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;    // decay of the average gradient
  double beta2 = 0.999;  // decay of the average squared gradient
  double epsilon = 1e-8;
  double weight_decay = 0;  // added to the gradient as weight_decay * p
  bool amsgrad = false;     // divide by the largest v so far
};

/// The common base of Adam and AdamW.
class MINNOW_API AdamBase : public GroupedOptimizer<AdamOptions> {
 public:
  void visit_state(StateVisitor& visitor) override;

 protected:
  enum class Decay { in_gradient, decoupled };
  AdamBase(const ParameterGroups<AdamOptions>& groups, Decay decay);

  void update(std::size_t index, Parameter& parameter) override;

 private:
  struct Moments {
    FixedTensor m, v, v_max;  // without a shape before the first step; v_max also without AMSGrad
    std::uint64_t t = 0;      // steps of this parameter
  };

  Decay decay_;
  std::vector<Moments> moments_;  // one per parameter
};

/// Adam (Kingma and Ba, 2015), with the update of torch.optim.Adam. For gradient g of parameter p at its step t:
///   g += weight_decay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2;
///   p -= learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon);
/// AMSGrad replaces v by the largest v so far. If the divisor is 0, which needs an epsilon of 0, the step adds nothing
/// to p; in PyTorch the element becomes NaN. A step without a gradient for p does not increase its t.
class MINNOW_API Adam : public AdamBase {
 public:
  /// Builds the optimizer from groups, each with its own options.
  explicit Adam(const ParameterGroups<AdamOptions>& groups);

  /// Throws ValueError if an option is negative or not finite, or a beta is 1 or more.
  explicit Adam(std::vector<NamedTensor> parameters, const AdamOptions& options = {});
};

}  // namespace minnow::inline MINNOW_PRECISION
