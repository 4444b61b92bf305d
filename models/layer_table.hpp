#pragma once

#include <minnow/core/layer_config.hpp>
#include <minnow/models/any_layer.hpp>

#include <concepts>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// A table from the type in a LayerConfig to the constructor of the layer. It is a value, handed over to whoever makes
/// layers: standard_layers().with<Scale>("Scale") also has a layer of a program's own.
class MINNOW_API LayerTable {
 public:
  using Make = std::function<AnyLayer(const LayerConfig& config, const LayerTable& layers)>;

  /// A copy of this table that also has L. L has a constructor from a const LayerConfig&; that of a container may take the
  /// table for its children as a second argument.
  template <LayerType L>
  LayerTable with(const std::string& type) const {
    LayerTable table = *this;
    table.makers_.insert_or_assign(type, [](const LayerConfig& config, const LayerTable& layers) -> AnyLayer {
      if constexpr (std::constructible_from<L, const LayerConfig&, const LayerTable&>)
        return L(config, layers);
      else
        return L(config);
    });
    return table;
  }

  /// Makes a layer, with parameters of zero. Throws ValueError if the table does not have the type, or an attribute of the
  /// config does not fit the layer.
  AnyLayer make(const LayerConfig& config) const;

  /// The types in alphabetical order.
  std::vector<std::string> types() const;

 private:
  std::map<std::string, Make> makers_;
};

/// The table of all layers in layers/ and models/.
MINNOW_API LayerTable standard_layers();

}  // namespace minnow::inline MINNOW_PRECISION
