#pragma once

#include <minnow/core/fixed_tensor.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Allowed error of a result in Real against a float64 reference, relative to the largest element of the reference.
constexpr double tolerance = std::is_same_v<Real, double> ? 1e-12 : 1e-6;

/// Returns the error of a tensor, max|a - ref| / max|ref|. It is infinite if the shapes differ, or if only one of two
/// elements is NaN.
template <class T>
double error(const BasicTensor<T>& a, const Shape& shape, const std::vector<double>& reference) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (a.shape() != shape || a.size() != reference.size()) return infinite;
  double difference = 0, scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto value = static_cast<double>(a.data()[i]);
    if (std::isnan(value) != std::isnan(reference[i])) return infinite;
    if (std::isnan(value) || value == reference[i]) continue;
    difference = std::max(difference, std::abs(value - reference[i]));
  }
  for (const double r : reference)
    if (!std::isnan(r)) scale = std::max(scale, std::abs(r));
  return difference == 0 ? 0 : difference / scale;
}

inline double error(const FixedTensor& a, const Shape& shape, const std::vector<double>& reference) {
  return error(a.tensor(), shape, reference);
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
