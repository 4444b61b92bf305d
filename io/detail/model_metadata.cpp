#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/config_json.hpp>
#include <minnow/io/detail/model_metadata.hpp>

#include <cstdint>
#include <set>
#include <utility>

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
    if (!values_.contains(name) || !values_[name].is_number())
      throw ValueError(format_text("expected the random stream {}, got none.", name));
    if (writes_) value = values_[name].template get<T>();
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
  Json json = is_nested_deeper(found->second, deepest) ? Json(Json::value_t::discarded)
                                                       : Json::parse(found->second, nullptr, false);
  if (json.is_discarded()) throw ValueError(format_text("expected {} as JSON, got other text.", key));
  return json;
}

/// Returns the entry converted to T; `otherwise` if there is none.
template <class T>
T value_in(const Json& json, const char* key, T otherwise) {
  if (json.is_null()) return otherwise;
  try {
    return json.get<T>();
  } catch (const Json::exception&) {
    throw ValueError(format_text("expected valid values of {}, got {}.", key, json.dump().substr(0, 60)));
  }
}

}  // namespace

Metadata metadata_of_info(const Layer& model, const ModelInfo& info) {
  Metadata metadata = info.metadata;
  for (const auto& [key, value] : metadata)
    if (key.starts_with(reserved_prefix) || key == format_key)
      throw ValueError(format_text("expected metadata keys other than {} and those that begin with {}, got {}.",
                                   format_key, reserved_prefix, key));
  if (!info.input_shape.empty()) {
    Shape batch{1};
    for (const std::size_t extent : info.input_shape) batch.push_back(extent);
    model.output_shape(batch);  // throws ShapeError if the shape does not fit
    metadata[input_shape_key] = Json(std::vector<std::size_t>(info.input_shape.begin(), info.input_shape.end())).dump();
  }
  try {
    if (!info.class_names.empty()) metadata[class_names_key] = Json(info.class_names).dump();
  } catch (const Json::exception&) {
    throw ValueError("expected class names in UTF-8, got other bytes.");
  }
  if (info.normalization)
    metadata[normalization_key] =
        Json({{"mean", info.normalization->mean()}, {"deviation", info.normalization->deviation()}}).dump();
  return metadata;
}

Metadata metadata_of(const Layer& model, const ModelInfo& info) {
  const std::optional<LayerConfig> config = model.config();
  if (!config)
    throw ValueError(format_text(
        "expected layers with a config(), got {} without one or with such a child. save_weights saves its weights.",
        model.name()));
  Metadata metadata = metadata_of_info(model, info);
  metadata[format_key] = "pt";
  metadata[version_key] = std::to_string(format_version);
  metadata[architecture_key] = to_json(*config);
  StreamReader streams;
  model.read_state(streams);
  if (!streams.values.empty()) metadata[streams_key] = streams.values.dump();
  return metadata;
}

LayerConfig architecture_in(const Metadata& metadata) {
  const auto architecture = metadata.find(architecture_key);
  if (architecture == metadata.end())
    throw ValueError(
        "expected a file of save_model, got weights without an architecture. Build the model, and use load_weights.");
  if (const auto version = value_in<std::int64_t>(json_in(metadata, version_key), version_key, 0);
      version < 1 || version > format_version)
    throw ValueError(format_text("expected a model file of version 1 to {}, got version {}. Update Minnow.",
                                 format_version, version));
  return config_from_json(architecture->second);
}

ModelInfo info_in(const Metadata& metadata) {
  ModelInfo info;
  for (const auto& [key, value] : metadata)
    if (!key.starts_with(reserved_prefix) && key != format_key) info.metadata.emplace(key, value);
  for (const std::size_t extent :
       value_in<std::vector<std::size_t>>(json_in(metadata, input_shape_key), input_shape_key, {}))
    info.input_shape.push_back(extent);
  info.class_names = value_in<std::vector<std::string>>(json_in(metadata, class_names_key), class_names_key, {});
  if (const Json json = json_in(metadata, normalization_key); !json.is_null()) {
    const Json empty;
    const auto part = [&](const char* key) {
      return value_in<std::vector<double>>(json.is_object() && json.contains(key) ? json[key] : Json(), key, {});
    };
    info.normalization.emplace(part("mean"), part("deviation"));
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
