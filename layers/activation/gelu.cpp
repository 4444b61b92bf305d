#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/activation/detail/activation_kernels.hpp>
#include <minnow/layers/activation/gelu.hpp>

namespace minnow::inline MINNOW_PRECISION {

GELU::GELU(const LayerConfig& config) {
  ConfigReader read(config, "GELU");
  const std::string approximate = read.text("approximate", "none");
  read.finish();
  if (approximate != "none" && approximate != "tanh")
    throw ValueError("GELU: expected attribute approximate to be none or tanh, got " + approximate + ".");
  exact_ = approximate == "none";
}

std::optional<LayerConfig> GELU::config() const {
  return layer_config(*this, {"GELU", {{"approximate", exact_ ? "none" : "tanh"}}, {}});
}

void GELU::forward(const Tensor& x, Tensor& y, Context&) {
  const auto kernel = exact_ ? kernels::gelu : kernels::gelu_tanh;
  parallel_for(x.size(), light_grain / 4,
               [&](std::size_t begin, std::size_t end) { kernel(x.data() + begin, y.data() + begin, end - begin); });
}

void GELU::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  const auto kernel = exact_ ? kernels::gelu_backward : kernels::gelu_tanh_backward;
  parallel_for(x.size(), light_grain / 4, [&](std::size_t begin, std::size_t end) {
    kernel(x.data() + begin, dy.data() + begin, dx->data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
