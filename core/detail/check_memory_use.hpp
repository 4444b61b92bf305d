#pragma once

#include <minnow/core/layer.hpp>

#include <span>

namespace minnow::inline MINNOW_PRECISION {

/// The inputs and results of a pass that is known to be correct.
struct KnownPass {
  const Tensor& x;
  const Tensor& dy;
  const Tensor& y;
  std::span<const Tensor> gradients;  // dx, then one per parameter
};

/// Checks the layer's memory_use(). If x or y is declared as not read, backward must give the same bits after the
/// tensor is overwritten. If in_place is declared, both passes must give the same bits in place. Returns the first
/// fault in one line, or an empty string.
std::string memory_use_fault(Layer& layer, const std::vector<NamedTensor>& parameters, Mode mode,
                             const KnownPass& known);

}  // namespace minnow::inline MINNOW_PRECISION
