#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/weighted_draws.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

WeightedDraws::WeightedDraws(const std::vector<double>& weights, std::size_t size) {
  if (weights.size() != size)
    throw ValueError(
        format_text("DataLoader: expected {} sampler.weights, one for each sample, got {}.", size, weights.size()));
  double sum = 0;
  sums_.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    if (!(weights[i] >= 0) || std::isinf(weights[i]))
      throw ValueError(format_text("DataLoader: expected finite, non-negative sampler.weights, got {} of sample {}.",
                                   weights[i], i));
    sums_.push_back(sum += weights[i]);
  }
  if (!(sum > 0) || std::isinf(sum))
    throw ValueError(format_text("DataLoader: expected sampler.weights with a positive, finite sum, got {}.", sum));
}

/// A sample is drawn by the first sum above u, uniform in [0, total). Its weight is positive, because the sum before it
/// is at most u. The largest uniform value is 1 - 2^-53, and (1 - 2^-53) total is rounded to less than total.
void WeightedDraws::draw(Rng rng, std::span<std::size_t> samples) const {
  for (std::size_t& sample : samples) {
    const double u = rng.uniform() * sums_.back();
    sample = static_cast<std::size_t>(std::upper_bound(sums_.begin(), sums_.end(), u) - sums_.begin());
  }
}

/// FNV-1a over words.
std::uint64_t WeightedDraws::fingerprint() const {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const double sum : sums_) hash = (hash ^ std::bit_cast<std::uint64_t>(sum)) * 0x100000001B3u;
  return hash;
}

}  // namespace minnow::inline MINNOW_PRECISION
