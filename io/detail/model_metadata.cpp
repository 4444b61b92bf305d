#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/config_json.hpp>
#include <minnow/io/detail/model_metadata.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/tensor_file.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/sequential.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

using Json = nlohmann::json;

constexpr int format_version = 1;
constexpr const char* reserved_prefix = "minnow.";
constexpr const char* version_key = "minnow.format_version";
constexpr const char* architecture_key = "minnow.architecture";
constexpr const char* streams_key = "minnow.streams";
constexpr const char* input_shape_key = "minnow.input_shape";
constexpr const char* class_names_key = "minnow.class_names";
constexpr const char* normalization_key = "minnow.normalization";
constexpr const char* table_key = "minnow.table";
constexpr const char* format_key = "format";  // "pt": names and shapes are those of PyTorch

/// Reads the integers that layers visit beside their tensors: the seeds and positions of random streams.
class StreamReader : public StateVisitor {
 public:
  Json values = Json::object();

 protected:
  void do_constant(const std::string&, std::string_view) override {}
  void do_visit(const std::string& name, std::uint64_t& value) override { values[name] = value; }
  void do_visit(const std::string& name, double& value) override { values[name] = value; }
  void do_visit(const std::string&, FixedTensor&) override {}
  void do_visit(const std::string&, FixedTensor&, const Shape&) override {}
};

/// Writes the integers of `values`, or compares only their names and types.
class StreamWriter : public StateVisitor {
 public:
  StreamWriter(const Json& values, bool writes) : values_(values), writes_(writes) {}
  bool writes() const override { return writes_; }
  std::size_t visited() const { return visited_; }

 protected:
  void do_constant(const std::string&, std::string_view) override {}
  void do_visit(const std::string& name, std::uint64_t& value) override { read(name, value); }
  void do_visit(const std::string& name, double& value) override { read(name, value); }
  void do_visit(const std::string&, FixedTensor&) override {}
  void do_visit(const std::string&, FixedTensor&, const Shape&) override {}

 private:
  template <class T>
  void read(const std::string& name, T& value) {
    ++visited_;
    const auto found = values_.find(name);
    if (found == values_.end()) throw ValueError(format_text("expected the random stream {}, got none.", name));
    const bool is_valid = std::is_integral_v<T> ? found->is_number_unsigned() : found->is_number();
    if (!is_valid) throw ValueError(format_text("expected a number of the random stream {}, got another value.", name));
    if (writes_) value = found->template get<T>();
  }

  const Json& values_;
  bool writes_;
  std::size_t visited_ = 0;
};

/// Returns the entry as JSON; null if there is none.
Json json_in(const Metadata& metadata, const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return nullptr;
  constexpr std::size_t deepest = 8;
  const std::string& text = found->second;
  if (text.size() > max_json_length)
    throw ValueError(format_text("expected at most {} bytes of {}, got {}.", max_json_length, key, text.size()));
  Json json = json_extent(text).depth > deepest ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw ValueError(format_text("expected {} as JSON, got other text.", key));
  return json;
}

[[noreturn]] void refuse_value(const Metadata& metadata, const char* key) {
  throw ValueError(format_text("expected valid values of {}, got {}.", key, shown(metadata.at(key))));
}

std::vector<std::string> class_names_in(const Metadata& metadata) {
  const Json json = json_in(metadata, class_names_key);
  if (json.is_null()) return {};
  if (!json.is_array() || !std::ranges::all_of(json, [](const Json& item) { return item.is_string(); }))
    refuse_value(metadata, class_names_key);
  return json.get<std::vector<std::string>>();
}

Shape input_shape_in(const Metadata& metadata) {
  const Json json = json_in(metadata, input_shape_key);
  if (json.is_null()) return {};
  const auto is_extent = [](const Json& item) { return item.is_number_unsigned() && item != 0u; };
  if (!json.is_array() || json.size() > max_axes || !std::ranges::all_of(json, is_extent))
    refuse_value(metadata, input_shape_key);
  Shape shape;
  for (const Json& extent : json) shape.push_back(extent.get<std::size_t>());
  return shape;
}

