#pragma once

#include <minnow/core/precision.hpp>

#include <memory>
#include <typeinfo>

namespace minnow::inline MINNOW_PRECISION {

/// Whether a pass trains (Dropout drops, BatchNorm uses the batch) or evaluates.
enum class Mode { train, eval };

/// A layer's slot for one running pass. It belongs to whoever runs the model; a layer keeps nothing of a pass in
/// itself, so threads share one model, each with a Context of its own.
class Context {
 public:
  explicit Context(Mode mode_ = Mode::train) : mode(mode_) {}

  Mode mode;

  /// Whether backward may come after forward. Where it never does, as in predict, a container keeps no activations.
  bool backward_follows = true;

  /// What forward leaves for backward (a mask, an argmax, a container's activations): one object of the layer's choice,
  /// made at first use and kept from pass to pass, so that its buffers are allocated once.
  template <class T>
  T& scratch() {
    if (scratch_ == nullptr || *type_ != typeid(T)) {
      scratch_ = Scratch(new T(), [](void* p) { delete static_cast<T*>(p); });
      type_ = &typeid(T);
    }
    return *static_cast<T*>(scratch_.get());
  }

 private:
  using Scratch = std::unique_ptr<void, void (*)(void*)>;
  Scratch scratch_{nullptr, [](void*) {}};
  const std::type_info* type_ = nullptr;
};

}  // namespace minnow::inline MINNOW_PRECISION
