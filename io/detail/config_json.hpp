#pragma once

#include <minnow/core/layer_config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

inline constexpr std::size_t max_json_length = 2'000'000;  // of an entry of the metadata

/// Returns a config as JSON: {"type":"Conv2d","attributes":{"in":3,"kernel":[3,3]},"children":[...]}. Attributes and
/// children are left out if there are none. Throws ValueError if a text is not UTF-8, a real is not finite, or
/// a layer has more than 256 attributes.
std::string to_json(const LayerConfig& config);

/// Returns the config of a JSON text. Unknown keys are ignored. Throws ValueError with the reason if the text is not
/// the JSON of a config, is longer than 2 MB, nests children more than 256 deep, or has an object of more than 256
/// keys.
LayerConfig config_from_json(std::string_view json);

struct JsonExtent {
  std::size_t depth = 0;  // of lists and objects
  std::size_t keys = 0;   // of the largest object
};

/// Returns the extent of a JSON text without parsing it. (The parser's callback, which also has the depth, takes time
/// proportional to the square of the number of children; an ordered object, to the square of the number of keys.)
JsonExtent json_extent(std::string_view json);

}  // namespace minnow::inline MINNOW_PRECISION::detail
