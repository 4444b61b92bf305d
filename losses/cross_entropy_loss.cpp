#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/core/kernels.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr double sum_tolerance = 1e-4;  // how far from 1 a row of target probabilities may add up to

/// The class of a one-hot row, which loses no digits as an index; `classes` for any other row.
std::size_t one_hot_class(const Real* target, std::size_t classes) {
  std::size_t hot = classes;
  for (std::size_t j = 0; j < classes; ++j) {
    if (target[j] == 0) continue;
    if (target[j] != 1 || hot != classes) return classes;
    hot = j;
  }
  return hot;
}

void check_distribution(const Real* target, std::size_t classes, std::size_t row) {
  double sum = 0;
  for (std::size_t j = 0; j < classes; ++j) {
    const auto t = static_cast<double>(target[j]);
    if (!(t >= 0 && t <= 1))
      throw ValueError(
          format_text("CrossEntropyLoss: expected target probabilities in [0, 1], got {} in row {}.", t, row));
    sum += t;
  }
  if (!(std::abs(sum - 1) <= sum_tolerance))
    throw ValueError(
        format_text("CrossEntropyLoss: expected target probabilities that sum to 1, got {} in row {}.", sum, row));
}

}  // namespace

double CrossEntropyLoss::index_row(const Real* logits, std::size_t label, Real* gradient, std::size_t classes,
                                   double scale) const {
  const auto row = kernels::exponentials(logits, gradient, classes, label);
  const double sum = row.sum_others + row.at_label;
  kernels::scale(gradient, static_cast<Real>(scale / sum), gradient, classes);
  // p - 1 = -(sum of the others) / sum: subtracting 1 would cancel where p is close to it. For the same reason the loss
  // is a log1p when the label has the largest logit, and so the term e^0 = 1.
  gradient[label] = static_cast<Real>(-row.sum_others / sum * scale);
  if (row.at_label == 1) return std::log1p(row.sum_others);
  return row.max - static_cast<double>(logits[label]) + std::log(sum);
}

double CrossEntropyLoss::probability_row(const Real* logits, const Real* target, Real* gradient, std::size_t classes,
                                         double scale) const {
  const auto row = kernels::exponentials(logits, gradient, classes, classes);
  const double log_sum = std::log(row.sum_others);
  double loss = 0, total = 0;
  for (std::size_t j = 0; j < classes; ++j) {
    const auto t = static_cast<double>(target[j]);
    loss += t * (row.max - static_cast<double>(logits[j]) + log_sum);
    total += t;
  }
  for (std::size_t j = 0; j < classes; ++j) {
    const double p = static_cast<double>(gradient[j]) / row.sum_others;
    gradient[j] = static_cast<Real>((p * total - static_cast<double>(target[j])) * scale);
  }
  return loss;
}

double CrossEntropyLoss::forward(const Tensor& prediction, const Tensor& target) {
  ready_ = false;
  if (prediction.dimension() != 2 || prediction.shape()[1] == 0)
    throw ShapeError("CrossEntropyLoss: expected logits (N, C) with C >= 1, got " + to_string(prediction.shape()) +
                     ".");
  const std::size_t n = prediction.shape()[0], classes = prediction.shape()[1];
  const bool indices = target.dimension() == 1;
  if (target.shape() != (indices ? Shape{n} : prediction.shape()))
    throw ShapeError(
        format_text("CrossEntropyLoss: expected targets ({0}) or ({0}, {1}) for logits ({0}, {1}), got {2}.", n,
                    classes, to_string(target.shape())));
  resize(gradient_, prediction.shape());
  per_sample_.resize(n);
  const double scale = options_.reduction == Reduction::mean ? 1 / static_cast<double>(n) : 1;
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Real* logits = prediction.data() + i * classes;
    Real* gradient = gradient_.data() + i * classes;
    const Real* row = target.data() + (indices ? i : i * classes);
    if (!indices) check_distribution(row, classes, i);
    const std::size_t label =
        indices ? class_index(static_cast<double>(*row), classes, i, "CrossEntropyLoss") : one_hot_class(row, classes);
    per_sample_[i] = label < classes ? index_row(logits, label, gradient, classes, scale)
                                     : probability_row(logits, row, gradient, classes, scale);
    total += per_sample_[i];
  }
  ready_ = true;
  return options_.reduction == Reduction::mean ? total / static_cast<double>(n) : total;
}

const Tensor& CrossEntropyLoss::backward() {
  if (!ready_) throw Error("CrossEntropyLoss: expected forward(prediction, target) before backward().");
  return gradient_;
}

}  // namespace minnow::inline MINNOW_PRECISION
