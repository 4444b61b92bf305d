#pragma once

#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/shape/flatten.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION::testing {

/// y = 2 x. Backward reads neither x nor y, so a chain of these layers can run in place.
class Twice : public Layer {
 public:
  std::string name() const override { return "Twice"; }
  Shape output_shape(const Shape& input) const override { return input; }
  MemoryUse memory_use() const override { return {.reads_x = false, .reads_y = false, .in_place = true}; }
  void forward(const Tensor& x, Tensor& y, Context&) override { twice(x, y); }
  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    if (dx != nullptr) twice(dy, *dx);
  }

 private:
  static void twice(const Tensor& from, Tensor& to) {
    for (std::size_t i = 0; i < from.size(); ++i) to.data()[i] = 2 * from.data()[i];
  }
};

// Classes derived from layers that are fused. They compute something else and must not be fused.
class Clipped : public ReLU {
 public:
  void forward(const Tensor& x, Tensor& y, Context&) override {
    for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = std::clamp(x.data()[i], Real{0}, Real{0.5});
  }
  void backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) override {
    for (std::size_t i = 0; dx != nullptr && i < y.size(); ++i)
      dx->data()[i] = y.data()[i] > 0 && y.data()[i] < Real{0.5} ? dy.data()[i] : Real{0};
  }
};
class NegatedDense : public Dense {
 public:
  using Dense::Dense;
  void forward(const Tensor& x, Tensor& y, Context& context) override {
    Dense::forward(x, y, context);
    for (Real& value : y.storage()) value = -value;
  }
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override {
    Tensor negated = dy;
    for (Real& value : negated.storage()) value = -value;
    Dense::backward(x, y, negated, dx, context);
  }
};
class NegatedFlatten : public Flatten {
 public:
  void forward(const Tensor& x, Tensor& y, Context&) override {
    for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = -x.data()[i];
  }
  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    for (std::size_t i = 0; dx != nullptr && i < dy.size(); ++i) dx->data()[i] = -dy.data()[i];
  }
};

}  // namespace minnow::inline MINNOW_PRECISION::testing
