#pragma once

#include <minnow/core/layer_config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns a config as JSON: {"type":"Conv2d","attributes":{"in":3,"kernel":[3,3]},"children":[...]}. Attributes and
/// children are left out if there are none. Throws ValueError if a text is not UTF-8 or a real is not finite.
std::string to_json(const LayerConfig& config);

/// Returns the config of a JSON text. Unknown keys are ignored. Throws ValueError with the reason if the text is not
/// the JSON of a config, is longer than 2 MB, or nests children more than 256 deep.
LayerConfig config_from_json(std::string_view json);

/// Returns true if lists and objects of a JSON text are nested more than `levels` deep. (The parser's callback, which
/// also has the depth, takes time proportional to the square of the number of children.)
bool is_nested_deeper(std::string_view json, std::size_t levels);

}  // namespace minnow::inline MINNOW_PRECISION::detail
