#pragma once

#include <minnow/core/layer.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

/// Runs a layer batch after batch, on a context and an output of its own. After the largest batch it allocates nothing.
class ModelPass {
 public:
  ModelPass(Layer& model, const PassSettings& settings) : model_(model), trained_(&model), context_(settings) {}

  /// A pass in eval mode, which changes nothing in the model.
  ModelPass(const Layer& model, const PassSettings& settings) : model_(model), context_(settings) {}

  /// Returns the output for x, valid until the next forward. x must exist until backward.
  const Tensor& forward(const Tensor& x);

  /// Adds dL/dp to the gradient of each parameter, given dL/dy for the output y of the last forward.
  void backward(const Tensor& dy) { trained_->backward(*x_, y_, dy, nullptr, context_); }

  /// Those of the last forward.
  const Tensor& y() const { return y_; }
  const Context& context() const { return context_; }

 private:
  const Layer& model_;
  Layer* trained_ = nullptr;  // the model if the pass may change it
  Context context_;
  const Tensor* x_ = nullptr;     // of the last forward
  std::optional<Shape> x_shape_;  // for which y_ has the right shape
  Tensor y_;
};

}  // namespace minnow::inline MINNOW_PRECISION
