#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/models/any_layer.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

class Branches;
class LayerTable;
struct Plan;

/// An output that the last training pass stored. There is one output for several children if these children run as one
/// fused step, or if a child overwrites the output of the child before it.
struct StepOutput {
  std::size_t first, last;  // the children [first, last) computed it
  const Tensor* output;
  const Context* context;  // of the last step of these children
};

/// Runs layers one after another, and is itself a layer. A model is a value: a copy copies every layer and needs its
/// own optimizer. The layers are on the heap, so the pointers of an optimizer stay valid after a move.
class MINNOW_API Sequential : public Layer {
 public:
  Sequential() = default;

  /// Sequential{Flatten(), Dense(3072, 4, rng)} copies or moves the layers. A single Sequential is copied, not wrapped.
  template <LayerType... Layers>
  requires(sizeof...(Layers) > 1 ||
           (sizeof...(Layers) == 1 && (!std::derived_from<std::remove_cvref_t<Layers>, Sequential> &&
                                       ...))) explicit Sequential(Layers&&... layers) {
    (add(std::forward<Layers>(layers)), ...);
  }

  /// Makes the children from their configs, with standard_layers() or another table. Throws ValueError if the table
  /// does not contain a type, or if an attribute does not fit.
  explicit Sequential(const LayerConfig& config);
  Sequential(const LayerConfig& config, const LayerTable& layers);

  Sequential(const Sequential& other);
  Sequential(Sequential&&) noexcept;
  ~Sequential() override;

  /// If an optimizer was built on this model, assignment copies only the parameters and buffers of `other`, as in
  /// `model = best`, because the optimizer points to the parameters of this model. Gradients become stale. Throws Error
  /// if `other` has a different architecture. Without an optimizer, assignment replaces the layers.
  Sequential& operator=(const Sequential& other);
  Sequential& operator=(Sequential&& other);

  /// Appends a layer. Throws Error if an optimizer was built on this model, because it would not train the new layer.
  Sequential& add(AnyLayer layer);

  /// Returns copies of the children [first, last), or of all from `first` on, as a model of their own. Of a temporary,
  /// std::move(model).take(0, 5), the layers are moved, and `model` keeps the other layers. Throws ValueError unless
  /// first <= last <= size(), and Error if layers are moved out of a model on which an optimizer was built.
  Sequential take(std::size_t first, std::optional<std::size_t> last = std::nullopt) const&;
  Sequential take(std::size_t first, std::optional<std::size_t> last = std::nullopt) &&;

  /// Returns the number of children.
  std::size_t size() const { return children_.size(); }

  /// Returns a child. Throws ValueError unless index < size().
  Layer& operator[](std::size_t index);
  const Layer& operator[](std::size_t index) const;

  // The functions of a layer. The caller owns x, y, dy, dx and the context, which stores the activations between the
  // layers.
  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  using Layer::state;
  std::vector<NamedTensor> state() override;
  std::optional<LayerConfig> config() const override;
  void visit_state(StateVisitor& visitor) override;

  // The functions of a model, which use buffers of the model. The buffers grow to the largest batch.

  /// Runs the layers in train mode. The result is valid until the next forward(x); predict, evaluate and fit leave it
  /// unchanged. x must exist until backward. Throws ValueError if x is the last result.
  const Tensor& forward(const Tensor& x);
  const Tensor& forward(const Tensor&& x) = delete;  // a temporary would not exist until backward

  /// Adds dL/dp to the gradient of each parameter p, where dy is dL/dy for the result y of the last forward(x). Throws
  /// Error if there was no forward(x) with the present layers, ShapeError if dy has another shape than y.
  void backward(const Tensor& dy);

  /// Runs the layers in eval mode. x may be the last result. The result is valid until the next predict(x); forward,
  /// evaluate and fit leave it unchanged.
  const Tensor& predict(const Tensor& x);

  /// The same for a const model. Allocates buffers for the pass, and returns the result by value.
  Tensor predict(const Tensor& x) const;

  /// The same with a context of the caller, which stores the result and is set to eval mode. Several threads can
  /// predict with one model, each with its own context.
  const Tensor& predict(const Tensor& x, Context& context) const;
  using Layer::predict;

  /// Returns the outputs that the last pass with this context stored, and its result y as the last one. Returns none if
  /// no backward pass follows that pass, or if layers were added after it.
  std::vector<StepOutput> step_outputs(const Tensor& y, const Context& context) const;

  /// Returns the outputs of the last forward(x).
  std::vector<StepOutput> step_outputs() const { return step_outputs(y_, training_); }

  /// Returns a table of layers, output shapes and parameter counts for a batch of shape `input`. Throws ShapeError if a
  /// layer does not accept its input.
  std::string summary(const Shape& input) const;

 private:
  struct Child {
    AnyLayer layer;
    std::vector<Parameter*> parameters;
    const Sequential* nested;  // the layer if it is a Sequential, otherwise null
    const Branches* branches;  // the layer if it is a Residual or Concat, otherwise null
  };

  friend class Branches;
  void append(AnyLayer layer);
  std::size_t checked_end(std::size_t first, std::optional<std::size_t> last) const;
  void make_plans();
  Shape chained_shape(const Shape& input) const;
  bool in_optimizer();
  void copy_state(const Sequential& other);
  std::size_t first_trained() const;
  bool trains() const { return first_trained() < size(); }
  bool last_reads_y() const;
  void run(const Tensor& x, Tensor& y, Context& context) const;
  void run_checked(const Tensor& x, Tensor& y, Context& context) const;

  std::vector<Child> children_;
  // How to run the children, with and without a backward pass. Made again if the children change.
  std::shared_ptr<const Plan> plan_, prediction_plan_;

  // Buffers of forward(x) and predict(x). A copy of the model starts without them.
  Context training_{Mode::train}, prediction_{Mode::eval};
  const Tensor* x_ = nullptr;  // the x of the last forward(x); null if backward cannot follow
  Tensor y_;
};

}  // namespace minnow::inline MINNOW_PRECISION
