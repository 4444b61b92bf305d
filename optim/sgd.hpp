#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

struct SGDOptions {
  double learning_rate = 0.01;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;  // added to the gradient as weight_decay * p
  bool nesterov = false;    // requires momentum > 0 and dampening = 0
};

/// Stochastic gradient descent, with the update of torch.optim.SGD. For gradient g of parameter p:
///   g += weight_decay p;   b = g at the first step of p, then momentum b + (1 - dampening) g;
///   g = b, or g + momentum b with Nesterov;   p -= learning_rate g.
class MINNOW_API SGD : public GroupedOptimizer<SGDOptions> {
 public:
  /// Builds the optimizer from groups, each with its own options: SGD sgd{{{weights, {.weight_decay = 1e-4}}, {biases,
  /// {}}}}.
  explicit SGD(const ParameterGroups<SGDOptions>& groups);

  /// Throws ValueError if an option but dampening is negative, an option is not finite, or nesterov is set without
  /// momentum or with dampening.
  explicit SGD(std::vector<NamedTensor> parameters, const SGDOptions& options = {});

  void visit_state(StateVisitor& visitor) override;

 protected:
  void update(std::size_t index, Parameter& parameter) override;

 private:
  std::vector<FixedTensor> momentum_;  // b, one per parameter; without a shape before the first step with momentum
};

}  // namespace minnow::inline MINNOW_PRECISION
