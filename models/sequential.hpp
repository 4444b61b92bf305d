#pragma once

#include <minnow/core/layer.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

template <class L>
concept LayerType = std::derived_from<std::remove_cvref_t<L>, Layer>;

class Branches;
struct Plan;

/// Layers one after another; itself a layer. A model is a value: copying it copies every layer deeply, and a copy needs
/// an optimizer of its own. Layers live on the heap, so that moving a model keeps an optimizer's pointers valid.
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

  Sequential(const Sequential& other);
  Sequential(Sequential&&) noexcept;
  ~Sequential() override;

  /// Once an optimizer was built on this model, assignment copies the numbers of a model of the same layers into place,
  /// as for `model = best`, and throws Error for any other: the optimizer points to the parameters here. Gradients
  /// become stale.
  Sequential& operator=(const Sequential& other);
  Sequential& operator=(Sequential&& other);

  /// Appends a layer. Throws Error once an optimizer was built on this model: it would not train the new layer.
  template <LayerType L>
  Sequential& add(L&& layer) {
    using Concrete = std::remove_cvref_t<L>;
    return add(std::make_unique<Concrete>(std::forward<L>(layer)), [](const Layer& original) -> std::unique_ptr<Layer> {
      return std::make_unique<Concrete>(static_cast<const Concrete&>(original));
    });
  }

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

  // As a model, on buffers of its own: they grow to the largest batch seen and then allocate nothing.

  /// Runs x through the layers for training. The result is valid until the next forward; x must outlive backward, and
  /// so cannot be the last result: throws ValueError.
  const Tensor& forward(const Tensor& x);
  const Tensor& forward(const Tensor&& x) = delete;  // a temporary would not outlive backward

  /// Adds dL/dp to the gradient of each parameter, given dL/dy for the y of the last forward(x).
  void backward(const Tensor& dy);

  /// Runs x, which may be the last result, through the layers in eval mode. The result is valid until the next predict.
  const Tensor& predict(const Tensor& x);

  /// The same with the caller's context, which keeps the result and is set to eval mode: threads share a model by
  /// having a context each.
  const Tensor& predict(const Tensor& x, Context& context) const;

  /// What layer `index` gave in the last forward(x); valid until the next call. Where that was not kept, because the
  /// layer runs as one with the next or the next works in its memory, it is computed again.
  const Tensor& output(std::size_t index);

  /// A table of layers, output shapes and parameter counts for a batch of shape `input`.
  std::string summary(const Shape& input) const;

 private:
  using Copy = std::unique_ptr<Layer> (*)(const Layer&);
  struct Child {
    std::unique_ptr<Layer> layer;
    Copy copy;
    std::vector<Parameter*> parameters;
    const Sequential* nested;  // the layer, if it is one
    const Branches* branches;  // likewise
  };

  friend class Branches;
  Sequential& add(std::unique_ptr<Layer> layer, Copy copy);
  void append(std::unique_ptr<Layer> layer, Copy copy);
  void make_plans();
  bool in_optimizer();
  bool same_layers(const Sequential& other) const;
  void copy_numbers(const Sequential& other);
  std::size_t first_trained() const;
  bool trains() const { return first_trained() < size(); }
  bool last_reads_y() const;
  void repeat(std::size_t first, std::size_t last, const Tensor& x, Tensor& y, Context& context) const;
  void run(const Tensor& x, Tensor& y, Context& context);

  std::vector<Child> children_;
  // How to run them, and how without a backward; made anew whenever they change.
  std::shared_ptr<const Plan> plan_, prediction_plan_;

  // Buffers of forward(x) and predict(x); a copy of the model starts with none.
  Context training_{Mode::train}, prediction_{Mode::eval};
  const Tensor* x_ = nullptr;  // of the last forward(x)
  Tensor y_, recomputed_;
};

}  // namespace minnow::inline MINNOW_PRECISION
