#include <minnow/core/detail/format.hpp>
#include <minnow/core/detail/gradient_differences.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/check_gradients.hpp>

#include <array>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Thrown at the first fault; the message becomes the failure of the report.
struct LossFault {
  std::string message;
};

Tensor first_sample(const Tensor& tensor) {
  Shape shape = tensor.shape();
  shape[0] = 1;
  return from({tensor.data(), num_elements(shape)}, shape);
}

class LossChecker {
 public:
  LossChecker(Loss& loss, const GradientCheckOptions& options, GradientReport& report)
      : loss_(loss), options_(options), report_(report) {}

  void check(const Tensor& prediction, const Tensor& target) {
    prediction_ = prediction;
    target_ = target;
    check_forward();
    compare_with_differences(std::nullopt);
    check_weights();
    if (options_.batch_of_one && prediction.shape()[0] > 1) {
      prediction_ = first_sample(prediction);
      target_ = first_sample(target);
      compare_with_differences(std::nullopt);
      loss_.forward(prediction_, target_);
      const Tensor alone = loss_.backward();
      loss_.forward(prediction, target);
      loss_.forward(prediction_, target_);
      if (!same_bits(loss_.backward(), alone)) fail("the gradient depends on the previous batch.");
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw LossFault{format_text("{} at prediction {}: {}", loss_.name(), to_string(prediction_.shape()), what)};
  }

  void check_forward() {
    const Tensor prediction = prediction_, target = target_;
    const double value = loss_.forward(prediction_, target_);
    if (!std::isfinite(value)) fail(format_text("expected a finite loss from forward, got {}.", value));
    if (!same_bits(prediction, prediction_) || !same_bits(target, target_)) fail("forward changed its inputs.");
    if (loss_.per_sample().size() != prediction_.shape()[0])
      fail(format_text("expected one element per sample in per_sample, got {}.", loss_.per_sample().size()));
    if (loss_.forward(prediction_, target_) != value) fail("forward returned another value for the same batch.");
  }

  void compare_with_differences(const std::optional<Tensor>& weights) {
    loss_.forward(prediction_, target_, weights);
    const Tensor gradient = loss_.backward();
    const DifferenceCheck check = minnow::compare_with_differences(
        {prediction_.data(), prediction_.size()}, prediction_.shape(), gradient, "dprediction", options_,
        Rng(options_.seed), [&](Real& v, double h) {
          std::array<double, 4> value;
          const double moved =
              move(v, h, [&](std::size_t k) { value[k] = loss_.forward(prediction_, target_, weights); });
          return (8 * (value[2] - value[1]) - (value[3] - value[0])) / (12 * moved);
        });
    if (!(check.worst <= report_.worst_error)) {
      report_.worst_error = check.worst;
      report_.worst_coordinate = check.coordinate;
    }
    if (!check.failure.empty()) fail((weights ? "with sample weights, " : "") + check.failure);
  }

  void check_weights() {
    loss_.forward(prediction_, target_);
    const std::vector<double> unweighted(loss_.per_sample().begin(), loss_.per_sample().end());
    Tensor weights = zeros({unweighted.size()});
    for (std::size_t i = 0; i < unweighted.size(); ++i) weights(i) = static_cast<Real>((i + 1) % 3);
    loss_.forward(prediction_, target_, weights);
    for (std::size_t i = 0; i < unweighted.size(); ++i) {
      const double expected = static_cast<double>(weights(i)) * unweighted[i], got = loss_.per_sample()[i];
      if (!(std::abs(got - expected) <= 64 * std::numeric_limits<Real>::epsilon() * std::abs(expected)))
        fail(
            format_text("expected per_sample[{}] of {:.6g} with a sample weight of {}, got {:.6g}. Multiply the loss "
                        "by in.sample_weight(i).",
                        i, expected, weights(i), got));
    }
    compare_with_differences(weights);
  }

  Loss& loss_;
  const GradientCheckOptions& options_;
  GradientReport& report_;
  Tensor prediction_, target_;
};

}  // namespace

GradientReport check_gradients(Loss& loss, const Tensor& prediction, const Tensor& target,
                               const GradientCheckOptions& options) {
  if (prediction.dimension() == 0 || prediction.size() == 0 || target.dimension() == 0)
    throw ShapeError("check_gradients: expected a prediction (N, ...) with N >= 1 and a target (N, ...), got " +
                     to_string(prediction.shape()) + " and " + to_string(target.shape()) + ".");
  GradientReport report;
  try {
    LossChecker(loss, options, report).check(prediction, target);
  } catch (const LossFault& fault) {
    report.ok = false;
    report.failure = fault.message;
  }
  return report;
}

}  // namespace minnow::inline MINNOW_PRECISION
