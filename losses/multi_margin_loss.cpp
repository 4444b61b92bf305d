#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/multi_margin_loss.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

MultiMarginLoss::MultiMarginLoss(MultiMarginOptions options) : Loss(options.reduction), options_(std::move(options)) {
  if (options_.p != 1 && options_.p != 2)
    throw ValueError(format_text("MultiMarginLoss: expected p to be 1 or 2, got {}.", options_.p));
  if (!std::isfinite(options_.margin))
    throw ValueError(format_text("MultiMarginLoss: expected a finite margin, got {}.", options_.margin));
  check_weight_values(options_.weight, "weight", *this);
}

double MultiMarginLoss::count(const LossInputs& in) {
  const ClassLayout layout(in.prediction, *this);
  if (in.prediction.dimension() != 2)
    throw ShapeError("MultiMarginLoss: expected a prediction (N, C), got " + to_string(in.prediction.shape()) + ".");
  check_class_weight(options_.weight, layout.classes, *this);
  check_class_indices(in, *this);
  return in.total_sample_weight();
}

/// Returns `weight` times the loss of a row, and writes `scale` times its gradient. x, gradient: (C).
double MultiMarginLoss::row(const Real* x, std::size_t label, std::size_t classes, double weight, double scale,
                            Real* gradient) const {
  const double class_factor = weight / static_cast<double>(classes);
  const double offset = options_.margin - static_cast<double>(x[label]);
  double loss = 0, slopes = 0;
  for (std::size_t j = 0; j < classes; ++j) {
    const double violation = j == label ? 0 : offset + static_cast<double>(x[j]);
    const double h = violation > 0 || std::isnan(violation) ? violation : 0;
    const double slope = options_.p == 2 ? 2 * h : h > 0 ? 1 : h;
    loss += options_.p == 2 ? h * h : h;
    slopes += slope;
    gradient[j] = static_cast<Real>(class_factor * scale * slope);
  }
  gradient[label] = static_cast<Real>(-class_factor * scale * slopes);
  return class_factor * loss;
}

void MultiMarginLoss::compute(const LossInputs& in, const LossOutputs& out) {
  const std::size_t classes = in.prediction.shape()[1];
  for (std::size_t i = 0; i < in.samples(); ++i) {
    Real* gradient = out.gradient.data() + i * classes;
    std::fill_n(gradient, classes, Real{0});
    out.per_sample[i] = 0;
    if (in.sample_weight(i) == 0) continue;
    const std::size_t label = class_index(static_cast<double>(in.target.data()[i]), classes, i, "MultiMarginLoss");
    const double class_weight = options_.weight ? static_cast<double>(options_.weight->data()[label]) : 1;
    const double weight = class_weight * in.sample_weight(i);
    if (weight != 0)
      out.per_sample[i] = row(in.prediction.data() + i * classes, label, classes, weight, out.scale, gradient);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION
