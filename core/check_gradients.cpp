#include <minnow/core/check_gradients.hpp>
#include <minnow/core/detail/check_memory_use.hpp>
#include <minnow/core/detail/format.hpp>
#include <minnow/core/detail/gradient_differences.hpp>
#include <minnow/core/detail/gradient_recorder.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Gradients = std::vector<Tensor>;  // dx, then one per parameter

/// The first fault found, with the text of the report.
struct Fault {
  std::string message;
};

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

void fill(Tensor& tensor, Real value) { std::fill(tensor.storage().begin(), tensor.storage().end(), value); }

Tensor random(const Shape& shape, Rng rng) {
  Tensor tensor = zeros(shape);
  for (Real& value : tensor.storage()) {
    const double z = rng.normal();
    value = static_cast<Real>(z + std::copysign(0.1, z));
  }
  return tensor;
}

class Checker {
 public:
  Checker(Layer& layer, const GradientCheckOptions& options, GradientReport& report)
      : layer_(layer),
        options_(options),
        report_(report),
        parameters_(layer.parameters()),
        recorder_(layer.state()),
        rng_(options.seed) {
    std::erase_if(parameters_, [](const NamedTensor& entry) { return !entry.parameter->trainable; });
    for (const NamedTensor& entry : parameters_) report_.parameters.push_back(entry.name);
  }

  void check(const Tensor& input) {
    x_ = input;
    dy_ = random(layer_.output_shape(x_.shape()), rng_.stream(1));
    check_forward();
    const Gradients first = backward(true);
    for (std::size_t t = 0; t < first.size(); ++t) compare_with_differences(t, first[t]);
    check_accumulation(first);
    check_null_dx(first);
    check_contexts(first);
    check_memory_use(first);
    clear();
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw Fault{format_text("{} at input {}: {}", layer_.name(), to_string(x_.shape()), message)};
  }

  Tensor forward(const Tensor& x, Context& context) {
    Tensor y;
    resize(y, layer_.output_shape(x.shape()));
    fill(y, nan);
    layer_.forward(x, y, context);
    return y;
  }

  void check_forward() {
    const Tensor before = x_;
    Context context(options_.mode), other(options_.mode);
    const Tensor y = forward(x_, context);
    if (!same_bits(x_, before)) fail("forward changed x.");
    for (std::size_t i = 0; i < y.size(); ++i)
      if (!std::isfinite(y.data()[i]))
        fail("forward left " + coordinate("y", y.shape(), i) + " unwritten or not finite.");
    if (!same_bits(y, forward(x_, other)))
      fail("forward gave another y for the same x: it depends on an earlier pass.");
  }

  void clear() {
    for (NamedTensor& entry : parameters_) entry.parameter->clear_gradient();
  }

  /// Runs backward for (x_, y, dy_). Returns dx and copies of the parameters' gradients.
  Gradients backward(Context& context, const Tensor& y, bool with_dx) {
    Tensor dx;
    if (with_dx) {
      resize(dx, x_.shape());
      fill(dx, nan);
    }
    const Tensor x_before = x_, y_before = y, dy_before = dy_;
    layer_.backward(x_, y, dy_, with_dx ? &dx : nullptr, context);
    if (!recorder_.fault().empty()) fail(recorder_.fault());
    if (!same_bits(x_, x_before) || !same_bits(y, y_before) || !same_bits(dy_, dy_before))
      fail("backward changed x, y or dy.");
    for (std::size_t i = 0; i < dx.size() && with_dx; ++i)
      if (std::isnan(dx.data()[i]))
        fail(coordinate("dx", dx.shape(), i) + " is NaN: backward must write all of dx, not add to its old content.");
    Gradients result{dx};
    for (const NamedTensor& entry : parameters_) {
      if (!entry.parameter->has_gradient())
        fail(format_text("backward {}computed no gradient for {}.", with_dx ? "" : "with a null dx ", entry.name));
      result.push_back(entry.parameter->grad);
    }
    return result;
  }

  /// Runs forward and backward with a new context.
  Gradients backward(bool with_dx) {
    clear();
    Context context(options_.mode);
    const Tensor y = forward(x_, context);
    return backward(context, y, with_dx);
  }

  /// Returns dL/dv by finite differences. v is an element of x or of a parameter.
  double difference(Real& v, double h) {
    std::array<Tensor, 4> y;
    const double moved = move(v, h, [&](std::size_t k) {
      Context context(options_.mode);
      y[k] = forward(x_, context);
    });
    const auto at = [&](std::size_t k, std::size_t i) { return static_cast<double>(y[k].data()[i]); };
    double sum = 0;
    for (std::size_t i = 0; i < dy_.size(); ++i)
      sum += static_cast<double>(dy_.data()[i]) * (8 * (at(2, i) - at(1, i)) - (at(3, i) - at(0, i)));
    return sum / (12 * moved);
  }

