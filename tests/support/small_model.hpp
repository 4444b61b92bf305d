#pragma once

#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/models/sequential.hpp>

#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// Returns a tensor of normal values.
inline Tensor random(const Shape& shape, std::uint64_t seed) {
  Rng rng{seed};
  Tensor tensor = zeros(shape);
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.normal());
  return tensor;
}

/// Returns a model of two dense layers, from 6 to 3 features.
inline Sequential small_model(std::uint64_t seed = 1) {
  Rng rng{seed};
  return Sequential{Dense(6, 5, rng), Tanh(), Dense(5, 3, rng)};
}

}  // namespace minnow::inline MINNOW_PRECISION