std::optional<Normalization> normalization_in(const Metadata& metadata) {
  const Json json = json_in(metadata, normalization_key);
  if (json.is_null()) return std::nullopt;
  const auto part = [&](const char* key) {
    const auto is_number = [](const Json& item) { return item.is_number(); };
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array() || !std::ranges::all_of(*found, is_number))
      refuse_value(metadata, normalization_key);
    return found->get<std::vector<double>>();
  };
  return Normalization(part("mean"), part("deviation"));
}

/// Throws ValueError unless the features and the target of the encoder are the inputs and the outputs of the model.
void check_table(const Layer& model, const ModelInfo& info) {
  const datasets::TableEncoder& table = *info.table;
  const Shape features{table.num_features()};
  if (!info.input_shape.empty() && info.input_shape != features)
    throw ValueError(format_text("expected the input shape {}, the features of the table, got {}.", to_string(features),
                                 to_string(info.input_shape)));
  const std::size_t outputs = num_elements(model.output_shape({1, table.num_features()}));
  const bool is_binary = table.num_outputs() == 2 && outputs == 1;
  if (outputs != table.num_outputs() && !is_binary)
    throw ValueError(format_text("expected {} outputs of the model for the target of the table, got {}.",
                                 table.num_outputs(), outputs));
  if (!info.class_names.empty() && info.class_names != table.class_names())
    throw ValueError("expected the class names of the table, got others. Leave out the class names.");
}

std::optional<datasets::TableEncoder> table_in(const Metadata& metadata) {
  const Json json = json_in(metadata, table_key);
  if (json.is_null()) return std::nullopt;
  return datasets::TableEncoder::from_json(metadata.at(table_key));
}

/// Throws ValueError if the class names, the normalization or the table do not fit the input shape and the model, and
/// ShapeError if the input shape or the table does not fit the model.
void check_info(const Layer& model, const ModelInfo& info) {
  if (info.table) check_table(model, info);
  if (info.input_shape.empty()) return;
  Shape batch{1};
  for (const std::size_t extent : info.input_shape) {
    if (extent == 0)
      throw ValueError(format_text("expected a shape without 0 of one sample, got {}.", to_string(info.input_shape)));
    batch.push_back(extent);
  }
  const std::size_t outputs = num_elements(model.output_shape(batch));
  if (!info.class_names.empty() && info.class_names.size() != outputs)
    throw ValueError(format_text("expected {} class names, one per output, got {}.", outputs, info.class_names.size()));
  if (info.normalization && info.normalization->mean().size() != info.input_shape[0])
    throw ValueError(format_text("expected a normalization of the channels of the input {}, got one of {} channels.",
                                 to_string(info.input_shape), info.normalization->mean().size()));
}

/// Returns the position of the first layer without a config in a container, "2.0", and its name.
std::pair<std::string, std::string> find_without_config(const Layer& layer) {
  const auto* sequential = dynamic_cast<const Sequential*>(&layer);
  const auto* branches = dynamic_cast<const Branches*>(&layer);
  const std::size_t count = sequential != nullptr ? sequential->size() : branches != nullptr ? branches->size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Layer& child = sequential != nullptr ? (*sequential)[i] : (*branches)[i];
    if (child.config()) continue;
    const auto [position, name] = find_without_config(child);
    return {std::to_string(i) + (position.empty() ? "" : "." + position), name};
  }
  return {"", layer.name()};
}

}  // namespace

