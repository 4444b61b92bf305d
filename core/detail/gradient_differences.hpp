#pragma once

#include <minnow/core/check_gradients.hpp>
#include <minnow/core/rng.hpp>

#include <array>
#include <functional>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

// Shared by the gradient checks of layers and losses.

/// Returns the name and the indices of a flat index: "weight[1, 2]".
std::string coordinate(const std::string& name, const Shape& shape, std::size_t flat);

/// Returns true if two tensors have the same shape and bits, also where both are NaN.
bool same_bits(const Tensor& a, const Tensor& b);

/// Returns the largest magnitude.
double largest(const Tensor& tensor);

/// Calls at(k), k = 0 ... 3, with v moved by -2 h, -h, h and 2 h, then restores v. Returns h after rounding: the
/// derivative of f is (8 (f_2 - f_1) - (f_3 - f_0)) / (12 h), up to the fourth order.
double move(Real& v, double h, const std::function<void(std::size_t k)>& at);

struct DifferenceCheck {
  double worst = 0;  // the largest error, relative to the gradient's largest element
  std::string coordinate;
  std::string failure;  // one line; empty without a failure
};

/// Compares `gradient` with difference(v, h), the derivative with respect to v, for at most options.max_coordinates
/// elements v of `values`.
DifferenceCheck compare_with_differences(std::span<Real> values, const Shape& shape, const Tensor& gradient,
                                         const std::string& name, const GradientCheckOptions& options, Rng rng,
                                         const std::function<double(Real& v, double h)>& difference);

}  // namespace minnow::inline MINNOW_PRECISION
