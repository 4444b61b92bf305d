#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/models/layer_table.hpp>
#include <minnow/models/sequential.hpp>

#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the architecture of a model, its config(), as JSON:
///   {"type":"Sequential","children":[{"type":"Dense","attributes":{"in":4,"out":3,"bias":true}},{"type":"ReLU"}]}
/// Throws ValueError, which names the layer, if a layer has no config().
MINNOW_API std::string architecture_json(const Layer& model);

/// Makes a model of an architecture, with new weights: a weight of two axes or more is normal with variance 2 / fan_in
/// (Init::he), the weight of a norm is 1, a bias is 0. Layers such as Dropout draw their seeds from `rng`. A layer that
/// is no Sequential is the only child of the result. Throws ValueError with the reason if the text is not the JSON of
/// an architecture, or if the table does not contain a layer.
MINNOW_API Sequential model_from_json(std::string_view json, Rng& rng, const LayerTable& layers = standard_layers());

}  // namespace minnow::inline MINNOW_PRECISION
