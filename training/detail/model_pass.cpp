#include <minnow/training/detail/model_pass.hpp>

namespace minnow::inline MINNOW_PRECISION {

const Tensor& ModelPass::forward(const Tensor& x) {
  if (x_shape_ != x.shape()) {
    resize(y_, model_.output_shape(x.shape()));  // throws ShapeError, naming the layer that x does not fit
    x_shape_ = x.shape();
  }
  x_ = &x;
  if (trained_ != nullptr)
    trained_->forward(x, y_, context_);
  else
    model_.predict(x, y_, context_);
  return y_;
}

}  // namespace minnow::inline MINNOW_PRECISION
