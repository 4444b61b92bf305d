#pragma once

#include <minnow/datasets/weighted_sampler.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Draws samples by the weights of a WeightedSampler.
class WeightedDraws {
 public:
  /// Throws ValueError if there is not one weight for each of `size` samples, if a weight is negative or not finite, or
  /// if all are 0.
  WeightedDraws(const std::vector<double>& weights, std::size_t size);

  /// Fills `samples` with indices, drawn from `rng`.
  void draw(Rng rng, std::span<std::size_t> samples) const;

  /// Returns 64 bits that depend on all weights.
  std::uint64_t fingerprint() const;

 private:
  std::vector<double> sums_;  // of the weights of the samples 0 to i
};

}  // namespace minnow::inline MINNOW_PRECISION
