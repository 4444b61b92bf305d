#pragma once

#include <minnow/core/layer_config.hpp>
#include <minnow/models/any_layer.hpp>

#include <concepts>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A table from the type in a LayerConfig to the constructor of the layer. It is a value and is passed to the functions
/// that make layers. standard_layers().with<Scale>("Scale") also contains a layer of your own.
class MINNOW_API LayerTable {
 public:
  /// Returns a copy of this table that makes an L for `type`. L needs a constructor from a const LayerConfig&. A
  /// container can have a second argument, the table for its children.
  template <LayerType L>
  requires(std::constructible_from<L, const LayerConfig&> ||
           std::constructible_from<L, const LayerConfig&, const LayerTable&>) LayerTable with(const std::string& type)
  const {
    LayerTable table = *this;
    table.makers_.insert_or_assign(type, [](const LayerConfig& config, const LayerTable& layers) -> AnyLayer {
      if constexpr (std::constructible_from<L, const LayerConfig&, const LayerTable&>)
        return L(config, layers);
      else
        return L(config);
    });
    return table;
  }

  /// Returns a new layer whose parameters are zero. Throws ValueError if the table does not contain the type, an
  /// attribute does not fit the layer, or children are nested more than 256 deep. Throws ShapeError if a parameter does
  /// not fit in memory.
  AnyLayer make(const LayerConfig& config) const;

  /// Returns the types in alphabetical order.
  std::vector<std::string> types() const;

 private:
  using Make = std::function<AnyLayer(const LayerConfig& config, const LayerTable& layers)>;
  std::map<std::string, Make> makers_;
};

/// Returns the table of all layers in layers/ and models/.
MINNOW_API LayerTable standard_layers();

}  // namespace minnow::inline MINNOW_PRECISION
