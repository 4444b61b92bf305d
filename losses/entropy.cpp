#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/entropy.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {
namespace detail {

/// A shape as rows of classes. It has a named namespace, because lambdas of template functions capture it.
struct ClassRows {
  ClassRows(const Shape& shape, const char* who) {
    if (shape.empty() || shape.size() > 2 || shape.back() == 0)
      throw ShapeError(format_text("{}: expected (N, C) or (C) with C >= 1, got {}.", who, to_string(shape)));
    classes = shape.back();
    count = shape.size() == 2 ? shape[0] : 1;
    per_row = Shape(shape.begin(), shape.end() - 1);
  }
  std::size_t count, classes;
  Shape per_row;  // (N) or ()
};

}  // namespace detail
namespace {

using detail::ClassRows;

void check_temperature(double temperature, const char* who) {
  if (!(temperature > 0) || std::isinf(temperature))
    throw ValueError(format_text("{}: expected a finite temperature > 0, got {}.", who, temperature));
}

/// Returns (x - top) / temperature, even if the difference overflows.
double scaled(double x, double top, double temperature) {
  const double difference = x - top;
  return std::isinf(difference) ? (x / 2 - top / 2) / temperature * 2 : difference / temperature;
}

/// Returns the sum over j other than `top` of e^((x_j - x_top) / temperature). The term of `top` is 1, so that log1p of
/// the sum is accurate even if the sum is small.
template <class T>
double sum_of_others(const T* x, std::size_t classes, std::size_t top, double temperature) {
  double sum = 0;
  for (std::size_t j = 0; j < classes; ++j)
    if (j != top) sum += std::exp(scaled(static_cast<double>(x[j]), static_cast<double>(x[top]), temperature));
  return sum;
}

/// A sum corrected by the rounding errors of its additions (Neumaier, 1974).
class CompensatedSum {
 public:
  void add(double x) {
    const double next = sum_ + x;
    compensation_ += std::abs(sum_) >= std::abs(x) ? sum_ - next + x : x - next + sum_;
    sum_ = next;
  }
  double value() const { return std::isfinite(sum_) ? sum_ + compensation_ : sum_; }

 private:
  double sum_ = 0, compensation_ = 0;
};

template <class T>
void check_probabilities(const BasicTensor<T>& values, std::size_t rows, const char* who, const char* name) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const T p = values.data()[i]; !(p >= 0 && p <= 1))
      throw ValueError(
          format_text("{}: expected {} in [0, 1], got {} in row {}.", who, name, p, i / (values.size() / rows)));
}

template <class T>
void check_distributions(const BasicTensor<T>& values, const ClassRows& rows, const char* who, const char* name) {
  check_probabilities(values, rows.count, who, name);
  const T* p = values.data();
  for (std::size_t i = 0; i < rows.count; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < rows.classes; ++j, ++p) sum += static_cast<double>(*p);
    if (!(std::abs(sum - 1) <= sum_tolerance))
      throw ValueError(format_text("{}: expected {} that sum to 1, got {:.7g} in row {}.", who, name, sum, i));
  }
}

/// Returns -t log p, and 0 if t = 0.
double weighted_surprisal(double t, double p) {
  return t == 0 ? 0 : t * (0 - std::log(p));  // 0 - x gives 0 rather than -0
}

/// Adds p log(p / q), with 0 log 0 = 0. If p is close to q, the term is computed with d = p - q and s = d / (p + q) as
/// 2 p atanh(s) = d + s d + 2 p (s^3/3 + s^5/5 + ...). Each d is exact; over a row only the sum of the d cancels.
void add_divergence(double p, double q, CompensatedSum& sum) {
  if (p == 0) return;
  const double d = p - q, s = d / (p + q), s2 = s * s;
  if (std::abs(s) > 0.05) return sum.add(p * (std::log(p) - std::log(q)));
  sum.add(d);
  sum.add(s * d + 2 * p * s * s2 * (1. / 3 + s2 * (1. / 5 + s2 * (1. / 7 + s2 * (1. / 9 + s2 / 11)))));
}

