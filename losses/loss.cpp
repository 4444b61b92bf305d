#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/loss.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Sums in eight partial sums, which is faster and rounds less than one.
double sum(std::span<const double> values) {
  double parts[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8)
    for (std::size_t k = 0; k < 8; ++k) parts[k] += values[i + k];
  for (std::size_t k = 0; i < values.size(); ++i, ++k) parts[k] += values[i];
  return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
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

double LossInputs::total_sample_weight() const {
  if (sample_weights.empty()) return static_cast<double>(samples());
  double total = 0;
  for (const Real weight : sample_weights) total += static_cast<double>(weight);
  return total;
}

Loss::~Loss() = default;  // out of line, so that the vtable is in the library

double Loss::count(const LossInputs& in) {
  const Shape &shape = in.prediction.shape(), &target = in.target.shape();
  if (target != shape && !(target.size() == 1 && shape.size() == 2 && shape[1] == 1 && target[0] == shape[0]))
    throw ShapeError(format_text("{}: expected a target of the prediction's shape, {}, got {}.", name(),
                                 to_string(shape), to_string(target)));
  const std::size_t elements = in.prediction.size() / std::max<std::size_t>(in.samples(), 1);
  return in.total_sample_weight() * static_cast<double>(elements);
}

double Loss::run(const LossInputs& in) try { return reduce(in); } catch (...) {  // leaves no partial result
  per_sample_.clear();
  total_ = weight_ = 0;
  throw;
}

double Loss::reduce(const LossInputs& in) {
  const double counted = count(in);
  weight_ = reduction_ == Reduction::batch_mean ? in.total_sample_weight() : counted;
  const double divisor = this->divisor();
  resize(gradient_, in.prediction.shape());
  per_sample_.resize(in.samples());
  compute(in, {per_sample_, gradient_, divisor == 0 ? 0 : 1 / divisor});
  if (divisor == 0) std::fill(gradient_.storage().begin(), gradient_.storage().end(), Real{0});
  total_ = sum(per_sample_);
  ready_ = true;
  if (total_ == 0 && divisor == 0) return std::numeric_limits<double>::quiet_NaN();  // 0 / 0 would print as "-nan"
  return total_ / divisor;
}

double Loss::forward(const Tensor& prediction, const Tensor& target) {
  ready_ = false;
  if (prediction.dimension() == 0 || target.dimension() == 0)
    throw ShapeError(format_text("{}: expected a prediction (N, ...) and a target (N, ...), got {} and {}.", name(),
                                 to_string(prediction.shape()), to_string(target.shape())));
  return run({prediction, target, {}});
}

double Loss::forward(const Tensor& prediction, const Tensor& target, const Tensor& sample_weights) {
  ready_ = false;
  if (prediction.dimension() == 0 || target.dimension() == 0) return forward(prediction, target);
  const LossInputs in{prediction, target, {sample_weights.data(), sample_weights.size()}};
  check_sample_weights(in, sample_weights, *this);
  return run(in);
}

double Loss::forward(const Tensor& prediction, const Tensor& target, const std::optional<Tensor>& sample_weights) {
  return sample_weights ? forward(prediction, target, *sample_weights) : forward(prediction, target);
}

const Tensor& Loss::backward() {
  if (!ready_) throw Error(name() + ": expected forward(prediction, target) before backward().");
  return gradient_;
}

}  // namespace minnow::inline MINNOW_PRECISION
