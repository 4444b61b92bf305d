#pragma once

#include <minnow/core/check_gradients.hpp>
#include <minnow/core/rng.hpp>

#include <array>
#include <functional>
#include <span>

namespace minnow::inline MINNOW_PRECISION {

// What the gradient checks of layers and of losses share.

/// "weight[1, 2]" for a flat index.
std::string coordinate(const std::string& name, const Shape& shape, std::size_t flat);

/// Whether two tensors are the same to the last bit, also where both are NaN.
bool same_bits(const Tensor& a, const Tensor& b);

/// The largest magnitude.
double largest(const Tensor& tensor);

/// Calls at(k) with v moved by -2 h, -h, h and 2 h, k = 0 ... 3, puts v back, and returns h as it was after rounding:
/// the derivative of f is (8 (f_2 - f_1) - (f_3 - f_0)) / (12 h), up to the fourth order.
double move(Real& v, double h, const std::function<void(std::size_t k)>& at);

struct DifferenceCheck {
  double worst = 0;  // error, of the gradient's largest number
  std::string coordinate;
  std::string failure;  // a line, or nothing
};

/// Compares `gradient` with difference(v, h), the derivative by v, for the numbers v of `values`, or for
/// options.max_coordinates of them.
DifferenceCheck compare_with_differences(std::span<Real> values, const Shape& shape, const Tensor& gradient,
                                         const std::string& name, const GradientCheckOptions& options, Rng rng,
                                         const std::function<double(Real& v, double h)>& difference);

}  // namespace minnow::inline MINNOW_PRECISION
