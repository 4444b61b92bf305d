#pragma once

#include <minnow/core/layer.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// A class of layers: derived from Layer and not abstract.
template <class L>
concept LayerType = std::derived_from<std::remove_cvref_t<L>, Layer> && !std::is_abstract_v<std::remove_cvref_t<L>>;

/// Owns a layer of any type by value: a copy copies the layer. The layer is on the heap, so pointers to its parameters
/// stay valid after a move. A moved-from AnyLayer has no layer; it can be assigned to.
class AnyLayer {
 public:
  template <LayerType L>
  AnyLayer(L&& layer)
      : layer_(std::make_unique<std::remove_cvref_t<L>>(std::forward<L>(layer))),
        copy_([](const Layer& original) -> std::unique_ptr<Layer> {
          using Concrete = std::remove_cvref_t<L>;
          return std::make_unique<Concrete>(static_cast<const Concrete&>(original));
        }) {}

  /// A reference to a Layer, such as model[0], cannot be copied: the class of the layer is unknown. Does not compile.
  template <class L>
  requires(std::is_same_v<std::remove_cvref_t<L>, Layer>) AnyLayer(L&&) {
    static_assert(!std::is_same_v<std::remove_cvref_t<L>, Layer>,
                  "expected a layer of a concrete class, got a Layer&, such as model[i]. To reuse layers of a "
                  "Sequential, call model.take(first, last).");
  }

  AnyLayer(const AnyLayer& other)
      : layer_(other.layer_ != nullptr ? other.copy_(*other.layer_) : nullptr), copy_(other.copy_) {}
  AnyLayer(AnyLayer&&) noexcept = default;
  AnyLayer& operator=(const AnyLayer& other) { return *this = AnyLayer(other); }
  AnyLayer& operator=(AnyLayer&&) noexcept = default;
  ~AnyLayer() = default;

  Layer& operator*() const { return *layer_; }
  Layer* operator->() const { return layer_.get(); }
  Layer* get() const { return layer_.get(); }

 private:
  std::unique_ptr<Layer> layer_;
  std::unique_ptr<Layer> (*copy_)(const Layer&);
};

}  // namespace minnow::inline MINNOW_PRECISION
