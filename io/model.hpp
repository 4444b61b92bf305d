#pragma once

#include <minnow/datasets/normalization.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>
#include <minnow/io/element_type.hpp>
#include <minnow/models/layer_table.hpp>
#include <minnow/models/sequential.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// What a model file contains beside the model. All of it is optional.
struct ModelInfo {
  Shape input_shape{};                     // of one sample, (C, H, W); empty if unknown
  std::vector<std::string> class_names{};  // of the outputs, in order; one per output if input_shape is set
  std::optional<Normalization>
      normalization{};  // that was applied to the inputs of training; of input_shape[0] channels
  std::map<std::string, std::string> metadata{};  // of the program; a key must not begin with "minnow."
  std::optional<datasets::TableEncoder> table{};  // encodes the rows of a table; its features are the inputs. Loading
                                                  // sets input_shape and class_names if they were not saved
};

/// A model file in memory.
struct ModelFile {
  Sequential model;
  ModelInfo info;
};

/// Saves a model as one safetensors file: weights with the names and shapes of PyTorch, the architecture, the random
/// streams of layers such as Dropout, and `info`. Any program that reads safetensors can read the weights. The file
/// appears under its name only when it is complete and synced to the disk.
///
/// Throws ValueError if a layer has no config(), class names or normalization do not fit the input shape, the table's
/// encoder does not fit the model, or a metadata key is reserved; ShapeError if the input shape does not fit the model;
/// DataError if the file cannot be written. An old file is then unchanged.
MINNOW_API void save_model(const Layer& model, const std::filesystem::path& path, const ModelInfo& info = {},
                           ElementType type = real_type);

/// Loads a model that save_model wrote. A saved layer that is no Sequential is the only child of the result. Layers of
/// your own: load_model(path, standard_layers().with<Scale>("Scale")). Throws DataError if the file cannot be read, is
/// not a model file of this version or an earlier one, has parts that do not fit each other, or contains a layer that
/// the table does not know.
MINNOW_API Sequential load_model(const std::filesystem::path& path, const LayerTable& layers = standard_layers());

/// The same from the bytes of a file in memory, for example embedded in the program.
MINNOW_API Sequential load_model(std::span<const std::byte> bytes, const LayerTable& layers = standard_layers());

/// Loads the model and the information beside it.
MINNOW_API ModelFile load_model_file(const std::filesystem::path& path, const LayerTable& layers = standard_layers());
MINNOW_API ModelFile load_model_file(std::span<const std::byte> bytes, const LayerTable& layers = standard_layers());

}  // namespace minnow::inline MINNOW_PRECISION
