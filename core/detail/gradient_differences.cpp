#include <minnow/core/detail/format.hpp>
#include <minnow/core/detail/gradient_differences.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::equal(a.storage().begin(), a.storage().end(), b.storage().begin(), [](Real x, Real y) {
           return std::memcmp(&x, &y, sizeof x) == 0;  // also true for two equal NaN
         });
}

std::string coordinate(const std::string& name, const Shape& shape, std::size_t flat) {
  std::string text;
  for (std::size_t axis = shape.size(); axis-- > 0; flat /= shape[axis])
    text = std::to_string(flat % shape[axis]) + (text.empty() ? "" : ", ") + text;
  return name + "[" + text + "]";
}

double largest(const Tensor& tensor) {
  double result = 0;
  for (const Real value : tensor.storage()) result = std::max(result, std::abs(static_cast<double>(value)));
  return result;
}

double move(Real& v, double h, const std::function<void(std::size_t k)>& at) {
  const Real centre = v;
  double moved = 0;
  std::size_t index = 0;
  for (const double k : {-2., -1., 1., 2.}) {
    v = static_cast<Real>(static_cast<double>(centre) + k * h);
    moved += k * (static_cast<double>(v) - static_cast<double>(centre)) / 10;
    at(index++);
  }
  v = centre;
  return moved;
}

DifferenceCheck compare_with_differences(std::span<Real> values, const Shape& shape, const Tensor& gradient,
                                         const std::string& name, const GradientCheckOptions& options, Rng rng,
                                         const std::function<double(Real& v, double h)>& difference) {
  DifferenceCheck check;
  if (gradient.shape() != shape) {
    check.failure = "the gradient of " + name + " has shape " + to_string(gradient.shape()) + ".";
    return check;
  }
  std::vector<std::size_t> chosen(values.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  if (chosen.size() > options.max_coordinates) {
    rng.shuffle(chosen);
    chosen.resize(options.max_coordinates);
  }
  std::vector<double> reference;
  for (const std::size_t i : chosen) reference.push_back(difference(values[i], options.step));
  double scale = std::max(largest(gradient), 1e-3);  // smaller differences are rounding errors
  for (const double value : reference) scale = std::max(scale, std::abs(value));

  std::size_t worst_at = 0;
  for (std::size_t c = 0; c < chosen.size(); ++c) {
    const auto analytic = static_cast<double>(gradient.data()[chosen[c]]);
    double error = std::abs(analytic - reference[c]) / scale;
    if (!(error <= options.tolerance)) {  // a kink within the step; a shorter step may avoid it
      const double closer = difference(values[chosen[c]], options.step / 16);
      const double second_error = std::abs(analytic - closer) / scale;
      if (second_error <= options.tolerance) error = second_error;
    }
    if (error > check.worst || std::isnan(error)) check.worst = error, worst_at = c;
  }
  check.coordinate = chosen.empty() ? name : coordinate(name, shape, chosen[worst_at]);
  if (!(check.worst <= options.tolerance))
    check.failure = format_text(
        "{}: backward gives {:.6g}, differences give {:.6g}; the error is {:.2g} of the tensor's largest gradient, "
        "allowed is {:.2g}.",
        check.coordinate, static_cast<double>(gradient.data()[chosen[worst_at]]), reference[worst_at], check.worst,
        options.tolerance);
  return check;
}

}  // namespace minnow::inline MINNOW_PRECISION
