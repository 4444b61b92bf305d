#pragma once

#include <minnow/optim/grouped_optimizer.hpp>

#include <string_view>

namespace minnow::inline MINNOW_PRECISION {

/// The parameters of one part of a model: "0" has 0.weight and 0.bias, but not 01.weight. Throws ValueError when there
/// is none.
MINNOW_API std::vector<NamedTensor> named(const std::vector<NamedTensor>& parameters, std::string_view prefix);

/// The others.
MINNOW_API std::vector<NamedTensor> not_named(const std::vector<NamedTensor>& parameters, std::string_view prefix);

/// Holds parameters as they are, or trains them again: optimizers leave frozen ones alone, clip_grad_norm does not
/// count them, and backward skips what comes before the first layer with others.
MINNOW_API void freeze(const std::vector<NamedTensor>& parameters);
MINNOW_API void unfreeze(const std::vector<NamedTensor>& parameters);

/// Two groups, for AdamW adam{no_decay_on_biases_and_norms(model.parameters(), AdamWOptions{.weight_decay = 0.05})}:
/// parameters of two or more axes, with the options given, and those of fewer, which are biases and what norms scale
/// by, with the same but no weight_decay. Either may be empty.
template <class Options>
ParameterGroups<Options> no_decay_on_biases_and_norms(const std::vector<NamedTensor>& parameters,
                                                      const Options& options) {
  ParameterGroups<Options> groups{{{}, options}, {{}, options}};
  groups[1].options.weight_decay = 0;
  for (const NamedTensor& entry : parameters) groups[entry.value->dimension() < 2].parameters.push_back(entry);
  return groups;
}

}  // namespace minnow::inline MINNOW_PRECISION
