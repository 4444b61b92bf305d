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

void throw_not_a_probability(const LossInputs& in, bool check_prediction, const Loss& loss) {
  const std::size_t size = in.prediction.size() / in.samples();
  const auto check = [&](const Tensor& values, const char* name, bool allow_nan) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const Real v = values.data()[i]; allow_nan ? v < 0 || v > 1 : !(v >= 0 && v <= 1))
        throw ValueError(format_text("{}: expected {} in [0, 1], got {} in row {}.", loss.name(), name, v, i / size));
  };
  check(in.target, "targets", false);
  if (check_prediction) check(in.prediction, "probabilities", true);
  throw Error(loss.name() + ": expected probabilities in [0, 1].");
}

}  // namespace minnow::inline MINNOW_PRECISION
