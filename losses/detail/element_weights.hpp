#pragma once

#include <minnow/losses/loss.hpp>

#include <optional>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the weight of each element of a sample, or null if `weight` is unset. `weight` is given for the last axes of
/// a sample: (C) weights the classes of (N, C). `expanded` is the buffer of the result, kept between steps.
/// Throws ShapeError, naming `loss` and `option`, if the shape of `weight` is not that of the last axes of a sample.
const Real* expand_weight(const std::optional<Tensor>& weight, const char* option, const Tensor& prediction,
                          const Loss& loss, std::vector<Real>& expanded);

}  // namespace minnow::inline MINNOW_PRECISION
