#include <minnow/core/detail/format.hpp>
#include <minnow/training/find_non_finite.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The index of the first element that is not finite; size() for none.
std::size_t first_non_finite(const Tensor& tensor) {
  const auto& values = tensor.storage();
  return static_cast<std::size_t>(
      std::find_if_not(values.begin(), values.end(), [](Real v) { return std::isfinite(v); }) - values.begin());
}

}  // namespace

std::string find_non_finite(Sequential& model, const Tensor& inputs) {
  if (const std::size_t at = first_non_finite(inputs); at < inputs.size())
    return format_text("in the inputs, sample {}", at / (inputs.size() / inputs.shape()[0]));
  for (std::size_t i = 0; i < model.size(); ++i) {
    const Tensor& output = model.output(i);
    if (first_non_finite(output) == output.size()) continue;
    const std::string where = format_text("in layer {}, {}", i, model[i].name());
    for (const NamedTensor& entry : model[i].state())
      if (first_non_finite(*entry.value) < entry.value->size()) return where + ": its " + entry.name + " is not finite";
    return where;
  }
  return "in the loss";
}

}  // namespace minnow::inline MINNOW_PRECISION
