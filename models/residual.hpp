#pragma once

#include <minnow/models/branches.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// y = x + body(x), or y = projection(x) + body(x) if the body changes the shape (He et al., "Deep residual learning
/// for image recognition", 2015). Each branch is a Sequential or one layer. The state is named "body.0.weight",
/// "projection.0.weight".
class MINNOW_API Residual : public Branches {
 public:
  /// A lone Residual is copied, not wrapped.
  template <LayerType Body>
  requires(!std::derived_from<std::remove_cvref_t<Body>, Residual>) explicit Residual(Body&& body) {
    add_branch("body", "body", std::forward<Body>(body));
  }
  template <LayerType Body, LayerType Projection>
  Residual(Body&& body, Projection&& projection) {
    add_branch("body", "body", std::forward<Body>(body));
    add_branch("projection", "projection", std::forward<Projection>(projection));
  }

  /// Makes body and projection from their configs, with standard_layers() or another table. Throws ValueError unless
  /// there are 1 or 2 children.
  explicit Residual(const LayerConfig& config);
  Residual(const LayerConfig& config, const LayerTable& layers);

  std::string name() const override;
  std::optional<LayerConfig> config() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
};

}  // namespace minnow::inline MINNOW_PRECISION
