#include <minnow/core/detail/format.hpp>
#include <minnow/training/find_non_finite.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The index of the first element that is not finite; size() if there is none.
std::size_t first_non_finite(std::span<const Real> values) {
  return static_cast<std::size_t>(
      std::find_if_not(values.begin(), values.end(), [](Real v) { return std::isfinite(v); }) - values.begin());
}

bool is_finite(const Tensor& tensor) { return first_non_finite({tensor.data(), tensor.size()}) == tensor.size(); }

/// The name of the first entry of the state that is not finite; empty if there is none.
std::string non_finite_state(const Layer& layer) {
  for (const NamedConstTensor& entry : layer.const_state())
    if (first_non_finite(entry.value->values()) < entry.value->size()) return entry.name;
  return {};
}

std::string describe(const Layer& layer) {
  const std::string state = non_finite_state(layer);
  return layer.name() + (state.empty() ? "" : ": its " + state + " is not finite");
}

std::string describe(const Sequential& model, std::size_t first, std::size_t last) {
  if (last == first + 1) return format_text("in layer {}, {}", first, describe(model[first]));
  std::string text = format_text("in layers {} to {}, {} {} {}", first, last - 1, model[first].name(),
                                 last == first + 2 ? "and" : "...", model[last - 1].name());
  for (std::size_t i = first; i < last; ++i)
    if (const std::string state = non_finite_state(model[i]); !state.empty())
      return format_text("{}: {}.{} is not finite", text, i, state);
  return text;
}

/// None if all outputs are finite.
std::optional<std::string> find_in(const Sequential& model, const std::vector<StepOutput>& outputs) {
  for (const auto& [first, last, output, context] : outputs) {
    if (is_finite(*output)) continue;
    const auto* nested = last == first + 1 ? dynamic_cast<const Sequential*>(&model[first]) : nullptr;
    if (nested != nullptr && context != nullptr)
      if (const auto inside = find_in(*nested, nested->step_outputs(*output, *context)))
        return format_text("in layer {}, {}", first, *inside);
    return describe(model, first, last);
  }
  return std::nullopt;
}

std::optional<std::string> find_in_inputs(const Tensor& x) {
  const std::size_t at = first_non_finite({x.data(), x.size()});
  if (at == x.size()) return std::nullopt;
  return format_text("in the inputs, sample {}", at / (x.size() / x.shape()[0]));
}

}  // namespace

std::string find_non_finite(const Layer& model, const Tensor& x, const Tensor& y, const Context& context) {
  if (const auto found = find_in_inputs(x)) return *found;
  if (const auto* sequential = dynamic_cast<const Sequential*>(&model))
    return find_in(*sequential, sequential->step_outputs(y, context)).value_or("in the loss");
  return is_finite(y) ? "in the loss" : "in " + describe(model);
}

std::string find_non_finite(const Sequential& model, const Tensor& x) {
  if (const auto found = find_in_inputs(x)) return *found;
  return find_in(model, model.step_outputs()).value_or("in the loss");
}

}  // namespace minnow::inline MINNOW_PRECISION
