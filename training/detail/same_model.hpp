#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/optimizer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Throws ValueError, naming `who`, if the optimizer or the EMA, which may be null, was built on another model.
void check_same_model(const char* who, Layer& model, const Optimizer& optimizer, const EMA* ema);

}  // namespace minnow::inline MINNOW_PRECISION
