#pragma once

#include <minnow/models/branches.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = x * gate(x), element by element. The output of the gate has the shape of x; for images (N, C, H, W) it can also
/// be (N, C) or (N, C, 1, 1), one factor for each channel, as in squeeze-and-excitation (Hu et al., 2018):
///   Multiply(Sequential{GlobalAvgPool2d(), Dense(64, 16, rng), ReLU(), Dense(16, 64, rng), Sigmoid()})
/// The gate is a Sequential or one layer. The state is named "gate.1.weight".
class MINNOW_API Multiply : public Branches {
 public:
  /// A lone Multiply is copied, not wrapped.
  template <LayerType Gate>
  requires(!std::derived_from<std::remove_cvref_t<Gate>, Multiply>) explicit Multiply(Gate&& gate) {
    add_branch("gate", "gate", std::forward<Gate>(gate));
  }

  /// Makes the gate from its config, with standard_layers() or another table. Throws ValueError unless there is 1
  /// child.
  explicit Multiply(const LayerConfig& config);
  Multiply(const LayerConfig& config, const LayerTable& layers);

  std::string name() const override;
  std::optional<LayerConfig> config() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
};

}  // namespace minnow::inline MINNOW_PRECISION
