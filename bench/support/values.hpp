#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

/// Returns 32 pseudo-random bits: MurmurHash3's finaliser. It has no state, so that all contenders get the same values.
inline std::uint32_t scramble(std::uint32_t x) {
  x = (x ^ x >> 16) * 0x85ebca6bU;
  x = (x ^ x >> 13) * 0xc2b2ae35U;
  return x ^ x >> 16;
}

/// Returns element i of a stream of values, uniform in [-1, 1).
inline float uniform(std::size_t i, std::uint32_t stream = 0) {
  return static_cast<float>(scramble(static_cast<std::uint32_t>(i) + stream * 0x9e3779b9U) >> 8) * 0x1p-23F - 1;
}

/// Writes values uniform in [-bound, bound).
inline void fill_uniform(float* values, std::size_t size, float bound, std::uint32_t stream = 0) {
  for (std::size_t i = 0; i < size; ++i) values[i] = bound * uniform(i, stream);
}

/// Writes labels (N) in [0, classes).
template <class T>
void fill_labels(T* labels, std::size_t size, std::int64_t classes) {
  for (std::size_t i = 0; i < size; ++i)
    labels[i] = static_cast<T>(scramble(static_cast<std::uint32_t>(~i)) % static_cast<std::uint32_t>(classes));
}

}  // namespace bench
