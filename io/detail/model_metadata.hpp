#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/io/model.hpp>

#include <map>
#include <string>

namespace minnow::inline MINNOW_PRECISION::detail {

using Metadata = std::map<std::string, std::string>;

/// Returns `info` as metadata. Throws ValueError with the reason if a metadata key is reserved, a class name is not
/// UTF-8, or the class names or the normalization do not fit; ShapeError if the input shape does not fit the model.
MINNOW_API Metadata metadata_of_info(const Layer& model, const ModelInfo& info);

/// Returns the metadata of a model file: the version of the format, the architecture, the random streams, and `info`.
/// Throws ValueError with the reason if the model cannot be saved.
Metadata metadata_of(const Layer& model, const ModelInfo& info);

/// Returns the config of a model. Throws ValueError, which names the first layer without one and ends with `advice`.
MINNOW_API LayerConfig config_of_model(const Layer& model, const char* advice = "");

/// Returns the architecture of a model file. Throws ValueError with the reason if it is missing, invalid, or of a later
/// version of the format.
LayerConfig architecture_in(const Metadata& metadata);

/// Returns `info` from the metadata. Throws ValueError or ShapeError with the reason if an entry is invalid or does not
/// fit the model.
ModelInfo info_in(const Metadata& metadata, const Layer& model);

/// Restores the random streams. Throws ValueError with the reason if they are not those of `model`.
void restore_streams(const Metadata& metadata, Layer& model);

}  // namespace minnow::inline MINNOW_PRECISION::detail
