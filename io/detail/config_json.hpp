#pragma once

#include <minnow/core/layer_config.hpp>

#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns a config as JSON: {"type":"Conv2d","attributes":{"in":3,"kernel":[3,3]},"children":[...]}. Attributes and
/// children are left out if there are none. Throws ValueError if a text is not UTF-8 or a real is not finite.
std::string to_json(const LayerConfig& config);

/// Returns the config of a JSON text. Unknown keys are ignored. Throws ValueError with the reason if the text is not
/// the JSON of a config, is longer than 4 MB, or nests children more than 256 deep.
LayerConfig config_from_json(std::string_view json);

}  // namespace minnow::inline MINNOW_PRECISION::detail
