#pragma once

#include <minnow/optim/adam.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;  // subtracts learning_rate * weight_decay * p from p
  bool amsgrad = false;
};

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), with the update of torch.optim.AdamW:
/// p -= learning_rate weight_decay p, then a step of Adam without decay. The decay does not enter the averages.
class MINNOW_API AdamW : public AdamBase {
 public:
  /// Builds the optimizer from groups, each with its own options.
  explicit AdamW(const ParameterGroups<AdamWOptions>& groups);

  /// Throws ValueError if an option is negative or not finite, or a beta is 1 or more.
  explicit AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options = {});
};

}  // namespace minnow::inline MINNOW_PRECISION
