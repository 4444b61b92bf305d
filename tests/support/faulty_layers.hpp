#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Mistakes in a layer. A layer contains one of them.
enum class Fault {
  none,
  flipped_dx,
  flipped_weight,
  no_bias_gradient,
  zero_bias_gradient,
  gradient_overwritten,        // instead of added to
  gradient_never_overwritten,  // after a step
  dx_added,
  dx_partly_written,
  null_dx_ends_backward,
  null_dx_changes_gradient,
  weight_gradient_transposed,
  y_partly_written,
  y_added,
  x_written,
  dy_written,
  batch_of_one_wrong,
  counts_passes,
  slightly_wrong,
  weight_not_in_state,
  bias_in_state_as_buffer,
};

/// y = x weight^T + bias with a square weight, in plain loops, and one fault.
class PlainDense : public Layer {
 public:
  PlainDense(Fault fault, std::size_t size) : fault_(fault), size_(size), weight_({size, size}), bias_({size}) {
    Rng rng{7};
    for (Real& value : weight_.value.values()) value = static_cast<Real>(rng.normal());
    for (Real& value : bias_.value.values()) value = static_cast<Real>(rng.normal());
  }

  std::string name() const override { return "PlainDense"; }
  Shape output_shape(const Shape& input) const override { return input; }
  std::vector<NamedTensor> state() override {
    if (fault_ == Fault::weight_not_in_state) return {{"bias", bias_}};
    if (fault_ == Fault::bias_in_state_as_buffer) return {{"weight", weight_}, {"bias", bias_.value}};
    return {{"weight", weight_}, {"bias", bias_}};
  }

  void forward(const Tensor& x, Tensor& y, Context&) override {
    ++passes_;
    for (std::size_t n = 0; n < x.shape()[0]; ++n)
      for (std::size_t o = 0; o < size_; ++o) {
        if (fault_ == Fault::y_partly_written && n > 0 && o == size_ - 1) continue;
        Real sum = bias_.value(o) + (fault_ == Fault::counts_passes ? static_cast<Real>(passes_) : Real{0});
        for (std::size_t i = 0; i < size_; ++i) sum += x(n, i) * weight_.value(o, i);
        y(n, o) = sum + (fault_ == Fault::y_added ? y(n, o) : Real{0});
      }
    if (fault_ == Fault::x_written) const_cast<Tensor&>(x).fill(0);
  }

  void backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    if (fault_ == Fault::null_dx_ends_backward && dx == nullptr) return;
    add_weight_gradient(x, dy);
    if (fault_ != Fault::no_bias_gradient) add_bias_gradient(dy, dx == nullptr);
    if (dx != nullptr) write_dx(dy, *dx);
    if (fault_ == Fault::dy_written) const_cast<Tensor&>(dy).fill(0);
  }

 private:
  /// Returns the gradient of the weight, ready for `+=` unless the fault changes it.
  FixedTensor& weight_gradient() {
    if (fault_ == Fault::gradient_overwritten) {
      weight_.grad_target().grad.fill(0);
      return weight_.grad;
    }
    if (fault_ == Fault::gradient_never_overwritten && weight_.grad.shape() == weight_.value.shape())
      return weight_.grad_target().grad;
    return weight_.grad_to_add();
  }

  void add_weight_gradient(const Tensor& x, const Tensor& dy) {
    FixedTensor& grad = weight_gradient();
    const Real sign = fault_ == Fault::flipped_weight ? -1 : 1;
    for (std::size_t n = 0; n < x.shape()[0]; ++n)
      for (std::size_t o = 0; o < size_; ++o)
        for (std::size_t i = 0; i < size_; ++i)
          (fault_ == Fault::weight_gradient_transposed ? grad(i, o) : grad(o, i)) += sign * dy(n, o) * x(n, i);
  }

  void add_bias_gradient(const Tensor& dy, bool null_dx) {
    FixedTensor& grad = bias_.grad_to_add();
    if (fault_ == Fault::zero_bias_gradient || (fault_ == Fault::null_dx_changes_gradient && null_dx)) return;
    for (std::size_t n = 0; n < dy.shape()[0]; ++n)
      for (std::size_t o = 0; o < size_; ++o) grad(o) += dy(n, o);
  }

  void write_dx(const Tensor& dy, Tensor& dx) const {
    const std::size_t batch = dy.shape()[0];
    Real factor = fault_ == Fault::flipped_dx || (fault_ == Fault::batch_of_one_wrong && batch == 1) ? -1 : 1;
    if (fault_ == Fault::slightly_wrong) factor += static_cast<Real>(1e-5);
    for (std::size_t n = 0; n < batch; ++n)
      for (std::size_t i = 0; i < size_; ++i) {
        if (fault_ == Fault::dx_partly_written && n == batch - 1 && i == 0) continue;
        Real sum = 0;
        for (std::size_t o = 0; o < size_; ++o) sum += dy(n, o) * weight_.value(o, i);
        dx(n, i) = factor * sum + (fault_ == Fault::dx_added ? dx(n, i) : Real{0});
      }
  }

  Fault fault_;
  std::size_t size_;
  int passes_ = 0;
  Parameter weight_, bias_;
};

