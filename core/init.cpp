#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/init.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void fill_uniform(FixedTensor& tensor, double limit, Rng& rng) {
  for (Real& value : tensor.values()) value = static_cast<Real>(rng.uniform(-limit, limit));
}

void fill_normal(FixedTensor& tensor, double deviation, Rng& rng) {
  for (Real& value : tensor.values()) value = static_cast<Real>(deviation * rng.normal());
}

}  // namespace

void init_weight(FixedTensor& weight, Init rule, std::size_t fan_in, std::size_t fan_out, Rng& rng) {
  const auto in = static_cast<double>(fan_in), out = static_cast<double>(fan_out);
  switch (rule) {
    case Init::he:
      fill_normal(weight, std::sqrt(2 / in), rng);
      break;
    case Init::xavier:
      fill_uniform(weight, std::sqrt(6 / (in + out)), rng);
      break;
    case Init::pytorch:
      fill_uniform(weight, 1 / std::sqrt(in), rng);
      break;
  }
}

void init_bias(FixedTensor& bias, Init rule, std::size_t fan_in, Rng& rng) {
  if (rule == Init::pytorch)
    fill_uniform(bias, 1 / std::sqrt(static_cast<double>(fan_in)), rng);
  else
    bias.fill(0);
}

namespace init {
namespace {

double fan_of(const FixedTensor& weight, Fan fan) {
  const Fans both = fans(weight.shape());
  return static_cast<double>(fan == Fan::in ? both.in : both.out);
}

double xavier_deviation(const FixedTensor& weight, double gain) {
  const Fans both = fans(weight.shape());
  return gain * std::sqrt(2 / static_cast<double>(both.in + both.out));
}

void check_axes(const char* who, const Shape& shape) {
  if (shape.size() < 2)
    throw ShapeError(format_text("{}: expected a weight (out, in, ...), got {}.", who, to_string(shape)));
}

}  // namespace

Fans fans(const Shape& weight) {
  check_axes("fans", weight);
  std::size_t positions = 1;  // of the kernel
  for (std::size_t axis = 2; axis < weight.size(); ++axis) positions *= weight[axis];
  return {weight[1] * positions, weight[0] * positions};
}

double relu_gain(double negative_slope) { return std::sqrt(2 / (1 + negative_slope * negative_slope)); }

// A uniform value in [-limit, limit] has the standard deviation limit / sqrt(3).

void xavier_uniform(FixedTensor& weight, Rng& rng, double gain) {
  fill_uniform(weight, std::numbers::sqrt3 * xavier_deviation(weight, gain), rng);
}

void xavier_normal(FixedTensor& weight, Rng& rng, double gain) {
  fill_normal(weight, xavier_deviation(weight, gain), rng);
}

void kaiming_uniform(FixedTensor& weight, Rng& rng, Fan fan, double gain) {
  fill_uniform(weight, std::numbers::sqrt3 * gain / std::sqrt(fan_of(weight, fan)), rng);
}

void kaiming_normal(FixedTensor& weight, Rng& rng, Fan fan, double gain) {
  fill_normal(weight, gain / std::sqrt(fan_of(weight, fan)), rng);
}

namespace {

/// Returns the dot product by four partial sums, which the compiler can vectorise.
double dot(const double* a, const double* b, std::size_t n) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < n; ++i) s0 += a[i] * b[i];
  return (s0 + s1) + (s2 + s3);
}

/// Makes vector k, of n elements, a unit vector orthogonal to the vectors before it (modified Gram-Schmidt). The second
/// pass removes the rounding errors of the first.
void orthonormalize(double* vectors, std::size_t k, std::size_t n) {
  double* v = vectors + k * n;
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t j = 0; j < k; ++j) {
      const double* u = vectors + j * n;
      const double along = dot(u, v, n);
      for (std::size_t i = 0; i < n; ++i) v[i] -= along * u[i];
    }
    const double length = std::sqrt(dot(v, v, n));
    for (std::size_t i = 0; i < n; ++i) v[i] /= length;
  }
}

}  // namespace

void orthogonal(FixedTensor& weight, Rng& rng, double gain) {
  check_axes("orthogonal", weight.shape());
  if (weight.size() == 0) return;
  const std::size_t rows = weight.shape()[0], columns = weight.size() / rows;
  const std::size_t count = std::min(rows, columns), length = std::max(rows, columns);
  std::vector<double> vectors(count * length);  // the rows or the columns, whichever are fewer
  for (double& value : vectors) value = rng.normal();
  for (std::size_t k = 0; k < count; ++k) orthonormalize(vectors.data(), k, length);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      weight.data()[i * columns + j] =
          static_cast<Real>(gain * vectors[rows <= columns ? i * length + j : j * length + i]);
}

namespace {

/// Returns a standard normal value in [low, high], low < high, by rejection sampling. The proposal distribution depends
/// on the interval (Robert, "Simulation of truncated normal variables", 1995).
double normal_within(double low, double high, Rng& rng) {
  if (high < 0) return -normal_within(-high, -low, rng);
  const double root = std::sqrt(low * low + 4);
  // A uniform proposal is efficient if the interval is narrow, compared with the decay of the density if low > 0.
  const bool narrow =
      low <= 0 ? high - low < std::sqrt(2 * std::numbers::pi)
               : high - low < 2 * std::sqrt(std::numbers::e) / (low + root) * std::exp((low * low - low * root) / 4);
  while (true) {
    if (narrow) {
      const double z = rng.uniform(low, high), nearest = std::max(low, 0.0);
      if (rng.uniform() <= std::exp((nearest * nearest - z * z) / 2)) return z;
    } else if (low <= 0) {
      const double z = rng.normal();
      if (low <= z && z <= high) return z;
    } else {
      const double rate = (low + root) / 2, z = low - std::log1p(-rng.uniform()) / rate;
      if (z <= high && rng.uniform() <= std::exp(-(z - rate) * (z - rate) / 2)) return z;
    }
  }
}

}  // namespace

void trunc_normal(FixedTensor& tensor, Rng& rng, double mean, double deviation, double low, double high) {
  constexpr double far = 1e6;
  const double from = (low - mean) / deviation, to = (high - mean) / deviation;
  if (!(deviation > 0 && low < high && from < far && to > -far))
    throw ValueError(
        format_text("trunc_normal: expected a deviation above 0 and an interval less than {} deviations away "
                    "from the mean, got mean {}, deviation {} and [{}, {}].",
                    far, mean, deviation, low, high));
  for (Real& value : tensor.values()) value = static_cast<Real>(mean + deviation * normal_within(from, to, rng));
}

}  // namespace init
}  // namespace minnow::inline MINNOW_PRECISION
