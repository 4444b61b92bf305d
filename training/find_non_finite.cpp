#include <minnow/core/detail/format.hpp>
#include <minnow/training/find_non_finite.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns the index of the first element that is not finite, or size() if there is none.
std::size_t first_non_finite(std::span<const Real> values) {
  return static_cast<std::size_t>(
      std::find_if_not(values.begin(), values.end(), [](Real v) { return std::isfinite(v); }) - values.begin());
}

bool is_finite(std::span<const Real> values) { return first_non_finite(values) == values.size(); }
bool is_finite(const Tensor& tensor) { return is_finite({tensor.data(), tensor.size()}); }

/// Describes where the outputs of a pass are not finite.
class Finder {
 public:
  explicit Finder(Mode mode) : mode_(mode) {}

  /// Returns "Dense(784 -> 10)", or "Dense(784 -> 10): its weight is not finite".
  std::string describe(const Layer& layer) const {
    const std::string state = non_finite_state(layer);
    return state.empty() ? layer.name() : format_text("{}: its {} is not finite", layer.name(), state);
  }

  /// Describes the first step whose output is not finite; nothing if all outputs are finite. `path` is the path of the
  /// model, as in the names of its state: "" or "2.".
  std::optional<std::string> find(const Sequential& model, const std::vector<StepOutput>& outputs,
                                  const std::string& path = {}) const {
    for (const auto& [first, last, output, context] : outputs) {
      if (is_finite(*output)) continue;
      const auto* nested = last == first + 1 ? dynamic_cast<const Sequential*>(&model[first]) : nullptr;
      if (nested != nullptr && context != nullptr)
        if (auto inside = find(*nested, nested->step_outputs(*output, *context), format_text("{}{}.", path, first)))
          return inside;
      return describe(model, first, last, path);
    }
    return std::nullopt;
  }

 private:
  /// Describes the children [first, last), which run as one step: the child whose state is not finite, or all of them.
  std::string describe(const Sequential& model, std::size_t first, std::size_t last, const std::string& path) const {
    for (std::size_t i = first; i < last; ++i)
      if (last == first + 1 || !non_finite_state(model[i]).empty())
        return format_text("in layer {}{}, {}", path, i, describe(model[i]));
    return format_text("in layers {}{} to {}{}, {} {} {}", path, first, path, last - 1, model[first].name(),
                       last == first + 2 ? "and" : "...", model[last - 1].name());
  }

  /// Returns the name of the first entry of the state that is not finite, or nothing. In training, buffers do not
  /// count: a pass writes them, and does not read them.
  std::string non_finite_state(const Layer& layer) const {
    for (const NamedConstTensor& entry : layer.const_state())
      if ((mode_ == Mode::eval || entry.parameter != nullptr) && !is_finite(entry.value->values())) return entry.name;
    return {};
  }

  Mode mode_;
};

/// Returns the sample of row `row`: "sample 3".
std::string describe_sample(const Batch& batch, std::size_t row) {
  if (row >= batch.indices.size()) return format_text("sample {}", row);
  const std::size_t index = batch.indices[row];
  const std::size_t partner = row < batch.partners.size() ? batch.partners[row] : index;
  return format_text("sample {}", index) + (partner == index ? "" : format_text(", mixed with sample {}", partner));
}

/// Describes the first non-finite element of `part` of the batch; nothing if all elements are finite.
std::optional<std::string> find_in(const char* part, const Tensor& tensor, const Batch& batch) {
  const std::size_t at = first_non_finite({tensor.data(), tensor.size()});
  if (at == tensor.size()) return std::nullopt;
  return format_text("in the {}, {}", part, describe_sample(batch, at / (tensor.size() / tensor.shape()[0])));
}

std::string find_in_loss(const Batch& batch) {
  if (const auto found = find_in("targets", batch.targets, batch)) return *found;
  if (batch.weights)
    if (const auto found = find_in("weights", *batch.weights, batch)) return *found;
  return "in the loss";
}

}  // namespace

std::string find_non_finite(const Layer& model, const Batch& batch, const Tensor& y, const Context& context) {
  if (const auto found = find_in("inputs", batch.inputs, batch)) return *found;
  const Finder finder(context.settings.mode);
  if (const auto* sequential = dynamic_cast<const Sequential*>(&model)) {
    if (const auto found = finder.find(*sequential, sequential->step_outputs(y, context))) return *found;
  } else if (!is_finite(y)) {
    return "in " + finder.describe(model);
  }
  return find_in_loss(batch);
}

std::string find_non_finite(const Sequential& model, const Tensor& x) {
  if (const auto found = find_in("inputs", x, {})) return *found;
  return Finder(Mode::train).find(model, model.step_outputs()).value_or("in the loss");
}

}  // namespace minnow::inline MINNOW_PRECISION
