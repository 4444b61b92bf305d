#pragma once

#include <minnow/core/context.hpp>
#include <minnow/core/layer_config.hpp>
#include <minnow/core/parameter.hpp>
#include <minnow/core/state_visitor.hpp>
#include <minnow/core/tensor.hpp>

#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// What a layer's passes do with memory, so that a container can keep less of it. The defaults are always right.
struct MemoryUse {
  bool reads_x = true;    // backward reads the elements of x; it may always read the shape of x
  bool reads_y = true;    // backward reads the elements of y
  bool in_place = false;  // forward may get y in the memory of x, and backward dx in that of dy; needs reads_x = false
};

class Layer;

/// Describes the first difference between two layers in type, options, or the names and shapes of the state; empty if
/// there is none. Two layers without a config are of the same type if their class and name() are the same.
MINNOW_API std::string architecture_difference(const Layer& a, const Layer& b);

/// A function of a batch, with its derivative. To write one, derive and define the first four members, and `state` if
/// it has parameters. docs/layers.md explains them; check_gradients finds errors in backward.
///
/// The first axis of x and y is the batch, N, which may be 0. Layers are values: copyable, and a copy is independent.
class MINNOW_API Layer {
 public:
  virtual ~Layer();

  /// The layer with its sizes, for errors and summaries: "Dense(784 -> 128)".
  virtual std::string name() const = 0;

  /// The shape of y for an x of shape `input`, batch axis included. Throws ShapeError: who, expected, got, what to do.
  virtual Shape output_shape(const Shape& input) const = 0;

  /// Writes y, which already has output_shape(x.shape()) and unspecified elements. In eval mode it writes nothing but y
  /// and context.
  virtual void forward(const Tensor& x, Tensor& y, Context& context) = 0;

  /// Let L = sum(y * dy). Writes dL/dx into *dx, which already has the shape of x, unless dx is null; adds dL/dp to the
  /// gradient of each parameter p. x, y and context are those of the forward pass, unchanged.
  virtual void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) = 0;

  /// Always the same for a layer. A container may then run it in place, or give backward an x or y overwritten since.
  virtual MemoryUse memory_use() const { return {}; }

  /// Parameters and buffers in a fixed order, named as in PyTorch: {{"weight", weight_}, {"bias", bias_}}.
  virtual std::vector<NamedTensor> state() { return {}; }

  /// What it takes to make this layer again: its type, its options, its children. Without a config a model can be
  /// copied and trained, but only its weights can be saved. A constructor from a config makes the layer: it draws no
  /// random numbers and leaves the parameters zero. standard_layers() is the table from type to constructor.
  virtual std::optional<LayerConfig> config() const { return std::nullopt; }

  /// Visits what the layer remembers between steps: its type and options, the tensors of state(), and random streams. A
  /// layer with more than state() overrides it; a container visits its children.
  virtual void visit_state(StateVisitor& visitor);

  /// state() to look at.
  std::vector<NamedConstTensor> const_state() const;

  /// The entries of state() that can be trained, for an optimizer, which the layer must outlive.
  std::vector<NamedTensor> parameters() &;
  std::vector<NamedTensor> parameters() && = delete;

  /// Number of elements of all parameters, frozen ones included.
  std::size_t num_parameters() const;

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer(Layer&&) = default;
  Layer& operator=(const Layer&) = default;
  Layer& operator=(Layer&&) = default;

 private:
  friend std::string architecture_difference(const Layer& a, const Layer& b);
  Layer& mutable_self() const;
};

}  // namespace minnow::inline MINNOW_PRECISION