/// y = x - the mean of each column over the batch. Without `remember`, backward ignores that the mean depends on x.
class BatchCentre : public Layer {
 public:
  explicit BatchCentre(bool remember) : remember_(remember) {}

  std::string name() const override { return "BatchCentre"; }
  Shape output_shape(const Shape& input) const override { return input; }
  void forward(const Tensor& x, Tensor& y, Context&) override { centre(x, y, true); }
  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) override {
    if (dx != nullptr) centre(dy, *dx, remember_);
  }

 private:
  static void centre(const Tensor& from, Tensor& to, bool subtract) {
    const std::size_t rows = from.shape()[0];
    for (std::size_t j = 0; j < from.shape()[1]; ++j) {
      Real mean = 0;
      for (std::size_t i = 0; i < rows && subtract; ++i) mean += from(i, j) / static_cast<Real>(rows);
      for (std::size_t i = 0; i < rows; ++i) to(i, j) = from(i, j) - mean;
    }
  }

  bool remember_;
};

/// Where a layer stores the mask that forward computes for backward.
enum class Keep { in_context, in_layer, first_forever };

/// y = max(x, 0) with a mask. Correct only if each forward writes a new mask into the context.
class MaskedReLU : public Layer {
 public:
  explicit MaskedReLU(Keep keep) : keep_(keep) {}

  std::string name() const override { return "MaskedReLU"; }
  Shape output_shape(const Shape& input) const override { return input; }

  void forward(const Tensor& x, Tensor& y, Context& context) override {
    auto& mask = mask_of(context);
    if (keep_ != Keep::first_forever || mask.size() != x.size()) {
      mask.clear();
      for (const Real value : x.storage()) mask.push_back(value > 0);
    }
    for (std::size_t i = 0; i < x.size(); ++i) y.data()[i] = std::max(x.data()[i], Real{0});
  }

  void backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) override {
    if (dx == nullptr) return;
    const auto& mask = mask_of(context);
    for (std::size_t i = 0; i < dy.size(); ++i) dx->data()[i] = mask[i] ? dy.data()[i] : Real{0};
  }

 private:
  std::vector<bool>& mask_of(Context& context) {
    return keep_ == Keep::in_layer ? mask_ : context.scratch<std::vector<bool>>();
  }

  Keep keep_;
  std::vector<bool> mask_;
};

/// A wrong return value of memory_use().
enum class Promise {
  none,
  kept,
  x_unread,
  x_unread_by_dx,  // but the gradient of the parameter reads x
  y_unread,
  in_place_though_x_is_read,
  in_place_of_another_shape,
  in_place_forward,
  in_place_backward,
};

/// y = factor e^x. Backward reads only y, so the layer can run in place.
class Exponential : public Layer {
 public:
  explicit Exponential(Promise promise) : promise_(promise) { factor_.value.fill(2); }

  std::string name() const override { return "Exponential"; }
  Shape output_shape(const Shape& input) const override {
    return promise_ == Promise::in_place_of_another_shape ? Shape{input[0], 1, input[1]} : input;
  }
  std::vector<NamedTensor> state() override { return {{"factor", factor_}}; }

  MemoryUse memory_use() const override {
    if (promise_ == Promise::none) return {};
    if (promise_ == Promise::y_unread) return {.reads_y = false};
    const bool reads_x = promise_ == Promise::in_place_though_x_is_read;
    return {.reads_x = reads_x, .in_place = promise_ != Promise::x_unread && promise_ != Promise::x_unread_by_dx};
  }

  void forward(const Tensor& x, Tensor& y, Context&) override {
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (promise_ == Promise::in_place_forward) y.data()[i] = 0;
      y.data()[i] = factor_.value(0) * std::exp(x.data()[i]);
    }
  }

  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) override {
    const Real factor = factor_.value(0);
    Real& grad = factor_.grad_to_add()(0);
    for (std::size_t i = 0; i < dy.size(); ++i)
      grad += dy.data()[i] * (promise_ == Promise::x_unread_by_dx ? std::exp(x.data()[i]) : y.data()[i] / factor);
    for (std::size_t i = 0; dx != nullptr && i < dy.size(); ++i) {
      if (promise_ == Promise::in_place_backward) dx->data()[i] = 0;
      dx->data()[i] = dy.data()[i] * (promise_ == Promise::x_unread ? factor * std::exp(x.data()[i]) : y.data()[i]);
    }
  }

 private:
  Promise promise_;
  Parameter factor_{Shape{1}};
};

}  // namespace minnow::inline MINNOW_PRECISION::testing
