#pragma once

#include <minnow/core/precision.hpp>

#include <cstddef>
#include <memory>
#include <typeinfo>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// In `train`, Dropout drops elements and BatchNorm uses the statistics of the batch. In `eval`, they do not.
enum class Mode { train, eval };

/// The settings of one pass. They are the same for every layer of a model.
struct PassSettings {
  Mode mode = Mode::train;

  /// False if no backward pass follows, as in predict. A container then keeps no activations.
  bool backward_follows = true;
};

/// The storage of one layer for one running pass: the settings of the pass, and the data that forward stores for
/// backward. The code that runs the model owns it. A layer stores nothing of a pass in itself. Several threads can
/// therefore run one model in eval mode, each with its own Context.
class Context {
 public:
  explicit Context(const PassSettings& its_settings = {}) : settings(its_settings) {}
  explicit Context(Mode mode) { settings.mode = mode; }

  PassSettings settings;

  /// Returns the context of child `index` of a container, with the settings of this context. Creates it at its first
  /// use.
  Context& child(std::size_t index) {
    while (children_.size() <= index) children_.push_back(std::make_unique<Context>());
    children_[index]->settings = settings;
    return *children_[index];
  }

  /// Returns the context of child `index`; null if it has not been created.
  const Context* find_child(std::size_t index) const {
    return index < children_.size() ? children_[index].get() : nullptr;
  }

  /// Deletes the contexts of all children. A container calls this if its children have changed.
  void clear_children() { children_.clear(); }

  /// Returns the object of type T that forward fills for backward: a mask, an argmax, a container's activations.
  /// Creates it at its first use, and replaces an object of another type. It stays from pass to pass, so that its
  /// buffers are allocated once.
  template <class T>
  T& scratch() {
    if (scratch_ == nullptr || *type_ != typeid(T)) {
      scratch_ = Scratch(new T(), [](void* p) { delete static_cast<T*>(p); });
      type_ = &typeid(T);
    }
    return *static_cast<T*>(scratch_.get());
  }

  /// Returns the object of type T; null if there is none of this type.
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