/// Returns nats(i) in `unit` for each element i of `shape`, or their sum or mean. samples: divisor of batch_mean.
template <class T, class Nats>
BasicTensor<T> reduce(const Shape& shape, std::size_t samples, Unit unit, std::optional<Reduction> reduction,
                      const Nats& nats) {
  const std::size_t count = num_elements(shape);
  auto result = BasicTensor<T>::from_shape(reduction ? Shape{} : shape);
  CompensatedSum sum;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = unit == Unit::bits ? nats(i) / std::numbers::ln2 : nats(i);
    if (reduction)
      sum.add(value);
    else
      result.data()[i] = static_cast<T>(value);
  }
  if (!reduction) return result;
  const std::size_t divisor = reduction == Reduction::mean ? count : reduction == Reduction::batch_mean ? samples : 1;
  result() = static_cast<T>(sum.value() / static_cast<double>(divisor));
  return result;
}

}  // namespace

template <class T>
BasicTensor<T> softmax(const BasicTensor<T>& logits, double temperature) {
  const ClassRows rows(logits.shape(), "softmax");
  check_temperature(temperature, "softmax");
  auto result = BasicTensor<T>::from_shape(logits.shape());
  if (temperature == 1) {
    kernels::softmax(logits.data(), result.data(), rows.count, rows.classes);
    return result;
  }
  std::vector<double> exponentials(rows.classes);
  for (std::size_t i = 0; i < rows.count; ++i) {
    const T* x = logits.data() + i * rows.classes;
    const auto top = static_cast<double>(x[index_of_largest(x, rows.classes)]);
    double sum = 0;
    for (std::size_t j = 0; j < rows.classes; ++j)
      sum += exponentials[j] = std::exp(scaled(static_cast<double>(x[j]), top, temperature));
    for (std::size_t j = 0; j < rows.classes; ++j)
      result.data()[i * rows.classes + j] = static_cast<T>(exponentials[j] / sum);
  }
  return result;
}

template <class T>
BasicTensor<T> log_softmax(const BasicTensor<T>& logits, double temperature) {
  const ClassRows rows(logits.shape(), "log_softmax");
  check_temperature(temperature, "log_softmax");
  auto result = BasicTensor<T>::from_shape(logits.shape());
  for (std::size_t i = 0; i < rows.count; ++i) {
    const T* x = logits.data() + i * rows.classes;
    T* y = result.data() + i * rows.classes;
    const std::size_t top_index = index_of_largest(x, rows.classes);
    const auto top = static_cast<double>(x[top_index]);
    const double others = temperature == 1 ? kernels::exponentials(x, y, rows.classes, top_index).sum_others
                                           : sum_of_others(x, rows.classes, top_index, temperature);
    const double log_sum = std::log1p(others) + (top - top);  // NaN if the largest logit is not finite
    for (std::size_t j = 0; j < rows.classes; ++j)
      y[j] = static_cast<T>(scaled(static_cast<double>(x[j]), top, temperature) - log_sum);
  }
  return result;
}

template <class T>
BasicTensor<T> logsumexp(const BasicTensor<T>& logits) {
  const ClassRows rows(logits.shape(), "logsumexp");
  auto result = BasicTensor<T>::from_shape(rows.per_row);
  const T* x = logits.data();
  for (T& value : result.storage()) {
    const std::size_t top = index_of_largest(x, rows.classes);
    value = x[top];  // the result if the largest logit is not finite
    if (std::isfinite(x[top]))
      value = static_cast<T>(static_cast<double>(x[top]) + std::log1p(sum_of_others(x, rows.classes, top, 1)));
    x += rows.classes;
  }
  return result;
}

template <class T>
BasicTensor<T> entropy(const BasicTensor<T>& probabilities, Unit unit, std::optional<Reduction> reduction) {
  const ClassRows rows(probabilities.shape(), "entropy");
  check_distributions(probabilities, rows, "entropy", "probabilities");
  return reduce<T>(rows.per_row, rows.count, unit, reduction, [&](std::size_t i) {
    const T* p = probabilities.data() + i * rows.classes;
    double sum = 0;
    for (std::size_t j = 0; j < rows.classes; ++j)
      sum += weighted_surprisal(static_cast<double>(p[j]), static_cast<double>(p[j]));
    return sum;
  });
}

