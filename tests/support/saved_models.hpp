#pragma once

#include <minnow/layers.hpp>
#include <minnow/models.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// One of two models that a test saves as one file. They have different sizes, about 300 kB in float.
inline Sequential saved_model(std::size_t index) {
  Rng rng{index};
  const std::size_t width = 256 + 64 * index;
  return Sequential{Dense(width, width, rng), ReLU(), Dense(width, 3, rng)};
}

}  // namespace minnow::inline MINNOW_PRECISION
