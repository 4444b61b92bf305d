#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/core/kernels.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/losses/entropy.hpp>

#include <cmath>
#include <numbers>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Splits a shape into rows of classes.
struct Rows {
  Rows(const Shape& shape, const char* who) {
    if (shape.empty() || shape.size() > 2 || shape.back() == 0)
      throw ShapeError(format_text("{}: expected (N, C) or (C) with C >= 1, got {}.", who, to_string(shape)));
    classes = shape.back();
    count = shape.size() == 2 ? shape[0] : 1;
    per_row = Shape(shape.begin(), shape.end() - 1);
  }
  std::size_t count, classes;
  Shape per_row;  // (N) or ()
};

template <class T>
void check_probabilities(const BasicTensor<T>& values, const char* who) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const auto p = static_cast<double>(values.data()[i]); !(p >= 0 && p <= 1))
      throw ValueError(format_text("{}: expected probabilities in [0, 1], got {} at element {}.", who, p, i));
}

/// -t log p, where nothing is lost on what never happens: 0 log 0 = 0.
double surprise(double t, double p) { return t == 0 ? 0 : t * (0 - std::log(p)); }  // 0 - x, for 0 rather than -0

double in_unit(double nats, Unit unit) { return unit == Unit::bits ? nats / std::numbers::ln2 : nats; }

}  // namespace

template <class T>
BasicTensor<T> softmax(const BasicTensor<T>& logits) {
  const Rows rows(logits.shape(), "softmax");
  auto result = BasicTensor<T>::from_shape(logits.shape());
  kernels::softmax(logits.data(), result.data(), rows.count, rows.classes);
  return result;
}

template <class T>
BasicTensor<T> log_softmax(const BasicTensor<T>& logits) {
  const Rows rows(logits.shape(), "log_softmax");
  auto result = BasicTensor<T>::from_shape(logits.shape());
  for (std::size_t i = 0; i < rows.count; ++i) {
    const T* x = logits.data() + i * rows.classes;
    T* y = result.data() + i * rows.classes;
    std::size_t top = 0;
    for (std::size_t j = 1; j < rows.classes; ++j)
      if (x[j] > x[top]) top = j;
    // The largest term is 1; log1p keeps the digits of the others where they are small beside it.
    const auto row = kernels::exponentials(x, y, rows.classes, top);
    const double log_sum = row.at_label == 1 ? std::log1p(row.sum_others) : std::log(row.sum_others + row.at_label);
    for (std::size_t j = 0; j < rows.classes; ++j)
      y[j] = static_cast<T>(static_cast<double>(x[j]) - static_cast<double>(x[top]) - log_sum);
  }
  return result;
}

template <class T>
BasicTensor<T> entropy(const BasicTensor<T>& probabilities, Unit unit) {
  const Rows rows(probabilities.shape(), "entropy");
  check_probabilities(probabilities, "entropy");
  auto result = BasicTensor<T>::from_shape(rows.per_row);
  const T* p = probabilities.data();
  for (T& value : result.storage()) {
    double sum = 0;
    for (std::size_t j = 0; j < rows.classes; ++j, ++p)
      sum += surprise(static_cast<double>(*p), static_cast<double>(*p));
    value = static_cast<T>(in_unit(sum, unit));
  }
  return result;
}

template <class T>
BasicTensor<T> cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets, Unit unit) {
  const Rows rows(probabilities.shape(), "cross_entropy");
  const bool indices = probabilities.dimension() == 2 && targets.dimension() == 1;
  if (targets.shape() != (indices ? rows.per_row : probabilities.shape()))
    throw ShapeError(
        format_text("cross_entropy: expected targets {0} or, as class indices, (N), for probabilities {0}, got {1}.",
                    to_string(probabilities.shape()), to_string(targets.shape())));
  check_probabilities(probabilities, "cross_entropy");
  if (!indices) check_probabilities(targets, "cross_entropy");
  auto result = BasicTensor<T>::from_shape(rows.per_row);
  for (std::size_t i = 0; i < rows.count; ++i) {
    const T* p = probabilities.data() + i * rows.classes;
    double sum = 0;
    if (indices)
      sum = surprise(
          1, static_cast<double>(p[class_index(static_cast<double>(targets(i)), rows.classes, i, "cross_entropy")]));
    else
      for (std::size_t j = 0; j < rows.classes; ++j)
        sum += surprise(static_cast<double>(targets.data()[i * rows.classes + j]), static_cast<double>(p[j]));
    result.data()[i] = static_cast<T>(in_unit(sum, unit));
  }
  return result;
}

template <class T>
BasicTensor<T> binary_cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets, Unit unit) {
  if (targets.shape() != probabilities.shape())
    throw ShapeError(format_text("binary_cross_entropy: expected targets {}, as the probabilities, got {}.",
                                 to_string(probabilities.shape()), to_string(targets.shape())));
  check_probabilities(probabilities, "binary_cross_entropy");
  check_probabilities(targets, "binary_cross_entropy");
  auto result = BasicTensor<T>::from_shape(probabilities.shape());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto p = static_cast<double>(probabilities.data()[i]), t = static_cast<double>(targets.data()[i]);
    const double otherwise = t == 1 ? 0 : (1 - t) * -std::log1p(-p);
    result.data()[i] = static_cast<T>(in_unit(surprise(t, p) + otherwise, unit));
  }
  return result;
}

#define MINNOW_INSTANTIATE(T)                                                                \
  template BasicTensor<T> softmax(const BasicTensor<T>&);                                    \
  template BasicTensor<T> log_softmax(const BasicTensor<T>&);                                \
  template BasicTensor<T> entropy(const BasicTensor<T>&, Unit);                              \
  template BasicTensor<T> cross_entropy(const BasicTensor<T>&, const BasicTensor<T>&, Unit); \
  template BasicTensor<T> binary_cross_entropy(const BasicTensor<T>&, const BasicTensor<T>&, Unit)
MINNOW_INSTANTIATE(float);
MINNOW_INSTANTIATE(double);
#undef MINNOW_INSTANTIATE

}  // namespace minnow::inline MINNOW_PRECISION
