#include <minnow/optim/adamw.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

ParameterGroups<AdamOptions> for_adam(const ParameterGroups<AdamWOptions>& groups) {
  ParameterGroups<AdamOptions> result;
  for (const auto& [parameters, options] : groups)
    result.push_back({parameters,
                      {.learning_rate = options.learning_rate,
                       .beta1 = options.beta1,
                       .beta2 = options.beta2,
                       .epsilon = options.epsilon,
                       .weight_decay = options.weight_decay,
                       .amsgrad = options.amsgrad}});
  return result;
}

}  // namespace

AdamW::AdamW(std::vector<NamedTensor> parameters, const AdamWOptions& options)
    : AdamW(ParameterGroups<AdamWOptions>{{std::move(parameters), options}}) {}

AdamW::AdamW(const ParameterGroups<AdamWOptions>& groups) : AdamBase(for_adam(groups), Decay::decoupled) {}

}  // namespace minnow::inline MINNOW_PRECISION
