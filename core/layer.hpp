#pragma once

#include <minnow/core/context.hpp>
#include <minnow/core/parameter.hpp>
#include <minnow/core/tensor.hpp>

#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// What a layer's passes do with memory, so that a container can keep less of it. The defaults are always right.
struct MemoryUse {
  bool reads_x = true;  // backward reads what x holds; its shape it may always ask for
  bool reads_y = true;  // backward reads what y holds
  bool in_place =
      false;  // forward may be given y in the memory of x, and backward dx in that of dy; needs reads_x false
};

/// A function of a batch, with its derivative. To write one, derive and define the first four members, and `state` when
/// it has parameters; docs/layers.md walks through it, and check_gradients tells whether backward is right.
///
/// The first axis of x and y is the batch, N, which may be 0. Layers are values: copyable, and a copy is independent.
class MINNOW_API Layer {
 public:
  virtual ~Layer();

  /// The layer with its sizes, as errors and summaries print it: "Dense(784 -> 128)".
  virtual std::string name() const = 0;

  /// The shape of y for an x of shape `input`, batch axis included. Throws ShapeError: who, expected, got, what to do.
  virtual Shape output_shape(const Shape& input) const = 0;

  /// Writes y, which already has output_shape(x.shape()); what y held before is unspecified. In eval mode writes
  /// nothing but y and context.
  virtual void forward(const Tensor& x, Tensor& y, Context& context) = 0;

  /// Let L = sum(y * dy). Writes dL/dx into *dx, which already has x's shape, unless dx is null; adds dL/dp to the
  /// gradient of each parameter p. x, y and context are those of the forward pass, unchanged.
  virtual void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) = 0;

  /// Always the same for a layer. A container may then run it in place, or hand backward an x or y overwritten since.
  virtual MemoryUse memory_use() const { return {}; }

  /// Parameters and buffers in a fixed order, named as in PyTorch: {{"weight", weight_}, {"bias", bias_}}.
  virtual std::vector<NamedTensor> state() { return {}; }

  /// The entries of state() that can be trained, for an optimizer, which the layer must outlive.
  std::vector<NamedTensor> parameters() &;
  std::vector<NamedTensor> parameters() && = delete;

  /// How many numbers the parameters hold, frozen ones included.
  std::size_t num_parameters();

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer(Layer&&) = default;
  Layer& operator=(const Layer&) = default;
  Layer& operator=(Layer&&) = default;
};

}  // namespace minnow::inline MINNOW_PRECISION
