#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/losses/entropy.hpp>
#include <minnow/training/detail/decision.hpp>
#include <minnow/training/detail/model_pass.hpp>
#include <minnow/training/predictions.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns true if the shapes are the same except for the first extent.
bool same_rows(const Shape& a, const Shape& b) {
  return a.size() == b.size() && std::equal(a.begin() + 1, a.end(), b.begin() + 1);
}

/// Appends rows of the same shape. The capacity doubles, so that the number of copies stays small.
void append(Tensor& all, const Tensor& batch, bool first) {
  if (&all == &batch) return append(all, Tensor(batch), first);
  Shape shape = batch.shape();
  shape[0] += first ? 0 : all.shape()[0];
  const std::size_t old_size = first ? 0 : all.size(), new_size = old_size + batch.size();
  auto& storage = all.storage();
  if (new_size > storage.capacity()) storage.reserve(std::max(new_size, 2 * storage.capacity()));
  resize(all, shape);
  std::copy(batch.data(), batch.data() + batch.size(), all.data() + old_size);
}

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

}  // namespace

void Predictions::add(const Tensor& scores, const Tensor& targets) {
  if (scores.dimension() == 0 || targets.dimension() == 0 || scores.shape()[0] != targets.shape()[0])
    throw ShapeError(format_text("Predictions: expected scores (N, ...) and targets (N, ...), got {} and {}.",
                                 to_string(scores.shape()), to_string(targets.shape())));
  if (!empty_ && !(same_rows(scores.shape(), scores_.shape()) && same_rows(targets.shape(), targets_.shape())))
    throw ShapeError(
        format_text("Predictions: expected rows of the shapes of earlier batches, {} and {}, got {} and {}.",
                    to_string(scores_.shape()), to_string(targets_.shape()), to_string(scores.shape()),
                    to_string(targets.shape())));
  append(scores_, scores, empty_);
  append(targets_, targets, empty_);
  empty_ = false;
}

Predictions predict_all(const Layer& model, DataLoader& loader) {
  Predictions all;
  ModelPass pass(model, {.mode = Mode::eval, .backward_follows = false});
  for (const Batch& batch : loader) all.add(pass.forward(batch.inputs), batch.targets);
  return all;
}

Tensor predicted_classes(const Tensor& scores, std::optional<double> threshold) {
  const Shape& shape = scores.shape();
  if (shape.empty() || shape.size() > 2 || shape.back() == 0)
    throw ShapeError("predicted_classes: expected scores (N, C) or (N), got " + to_string(shape) + ".");
  check_threshold(threshold, "predicted_classes");
  const std::size_t columns = shape.size() == 2 ? shape[1] : 1;
  const double limit = columns == 1 ? single_score_threshold(threshold, shape, "predicted_classes") : 0;
  Tensor classes = zeros({shape[0]});
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const Real* row = scores.data() + i * columns;
    if (std::any_of(row, row + columns, [](Real score) { return std::isnan(score); }))
      throw ValueError(format_text("predicted_classes: expected scores, got nan in row {}.", i));
    classes(i) = static_cast<Real>(columns == 1 ? exceeds(*row, limit) : index_of_largest(row, columns));
  }
  return classes;
}

Tensor probabilities(const Tensor& logits, double temperature) {
  const Shape& shape = logits.shape();
  if (shape.empty() || shape.size() > 2 || shape.back() == 0)
    throw ShapeError("probabilities: expected logits (N, C) or (N), got " + to_string(shape) + ".");
  if (!(temperature > 0) || std::isinf(temperature))
    throw ValueError(format_text("probabilities: expected a finite temperature above 0, got {}.", temperature));
  if (shape.size() == 2 && shape[1] > 1) return softmax(logits, temperature);
  Tensor result = zeros(shape);
  for (std::size_t i = 0; i < logits.size(); ++i)
    result.data()[i] = static_cast<Real>(sigmoid(static_cast<double>(logits.data()[i]) / temperature));
  return result;
}

}  // namespace minnow::inline MINNOW_PRECISION