template <class T>
BasicTensor<T> cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets, Unit unit,
                             std::optional<Reduction> reduction) {
  const ClassRows rows(probabilities.shape(), "cross_entropy");
  const bool indices = probabilities.dimension() == 2 && targets.dimension() == 1;
  if (targets.shape() != (indices ? rows.per_row : probabilities.shape()))
    throw ShapeError(
        format_text("cross_entropy: expected targets {0} or class indices (N) for probabilities {0}, got {1}.",
                    to_string(probabilities.shape()), to_string(targets.shape())));
  check_distributions(probabilities, rows, "cross_entropy", "probabilities");
  if (!indices) check_distributions(targets, rows, "cross_entropy", "target probabilities");
  return reduce<T>(rows.per_row, rows.count, unit, reduction, [&](std::size_t i) {
    const T* p = probabilities.data() + i * rows.classes;
    if (indices)
      return weighted_surprisal(
          1, static_cast<double>(p[class_index(static_cast<double>(targets(i)), rows.classes, i, "cross_entropy")]));
    double sum = 0;
    for (std::size_t j = 0; j < rows.classes; ++j)
      sum += weighted_surprisal(static_cast<double>(targets.data()[i * rows.classes + j]), static_cast<double>(p[j]));
    return sum;
  });
}

template <class T>
BasicTensor<T> binary_cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets, Unit unit,
                                    std::optional<Reduction> reduction) {
  if (targets.shape() != probabilities.shape())
    throw ShapeError(
        format_text("binary_cross_entropy: expected targets of the shape of the probabilities, {}, got {}.",
                    to_string(probabilities.shape()), to_string(targets.shape())));
  const std::size_t samples = probabilities.dimension() == 0 ? 1 : probabilities.shape()[0];
  check_probabilities(probabilities, samples, "binary_cross_entropy", "probabilities");
  check_probabilities(targets, samples, "binary_cross_entropy", "targets");
  return reduce<T>(probabilities.shape(), samples, unit, reduction, [&](std::size_t i) {
    const auto p = static_cast<double>(probabilities.data()[i]), t = static_cast<double>(targets.data()[i]);
    return weighted_surprisal(t, p) + (t == 1 ? 0 : (1 - t) * -std::log1p(-p));
  });
}

template <class T>
BasicTensor<T> kl_divergence(const BasicTensor<T>& p, const BasicTensor<T>& q, Unit unit,
                             std::optional<Reduction> reduction) {
  const ClassRows rows(p.shape(), "kl_divergence");
  if (q.shape() != p.shape())
    throw ShapeError(format_text("kl_divergence: expected q of the shape of p, {}, got {}.", to_string(p.shape()),
                                 to_string(q.shape())));
  check_distributions(p, rows, "kl_divergence", "probabilities p");
  check_distributions(q, rows, "kl_divergence", "probabilities q");
  return reduce<T>(rows.per_row, rows.count, unit, reduction, [&](std::size_t i) {
    CompensatedSum sum;
    for (std::size_t k = i * rows.classes; k < (i + 1) * rows.classes; ++k)
      add_divergence(static_cast<double>(p.data()[k]), static_cast<double>(q.data()[k]), sum);
    return sum.value();
  });
}

#define MINNOW_INSTANTIATE(T)                                                                                          \
  template BasicTensor<T> softmax(const BasicTensor<T>&, double);                                                      \
  template BasicTensor<T> log_softmax(const BasicTensor<T>&, double);                                                  \
  template BasicTensor<T> logsumexp(const BasicTensor<T>&);                                                            \
  template BasicTensor<T> entropy(const BasicTensor<T>&, Unit, std::optional<Reduction>);                              \
  template BasicTensor<T> cross_entropy(const BasicTensor<T>&, const BasicTensor<T>&, Unit, std::optional<Reduction>); \
  template BasicTensor<T> binary_cross_entropy(const BasicTensor<T>&, const BasicTensor<T>&, Unit,                     \
                                               std::optional<Reduction>);                                              \
  template BasicTensor<T> kl_divergence(const BasicTensor<T>&, const BasicTensor<T>&, Unit, std::optional<Reduction>)
MINNOW_INSTANTIATE(float);
MINNOW_INSTANTIATE(double);
#undef MINNOW_INSTANTIATE

}  // namespace minnow::inline MINNOW_PRECISION
