#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/regularization/detail/dropout_kernels.hpp>
#include <minnow/layers/regularization/dropout.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using kernels::mask_group;

/// The mask of a training pass: one bit per element, set if the element is not dropped.
struct Mask {
  std::vector<std::uint64_t> words;  // four per group of 256 elements
};

double checked(double p) {
  if (!(p >= 0 && p <= 1)) throw ValueError(format_text("Dropout({:.6g}): expected a rate from 0 to 1.", p));
  return p;
}

constexpr std::size_t mask_grain = light_grain / 4 / mask_group;  // in groups

double read_p(const LayerConfig& config) {
  ConfigReader read(config, "Dropout");
  const double p = read.real("p");
  read.finish();
  return p;
}

}  // namespace

Dropout::Dropout(double p, const Rng& stream)
    : p_(checked(p)),
      scale_(p < 1 ? static_cast<Real>(1 / (1 - p)) : Real{0}),
      keep_(static_cast<std::uint64_t>(std::round((1 - p) * 0x1p32))),
      rng_(stream) {}

Dropout::Dropout(double p, Rng& rng) : Dropout(checked(p), std::as_const(rng)) { rng_ = rng.split(); }

Dropout::Dropout(const LayerConfig& config) : Dropout(read_p(config), Rng(0)) {}

std::optional<LayerConfig> Dropout::config() const { return layer_config(*this, {"Dropout", {{"p", p_}}, {}}); }

void Dropout::visit_state(StateVisitor& visitor) {
  Layer::visit_state(visitor);
  visitor.visit("rng", rng_);
}

std::string Dropout::name() const { return format_text("Dropout({:.6g})", p_); }

void Dropout::forward(const Tensor& x, Tensor& y, Context& context) {
  if (context.settings.mode == Mode::train) {
    auto& mask = context.scratch<Mask>();
    const std::size_t groups = (x.size() + mask_group - 1) / mask_group;
    mask.words.resize(4 * groups);
    const std::uint64_t key = rng_.bits();
    parallel_for(groups, mask_grain, [&](std::size_t begin, std::size_t end) {
      kernels::draw_mask(key, begin, end - begin, keep_, mask.words.data() + 4 * begin);
    });
  }
  apply(x, y, context);
}

void Dropout::backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  if (dx != nullptr) apply(dy, *dx, context);
}

/// Computes y = x in eval mode, otherwise y = x times the scaled mask.
void Dropout::apply(const Tensor& x, Tensor& y, Context& context) const {
  if (context.settings.mode == Mode::eval) {
    if (&x != &y) std::copy_n(x.data(), x.size(), y.data());
    return;
  }
  const std::uint64_t* words = context.scratch<Mask>().words.data();
  parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::apply_mask(words + begin / 64, scale_, x.data() + begin, y.data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
