#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/detail/same_model.hpp>

#include <algorithm>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

void check_same_model(const char* who, Layer& model, const Optimizer& optimizer, const EMA* ema) {
  const std::vector<NamedTensor> of_model = model.parameters();
  const auto is_of_model = [&](const NamedTensor& entry) {
    return std::any_of(of_model.begin(), of_model.end(),
                       [&](const auto& other) { return other.parameter == entry.parameter; });
  };
  const auto& optimized = optimizer.parameters();
  const bool optimizer_is = std::any_of(optimized.begin(), optimized.end(), is_of_model);
  if (!optimizer_is || (ema != nullptr && !ema->is_of(model)))
    throw ValueError(
        format_text("{}: expected an {} built on this model, got one of another. A copy of a model needs its own.", who,
                    optimizer_is ? "EMA" : "optimizer"));
}

}  // namespace minnow::inline MINNOW_PRECISION
