#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

#include <string_view>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the parameters of one part of a model. The prefix "1" selects 1.weight and 1.bias, but not 10.weight. Throws
/// ValueError if no name starts with `prefix`.
MINNOW_API std::vector<NamedTensor> named(const std::vector<NamedTensor>& parameters, std::string_view prefix);

/// Returns the parameters that named() does not select.
MINNOW_API std::vector<NamedTensor> not_named(const std::vector<NamedTensor>& parameters, std::string_view prefix);

/// Freezes parameters or makes them trainable again. Optimizers do not change frozen parameters, clip_grad_norm ignores
/// their gradients, and backward ends at the first layer with a trainable parameter.
MINNOW_API void freeze(const std::vector<NamedTensor>& parameters);
MINNOW_API void unfreeze(const std::vector<NamedTensor>& parameters);

/// Returns two groups: the parameters with two or more axes, with `options`; and the others, which are biases and the
/// weights of normalization layers, with `options` and weight_decay = 0. Either group may be empty.
///   AdamW adam{no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.weight_decay = 0.05})};
template <class Options>
ParameterGroups<Options> no_decay_on_biases_and_norms(const std::vector<NamedTensor>& parameters,
                                                      const Options& options) {
  ParameterGroups<Options> groups{{{}, options}, {{}, options}};
  groups[1].options.weight_decay = 0;
  for (const NamedTensor& entry : parameters) groups[entry.value->dimension() < 2].parameters.push_back(entry);
  return groups;
}

}  // namespace minnow::inline MINNOW_PRECISION
