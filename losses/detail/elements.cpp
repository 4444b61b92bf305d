#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/elements.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

kernels::Elements elements(const LossInputs& in, const LossOutputs& out, const Real* weights) {
  return {in.samples(),
          in.prediction.size() / std::max<std::size_t>(in.samples(), 1),
          in.prediction.data(),
          in.target.data(),
          in.sample_weights.empty() ? nullptr : in.sample_weights.data(),
          weights,
          out.scale,
          out.gradient.data(),
          out.per_sample.data()};
}

void refuse_probability(const LossInputs& in, bool prediction_too, const Loss& loss) {
  const std::size_t size = in.prediction.size() / in.samples();
  const auto refuse = [&](const Tensor& values, const char* what, bool nan_may_be) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const Real v = values.data()[i]; nan_may_be ? v < 0 || v > 1 : !(v >= 0 && v <= 1))
        throw ValueError(format_text("{}: expected {} in [0, 1], got {} in row {}.", loss.name(), what, v, i / size));
  };
  refuse(in.target, "targets", false);
  if (prediction_too) refuse(in.prediction, "probabilities", true);
  throw Error(loss.name() + ": expected probabilities in [0, 1].");
}

}  // namespace minnow::inline MINNOW_PRECISION
