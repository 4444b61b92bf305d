#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
#include <minnow/losses/loss.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// By eight partial sums, so that the rounding of long batches, and the time, stay small.
double sum(std::span<const double> values) {
  double parts[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8)
    for (std::size_t k = 0; k < 8; ++k) parts[k] += values[i + k];
  for (std::size_t k = 0; i < values.size(); ++i, ++k) parts[k] += values[i];
  return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
}

double total_sample_weight(const LossInputs& in) {
  if (in.sample_weights.empty()) return static_cast<double>(in.samples());
  double total = 0;
  for (const Real weight : in.sample_weights) total += static_cast<double>(weight);
  return total;
}

void check_sample_weights(const LossInputs& in, const Tensor& weights, const Loss& loss) {
  if (weights.shape() != Shape{in.samples()})
    throw ShapeError(format_text("{}: expected sample weights ({}), one for each sample, got {}.", loss.name(),
                                 in.samples(), to_string(weights.shape())));
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (const Real w = weights.data()[i]; !(w >= 0) || std::isinf(w))
      throw ValueError(format_text("{}: expected sample weights that are finite and not negative, got {} in row {}.",
                                   loss.name(), w, i));
}

}  // namespace

Loss::Loss(Reduction reduction) : reduction_(reduction) {
  if (reduction == Reduction::none)
    throw ValueError("Loss: expected a reduction to one number, got none. per_sample() has the losses before it.");
}

Loss::~Loss() = default;  // out of line: the library owns the vtable

double Loss::count(const LossInputs& in) {
  const Shape &shape = in.prediction.shape(), &target = in.target.shape();
  if (target != shape && !(target.size() == 1 && shape.size() == 2 && shape[1] == 1 && target[0] == shape[0]))
    throw ShapeError(format_text("{}: expected a target of the prediction's shape, {}, got {}.", name(),
                                 to_string(shape), to_string(target)));
  const std::size_t elements = in.prediction.size() / std::max<std::size_t>(in.samples(), 1);
  return total_sample_weight(in) * static_cast<double>(elements);
}

double Loss::run(const LossInputs& in) {
  const double counted = count(in);
  weight_ = reduction_ == Reduction::batch_mean ? total_sample_weight(in) : counted;
  resize(gradient_, in.prediction.shape());
  per_sample_.resize(in.samples());
  compute(in, {per_sample_, gradient_, reduction_ == Reduction::sum ? 1 : 1 / weight_});
  total_ = sum(per_sample_);
  ready_ = true;
  return reduction_ == Reduction::sum ? total_ : total_ / weight_;
}

double Loss::forward(const Tensor& prediction, const Tensor& target) {
  ready_ = false;
  if (prediction.dimension() == 0 || target.dimension() == 0)
    throw ShapeError(format_text("{}: expected a prediction (N, ...) and a target (N, ...), got {} and {}.", name(),
                                 to_string(prediction.shape()), to_string(target.shape())));
  return run({prediction, target, {}});
}

double Loss::forward(const Tensor& prediction, const Tensor& target, const Tensor& sample_weights) {
  if (sample_weights.dimension() == 0) return forward(prediction, target);
  ready_ = false;
  if (prediction.dimension() == 0 || target.dimension() == 0) return forward(prediction, target);
  const LossInputs in{prediction, target, {sample_weights.data(), sample_weights.size()}};
  check_sample_weights(in, sample_weights, *this);
  return run(in);
}

const Tensor& Loss::backward() {
  if (!ready_) throw Error(name() + ": expected forward(prediction, target) before backward().");
  return gradient_;
}

}  // namespace minnow::inline MINNOW_PRECISION
