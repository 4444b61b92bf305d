#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <atomic>
#include <cstddef>
#include <functional>

// While `counting` is set, the allocations of all threads are counted. With more than one thread OpenBLAS 0.3.21
// allocates temporary memory for each parallel product; these allocations are counted separately.
extern std::atomic<bool> counting;
extern std::atomic<std::size_t> allocations, openblas_allocations;

/// Returns the number of allocations during the action, without those of OpenBLAS.
std::size_t count_during(const std::function<void()>& action);

namespace minnow {

inline TensorDataset random_dataset(std::size_t n, Rng rng) {
  Tensor inputs = zeros({n, 3, 8, 8}), targets = zeros({n});
  for (Real& value : inputs) value = static_cast<Real>(rng.normal());
  for (Real& value : targets) value = static_cast<Real>(rng.below(4));
  return {std::move(inputs), std::move(targets)};
}

}  // namespace minnow
