#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/optim/detail/gradient_kernels.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

template <class Body>
void for_each_gradient(const std::vector<NamedTensor>& parameters, const Body& body) {
  for (const NamedTensor& entry : parameters)
    if (Parameter* p = entry.parameter; p != nullptr && p->trainable && p->has_gradient()) body(p->grad);
}

/// Returns the sum of squares. The sums of the chunks are added in order, so that the number of threads does not change
/// the result.
double sum_of_squares(const FixedTensor& tensor) {
  constexpr std::size_t max_chunks = 64;
  const std::size_t chunk = std::max(light_grain, (tensor.size() + max_chunks - 1) / max_chunks);
  std::array<double, max_chunks> sums{};
  parallel_for(tensor.size(), chunk, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; i += chunk)
      sums[i / chunk] = kernels::sum_of_squares(tensor.data() + i, std::min(chunk, end - i));
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

void check_limit(const char* who, const char* option, double limit) {
  if (!(limit >= 0)) throw ValueError(format_text("{}: expected {} to be at least 0, got {}.", who, option, limit));
}

}  // namespace

double clip_grad_norm(const std::vector<NamedTensor>& parameters, double max_norm, bool error_if_nonfinite) {
  check_limit("clip_grad_norm", "max_norm", max_norm);
  double sum = 0;
  for_each_gradient(parameters, [&](const FixedTensor& grad) { sum += sum_of_squares(grad); });
  const double norm = std::sqrt(sum);
  if (error_if_nonfinite && !std::isfinite(norm))
    throw NonFiniteError(format_text(
        "clip_grad_norm: expected a finite gradient norm, got {}. Lower the learning rate or check the data.", norm));
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1 || std::isinf(max_norm)) return norm;
  for_each_gradient(parameters, [&](FixedTensor& grad) {
    parallel_for(grad.size(), light_grain,
                 [&](std::size_t begin, std::size_t end) { kernels::scale(factor, grad.data() + begin, end - begin); });
  });
  return norm;
}

void clip_grad_value(const std::vector<NamedTensor>& parameters, double clip_value) {
  check_limit("clip_grad_value", "clip_value", clip_value);
  for_each_gradient(parameters, [&](FixedTensor& grad) {
    parallel_for(grad.size(), light_grain, [&](std::size_t begin, std::size_t end) {
      kernels::clamp(static_cast<Real>(clip_value), grad.data() + begin, end - begin);
    });
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
