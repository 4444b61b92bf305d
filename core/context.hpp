#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <memory>
#include <typeinfo>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Whether a pass trains (Dropout drops, BatchNorm uses the statistics of the batch) or evaluates.
enum class Mode { train, eval };

/// The settings of one pass. They are the same for every layer of a model.
struct PassSettings {
  Mode mode = Mode::train;

  /// False if no backward pass follows, as in predict: a container then keeps no activations.
  bool backward_follows = true;
};

/// A layer's slot for one running pass: the settings of the pass, and what forward leaves for backward. It belongs to
/// whoever runs the model. A layer keeps nothing of a pass in itself, so that threads share a model, each with a
/// Context.
class Context {
 public:
  explicit Context(const PassSettings& its_settings = {}) : settings(its_settings) {}
  explicit Context(Mode mode) { settings.mode = mode; }

  PassSettings settings;

  /// The context of child number `index` of a container, with the settings of this context.
  Context& child(std::size_t index) {
    while (children_.size() <= index) children_.push_back(std::make_unique<Context>());
    children_[index]->settings = settings;
    return *children_[index];
  }

  /// The same to look at; null if there is none.
  const Context* find_child(std::size_t index) const {
    return index < children_.size() ? children_[index].get() : nullptr;
  }

  /// Drops the contexts of all children: a container calls this when its children have changed.
  void clear_children() { children_.clear(); }

  /// What forward leaves for backward (a mask, an argmax, a container's activations): one object of the layer's choice,
  /// made at its first use and kept from pass to pass, so that its buffers are allocated once.
  template <class T>
  T& scratch() {
    if (scratch_ == nullptr || *type_ != typeid(T)) {
      scratch_ = Scratch(new T(), [](void* p) { delete static_cast<T*>(p); });
      type_ = &typeid(T);
    }
    return *static_cast<T*>(scratch_.get());
  }

  /// The same to look at; null if there is none of this type.
  template <class T>
  const T* find_scratch() const {
    return scratch_ != nullptr && *type_ == typeid(T) ? static_cast<const T*>(scratch_.get()) : nullptr;
  }

 private:
  using Scratch = std::unique_ptr<void, void (*)(void*)>;
  Scratch scratch_{nullptr, [](void*) {}};
  const std::type_info* type_ = nullptr;
  std::vector<std::unique_ptr<Context>> children_;
};

}  // namespace minnow::inline MINNOW_PRECISION
