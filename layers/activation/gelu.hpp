#pragma once

#include <minnow/core/layer.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// How GELU computes the normal distribution: exactly, or with the tanh approximation of the paper, which some models
/// use.
enum class Approximate { none, tanh };

struct GELUOptions {
  Approximate approximate = Approximate::none;
};

/// y = x Phi(x), where Phi is the standard normal distribution function (Hendrycks and Gimpel, "Gaussian error linear
/// units", 2016). With Approximate::tanh: y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. x, y: any shape.
class MINNOW_API GELU : public Layer {
 public:
  explicit GELU(const LayerConfig& config);
  explicit GELU(const GELUOptions& options = {}) : exact_(options.approximate == Approximate::none) {}

  std::string name() const override { return exact_ ? "GELU" : "GELU(tanh)"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::optional<LayerConfig> config() const override;
  MemoryUse memory_use() const override { return {.reads_y = false}; }

 private:
  bool exact_;
};

}  // namespace minnow::inline MINNOW_PRECISION