Metadata metadata_of_info(const Layer& model, const ModelInfo& info) {
  Metadata metadata = info.metadata;
  for (const auto& [key, value] : metadata)
    if (key.starts_with(reserved_prefix) || key == format_key)
      throw ValueError(format_text("expected metadata keys other than {} and those that begin with {}, got {}.",
                                   format_key, reserved_prefix, key));
  for (const auto& [key, value] : metadata)
    if (!is_utf8(key) || !is_utf8(value))
      throw ValueError(format_text("expected metadata in UTF-8, got other bytes of {}.", printable(shown(key))));
  check_info(model, info);
  if (!info.input_shape.empty())
    metadata[input_shape_key] = Json(std::vector<std::size_t>(info.input_shape.begin(), info.input_shape.end())).dump();
  try {
    if (!info.class_names.empty()) metadata[class_names_key] = Json(info.class_names).dump();
  } catch (const Json::exception&) {
    throw ValueError("expected class names in UTF-8, got other bytes.");
  }
  if (info.normalization)
    metadata[normalization_key] =
        Json({{"mean", info.normalization->mean()}, {"deviation", info.normalization->deviation()}}).dump();
  if (info.table) {
    metadata[table_key] = info.table->to_json();
    if (metadata[table_key].size() > max_json_length)
      throw ValueError(
          format_text("expected an encoder of the table of at most {} bytes, got {}. Use fewer categories.",
                      max_json_length, metadata[table_key].size()));
  }
  return metadata;
}

Metadata metadata_of(const Layer& model, const ModelInfo& info) {
  const LayerConfig config = config_of_model(model, " save_weights saves its weights.");
  Metadata metadata = metadata_of_info(model, info);
  metadata[format_key] = "pt";
  metadata[version_key] = std::to_string(format_version);
  metadata[architecture_key] = to_json(config);
  StreamReader streams;
  model.read_state(streams);
  if (!streams.values.empty()) metadata[streams_key] = streams.values.dump();
  for (const auto& [key, value] : metadata)
    if (key.starts_with(reserved_prefix) && value.size() > max_json_length)
      throw ValueError(format_text("expected at most {} bytes of {}, got {}.", max_json_length, key, value.size()));
  return metadata;
}

LayerConfig config_of_model(const Layer& model, const char* advice) {
  std::optional<LayerConfig> config = model.config();
  if (config) return *std::move(config);
  const auto [position, name] = find_without_config(model);
  if (position.empty())
    throw ValueError(format_text("expected layers with a config(), got {} without one.{}", name, advice));
  throw ValueError(format_text("expected layers with a config(), got {} whose layer {}, {}, has none.{}", model.name(),
                               position, name, advice));
}

LayerConfig architecture_in(const Metadata& metadata) {
  const auto architecture = metadata.find(architecture_key);
  if (architecture == metadata.end())
    throw ValueError(
        "expected a file of save_model, got weights without an architecture. Build the model, and use load_weights.");
  const Json version = json_in(metadata, version_key);
  const bool is_version = version.is_number_unsigned() && version != 0u;
  if (!is_version || version > format_version) {
    const char* advice = is_version ? " Update Minnow." : "";
    throw ValueError(format_text("expected a model file of version 1 to {}, got {}.{}", format_version,
                                 version.is_null() ? "none" : "version " + shown(metadata.at(version_key)), advice));
  }
  return config_from_json(architecture->second);
}

ModelInfo info_in(const Metadata& metadata, const Layer& model) {
  ModelInfo info;
  for (const auto& [key, value] : metadata)
    if (!key.starts_with(reserved_prefix) && key != format_key) info.metadata.emplace(key, value);
  info.input_shape = input_shape_in(metadata);
  info.class_names = class_names_in(metadata);
  info.normalization = normalization_in(metadata);
  info.table = table_in(metadata);
  check_info(model, info);
  if (info.table && info.input_shape.empty()) {
    info.input_shape = {info.table->num_features()};
    const std::size_t outputs = num_elements(model.output_shape({1, info.input_shape[0]}));
    if (info.class_names.empty() && info.table->class_names().size() == outputs)
      info.class_names = info.table->class_names();
  }
  return info;
}

void restore_streams(const Metadata& metadata, Layer& model) {
  const Json json = json_in(metadata, streams_key);
  const Json values = json.is_object() ? json : Json::object();
  StreamWriter check(values, false);
  model.visit_state(check);
  if (check.visited() != values.size())
    throw ValueError(format_text("expected {} values of random streams, got {}.", check.visited(), values.size()));
  StreamWriter write(values, true);
  model.visit_state(write);
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
