#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/config_json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // keeps the order of the attributes

constexpr std::size_t max_levels = 256, max_keys = 256, max_name = 100;

bool is_finite(const ConfigValue& value) {
  if (const double* real = std::get_if<double>(&value.value)) return std::isfinite(*real);
  const auto* reals = std::get_if<ConfigValue::Reals>(&value.value);
  return reals == nullptr || std::all_of(reals->begin(), reals->end(), [](double real) { return std::isfinite(real); });
}

OrderedJson json_of(const LayerConfig& config) {
  if (config.attributes.size() > max_keys)
    throw ValueError(
        format_text("expected at most {} attributes of {}, got {}.", max_keys, config.type, config.attributes.size()));
  OrderedJson json = {{"type", config.type}};
  for (const auto& [name, value] : config.attributes) {
    if (!is_finite(value)) throw ValueError(format_text("expected a finite {} of {}.", name, config.type));
    std::visit([&, &key = name](const auto& v) { json["attributes"][key] = v; }, value.value);
  }
  for (const LayerConfig& child : config.children) json["children"].push_back(json_of(child));
  return json;
}

[[noreturn]] void refuse(const std::string& got) {
  throw ValueError("expected the config of a layer, got " + got + ".");
}

/// Throws ValueError if an integer exceeds 63 bits.
void check_range(const OrderedJson& json, const std::string& name) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > most)
    refuse("a number that exceeds 2^63 - 1 as " + name);
}

/// A list of integers, reals, booleans or texts; an empty list counts as integers.
ConfigValue list_value(const OrderedJson& json, const std::string& name) {
  const auto all = [&](auto test) { return std::all_of(json.begin(), json.end(), test); };
  for (const OrderedJson& item : json) check_range(item, name);
  if (all([](const OrderedJson& item) { return item.is_number_integer(); })) return json.get<ConfigValue::Integers>();
  if (all([](const OrderedJson& item) { return item.is_number(); })) return json.get<ConfigValue::Reals>();
  if (all([](const OrderedJson& item) { return item.is_boolean(); })) return json.get<ConfigValue::Booleans>();
  if (all([](const OrderedJson& item) { return item.is_string(); })) return json.get<ConfigValue::Texts>();
  refuse("a list of several types as " + name);
}

ConfigValue value_of(const OrderedJson& json, const std::string& name) {
  check_range(json, name);
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) return list_value(json, name);
  refuse("no value of " + name);
}

/// `json` has at most max_levels levels of children: the parser has checked the depth.
LayerConfig config_of(const OrderedJson& json) {
  if (!json.is_object() || !json.contains("type") || !json["type"].is_string()) refuse("no type");
  LayerConfig config(json["type"].get<std::string>(), {}, {});
  if (config.type.size() > max_name) refuse(format_text("a type of {} bytes", config.type.size()));
  if (json.contains("attributes")) {
    if (!json["attributes"].is_object()) refuse("attributes that are not an object in " + config.type);
    for (const auto& [name, value] : json["attributes"].items()) {
      if (name.size() > max_name)
        refuse(format_text("an attribute with a name of {} bytes in {}", name.size(), config.type));
      config.attributes.emplace_back(name, value_of(value, name));
    }
  }
  if (json.contains("children")) {
    if (!json["children"].is_array()) refuse("children that are not a list in " + config.type);
    for (const OrderedJson& child : json["children"]) config.children.push_back(config_of(child));
  }
  return config;
}

}  // namespace

std::string to_json(const LayerConfig& config) {
  try {
    return json_of(config).dump();
  } catch (const Json::exception&) {
    throw ValueError(format_text("expected the texts of {} in UTF-8, got other bytes.", config.type));
  }
}

LayerConfig config_from_json(std::string_view json) {
  if (json.size() > max_json_length) refuse(format_text("{} bytes. The limit is {}", json.size(), max_json_length));
  constexpr std::size_t deepest = 2 * max_levels + 4;  // a child is in an object in a list
  const JsonExtent extent = json_extent(json);
  if (extent.depth > deepest) refuse(format_text("children nested more than {} deep", max_levels));
  if (extent.keys > max_keys) refuse(format_text("an object of {} keys. The limit is {}", extent.keys, max_keys));
  const OrderedJson parsed = OrderedJson::parse(json, nullptr, false);
  if (parsed.is_discarded()) refuse("invalid JSON");
  try {
    return config_of(parsed);
  } catch (const Json::exception&) {  // a number that is no 64-bit integer
    refuse("a value out of range");
  }
}

JsonExtent json_extent(std::string_view json) {
  JsonExtent extent;
  std::vector<std::size_t> keys{0};  // of each list or object that contains the position
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\') ++i;
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if (c == '[' || c == '{') keys.push_back(0);
    if ((c == ']' || c == '}') && keys.size() > 1) keys.pop_back();
    if (c == ':') extent.keys = std::max(extent.keys, ++keys.back());
    extent.depth = std::max(extent.depth, keys.size() - 1);
  }
  return extent;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
