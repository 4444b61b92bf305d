#pragma once

#include <minnow/optim/adam.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;  // taken from the parameter as learning_rate * weight_decay * p
  bool amsgrad = false;
};

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), torch.optim.AdamW's update to the letter: the decay
/// passes by the averages, p -= learning_rate weight_decay p, and the rest is Adam without decay.
class MINNOW_API AdamW : public Adam {
 public:
  /// Throws ValueError as Adam does.
  explicit AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options = {});

  /// Parameters with options of their own.
  explicit AdamW(const ParameterGroups<AdamWOptions>& groups);
};

}  // namespace minnow::inline MINNOW_PRECISION
