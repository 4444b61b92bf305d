#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/models/any_layer.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

class Branches;
class LayerTable;
struct Plan;

/// An output that the last training pass has kept. Adjacent layers may run as one step, and a layer may overwrite the
/// output of the layer before: then there is one output for several children.
struct StepOutput {
  std::size_t first, last;  // the children [first, last) computed it
  const Tensor* output;
  const Context* context;  // that of the step
};

/// Layers one after another; itself a layer. A model is a value: a copy copies every layer deeply, and needs an
/// optimizer of its own. Layers live on the heap, so that moving a model keeps an optimizer's pointers valid.
class MINNOW_API Sequential : public Layer {
 public:
  Sequential() = default;

  /// Sequential{Flatten(), Dense(3072, 4, rng)}: takes layers by value. A lone Sequential is copied, not wrapped.
  template <LayerType... Layers>
  requires(sizeof...(Layers) > 1 ||
           (sizeof...(Layers) == 1 && (!std::derived_from<std::remove_cvref_t<Layers>, Sequential> &&
                                       ...))) explicit Sequential(Layers&&... layers) {
    (add(std::forward<Layers>(layers)), ...);
  }

  /// Makes the children from their configs, by standard_layers() or another table. Throws ValueError for a type that
  /// the table does not have, or an attribute that does not fit.
  explicit Sequential(const LayerConfig& config);
  Sequential(const LayerConfig& config, const LayerTable& layers);

  Sequential(const Sequential& other);
  Sequential(Sequential&&) noexcept;
  ~Sequential() override;

  /// Once an optimizer was built on this model, assignment copies parameters and buffers of a model of the same
  /// architecture, as in `model = best`, and throws Error for any other: the optimizer points to the parameters of this
  /// model. Gradients become stale.
  Sequential& operator=(const Sequential& other);
  Sequential& operator=(Sequential&& other);

  /// Appends a layer, by value. Throws Error once an optimizer was built on this model: it would not train the new
  /// layer.
  Sequential& add(AnyLayer layer);

  std::size_t size() const { return children_.size(); }

  /// Throws ValueError unless index < size().
  Layer& operator[](std::size_t index);
  const Layer& operator[](std::size_t index) const;

  // As a layer. The caller owns x, y, dy, dx and the context, which holds what is between the layers.
  std::string name() const override;
  Shape output_shape(const Shape& input) const override;
  void forward(const Tensor& x, Tensor& y, Context& context) override;
  void backward(const Tensor& x, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) override;
  std::vector<NamedTensor> state() override;
  std::optional<LayerConfig> config() const override;
  void visit_state(StateVisitor& visitor) override;

  // As a model, on buffers of its own: they grow to the largest batch and then allocate nothing.

  /// Runs x through the layers for training. The result is valid until the next forward; x must exist until backward,
  /// and so cannot be the last result: throws ValueError.
  const Tensor& forward(const Tensor& x);
  const Tensor& forward(const Tensor&& x) = delete;  // a temporary would not exist until backward

  /// Adds dL/dp to the gradient of each parameter, given dL/dy for the y of the last forward(x).
  void backward(const Tensor& dy);

  /// Runs x, which may be the last result, through the layers in eval mode. The result is valid until the next predict.
  const Tensor& predict(const Tensor& x);

  /// The same with the caller's context, which keeps the result and is set to eval mode: threads share a model by
  /// having a context each.
  const Tensor& predict(const Tensor& x, Context& context) const;

  /// The outputs that the last pass with this context has kept, and y, its result. Empty after a pass that no backward
  /// follows, or if the layers have changed since.
  std::vector<StepOutput> step_outputs(const Tensor& y, const Context& context) const;

  /// Those of the last forward(x).
  std::vector<StepOutput> step_outputs() const { return step_outputs(y_, training_); }

  /// A table of layers, output shapes and parameter counts for a batch of shape `input`.
  std::string summary(const Shape& input) const;

 private:
  struct Child {
    AnyLayer layer;
    std::vector<Parameter*> parameters;
    const Sequential* nested;  // the layer, if it is one
    const Branches* branches;  // likewise
  };

  friend class Branches;
  void append(AnyLayer layer);
  void make_plans();
  bool in_optimizer();
  void copy_state(const Sequential& other);
  std::size_t first_trained() const;
  bool trains() const { return first_trained() < size(); }
  bool last_reads_y() const;
  void run(const Tensor& x, Tensor& y, Context& context) const;
  void run_checked(const Tensor& x, Tensor& y, Context& context) const;

  std::vector<Child> children_;
  // How to run the children, with and without a backward pass; made again if they change.
  std::shared_ptr<const Plan> plan_, prediction_plan_;

  // Buffers of forward(x) and predict(x); a copy of the model starts with none.
  Context training_{Mode::train}, prediction_{Mode::eval};
  const Tensor* x_ = nullptr;  // of the last forward(x)
  Tensor y_;
};

}  // namespace minnow::inline MINNOW_PRECISION