  void compare_with_differences(std::size_t t, const Tensor& gradient) {
    const std::span<Real> values = t == 0 ? std::span<Real>(x_.data(), x_.size()) : parameters_[t - 1].value->values();
    const DifferenceCheck check =
        minnow::compare_with_differences(values, t == 0 ? x_.shape() : parameters_[t - 1].value->shape(), gradient,
                                         t == 0 ? "dx" : parameters_[t - 1].name, options_, rng_.stream(2, t),
                                         [&](Real& v, double h) { return difference(v, h); });
    note(check.worst, check.coordinate);
    if (!check.failure.empty()) fail(check.failure);
  }

  void note(double error, const std::string& where) {
    if (error <= report_.worst_error && !std::isnan(error)) return;
    report_.worst_error = error;
    report_.worst_coordinate = where;
  }

  /// Fails with `message` and the location if got differs from factor * expected by more than rounding in any tensor.
  void compare(const Gradients& got, const Gradients& expected, double factor, bool with_dx,
               const std::string& message) {
    for (std::size_t t = with_dx ? 0 : 1; t < got.size(); ++t) {
      const double allowed = 64 * std::numeric_limits<Real>::epsilon() * std::max(largest(expected[t]), 1e-3);
      for (std::size_t i = 0; i < got[t].size(); ++i) {
        const double wanted = (t == 0 ? 1 : factor) * static_cast<double>(expected[t].data()[i]);
        const auto value = static_cast<double>(got[t].data()[i]);
        if (std::abs(value - wanted) <= allowed) continue;
        const std::string name = t == 0 ? "dx" : parameters_[t - 1].name;
        fail(format_text("{}: {}, expected {:.6g}, got {:.6g}.", coordinate(name, got[t].shape(), i), message, wanted,
                         value));
      }
    }
  }

  void check_accumulation(const Gradients& first) {
    Context context(options_.mode);
    const Tensor y = forward(x_, context);
    for (NamedTensor& entry : parameters_) entry.parameter->grad.fill(1000);
    clear();
    compare(backward(context, y, true), first, 1, true,
            "the first backward after a step must overwrite the stale gradient");
    compare(backward(context, y, true), first, 2, true, "a second backward must add to the gradient and overwrite dx");
  }

  void check_null_dx(const Gradients& first) {
    compare(backward(false), first, 1, false, "a null dx must not change the parameters' gradients");
  }

  void check_contexts(const Gradients& first) {
    const Tensor other = random(x_.shape(), rng_.stream(3));
    const Tensor& x2 = options_.input ? x_ : other;
    {
      clear();
      Context context(options_.mode), second(options_.mode);
      const Tensor y = forward(x_, context);
      forward(x2, second);
      compare(backward(context, y, true), first, 1, true,
              "another pass, with another context, must not affect this one");
    }
    clear();
    Context context(options_.mode);
    const Tensor y2 = forward(x2, context);
    layer_.backward(x2, y2, dy_, nullptr, context);
    clear();
    const Tensor y = forward(x_, context);
    compare(backward(context, y, true), first, 1, true,
            "the previous pass in the same context must not affect this one");
  }

  void check_memory_use(const Gradients& first) {
    Context context(options_.mode);
    const Tensor y = forward(x_, context);
    const std::string fault = memory_use_fault(layer_, parameters_, options_.mode, {x_, dy_, y, first});
    if (!fault.empty()) fail(fault);
  }

  Layer& layer_;
  const GradientCheckOptions& options_;
  GradientReport& report_;
  std::vector<NamedTensor> parameters_;
  GradientRecorder recorder_;
  Rng rng_;
  Tensor x_, dy_;
};

}  // namespace

GradientReport check_gradients(Layer& layer, const Shape& input_shape, const GradientCheckOptions& options) {
  if (input_shape.empty() || num_elements(input_shape) == 0)
    throw ShapeError("check_gradients: expected a shape (N, ...) with N >= 1, got " + to_string(input_shape) + ".");
  if (options.input && options.input->shape() != input_shape)
    throw ShapeError("check_gradients: expected options.input of shape " + to_string(input_shape) + ", got " +
                     to_string(options.input->shape()) + ".");
  GradientReport report;
  Checker checker(layer, options, report);
  const Tensor x = options.input ? *options.input : random(input_shape, Rng(options.seed));
  try {
    checker.check(x);
    if (options.batch_of_one && input_shape[0] > 1) {
      Shape one = input_shape;
      one[0] = 1;
      try {
        checker.check(from({x.data(), num_elements(one)}, one));
      } catch (const ShapeError& error) {
        throw ShapeError(std::string(error.what()) + " If the layer needs more samples, set .batch_of_one = false.");
      }
    }
  } catch (const Fault& fault) {
    report.ok = false;
    report.failure = fault.message;
  }
  for (NamedTensor& entry : layer.parameters()) {
    entry.parameter->clear_gradient();
  }
  return report;
}

}  // namespace minnow::inline MINNOW_PRECISION
