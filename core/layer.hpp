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

/// How a layer's passes use memory. A container needs less memory if a layer reads less. The defaults are always
/// correct.
struct MemoryUse {
  bool reads_x = true;    // backward reads the elements of x; it may always read the shape of x
  bool reads_y = true;    // backward reads the elements of y
  bool in_place = false;  // y may be the memory of x in forward, dx that of dy in backward; needs reads_x = false
};

class Layer;

/// Describes the first difference between two layers in type, options, or the names and shapes of the state. Returns an
/// empty text if there is none. Layers without a config are compared by class and name(); containers by name() and
/// children.
MINNOW_API std::string architecture_difference(const Layer& a, const Layer& b);

/// A function of a batch, with its derivative. A new layer derives from Layer and defines the first four members, and
/// `state` if it has parameters. docs/layers.md explains them; check_gradients finds errors in backward.
///
/// The first axis of x and y is the batch, N, which may be 0. Layers are values: copyable, and a copy is independent.
class MINNOW_API Layer {
 public:
  virtual ~Layer();

  /// Returns the type of the layer with its sizes, for errors and summaries: "Dense(784 -> 128)".
  virtual std::string name() const = 0;

  /// Returns the shape of y for an x of shape `input`, batch axis included. Throws ShapeError if the layer does not
  /// accept this shape.
  virtual Shape output_shape(const Shape& input) const = 0;

  /// Writes y, which already has output_shape(x.shape()) and unspecified elements. In eval mode it changes only y and
  /// context.
  virtual void forward(const Tensor& x, Tensor& y, Context& context) = 0;

  /// Let L = sum(y * dy). Writes dL/dx into *dx, which already has the shape of x, unless dx is null; adds dL/dp to the
  /// gradient of each parameter p. x, y and context are those of the forward pass, unchanged.
  virtual void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) = 0;

  /// Must not change during the life of a layer. A container runs the layer accordingly: in place, or with an x or y
  /// that was overwritten before backward.
  virtual MemoryUse memory_use() const { return {}; }

  /// Returns parameters and buffers in a fixed order, named as in PyTorch: {{"weight", weight_}, {"bias", bias_}}.
  virtual std::vector<NamedTensor> state() { return {}; }

  /// Returns the type, the options and the children of this layer, from which an equal layer can be made. A model
  /// without a config can be copied and trained, but only its weights can be saved. A constructor from a config makes
  /// the layer. It draws no random numbers and leaves the parameters zero. standard_layers() is the table from type to
  /// constructor.
  virtual std::optional<LayerConfig> config() const { return std::nullopt; }

  /// Visits everything that the layer stores between steps: its type and options, the tensors of state(), random
  /// streams. A restore makes the gradients stale. A layer that stores more than state() overrides this function, calls
  /// Layer::visit_state first, and then visits the rest. A container visits its children.
  virtual void visit_state(StateVisitor& visitor);

  /// Writes y by forward in eval mode, which it sets in the context. Changes nothing in the layer. y already has
  /// output_shape(x.shape()). Several threads can predict with one layer, each with its own context.
  void predict(const Tensor& x, Tensor& y, Context& context) const;

  /// Return state() as read-only entries. A derived class hides the first one unless it has `using Layer::state`.
  std::vector<NamedConstTensor> state() const { return const_state(); }
  /// Calls visit_state with a visitor that only reads. Throws Error if it writes.
  void read_state(StateVisitor& visitor) const;

  /// Returns state() as read-only entries.
  std::vector<NamedConstTensor> const_state() const;

  /// Returns the parameters among the entries of state(), for an optimizer. The layer must outlive the optimizer.
  std::vector<NamedTensor> parameters() &;
  std::vector<NamedTensor> parameters() && = delete;

  /// Returns the number of elements of all parameters, frozen ones included.
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
