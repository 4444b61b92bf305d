#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/activation/detail/activation_kernels.hpp>
#include <minnow/layers/activation/leaky_relu.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

namespace {

double read_slope(const LayerConfig& config) {
  ConfigReader read(config, "LeakyReLU");
  const double slope = read.real("negative_slope", 0.01);
  read.finish();
  return slope;
}

}  // namespace

LeakyReLU::LeakyReLU(double negative_slope)
    : negative_slope_(negative_slope), slope_(static_cast<Real>(negative_slope)) {
  if (!std::isfinite(slope_)) throw ValueError(name() + ": expected a finite slope.");
}

LeakyReLU::LeakyReLU(const LayerConfig& config) : LeakyReLU(read_slope(config)) {}

std::optional<LayerConfig> LeakyReLU::config() const {
  return layer_config(*this, {"LeakyReLU", {{"negative_slope", negative_slope_}}, {}});
}

std::string LeakyReLU::name() const { return format_text("LeakyReLU({:.6g})", slope_); }

void LeakyReLU::forward(const Tensor& x, Tensor& y, Context&) {
  parallel_for(x.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::leaky_relu(x.data() + begin, slope_, y.data() + begin, end - begin);
  });
}

void LeakyReLU::backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  const Real* sign = from_y() ? y.data() : x.data();
  parallel_for(dy.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::leaky_relu_backward(sign + begin, slope_, dy.data() + begin, dx->data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
