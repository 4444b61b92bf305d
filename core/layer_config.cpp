#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/layer_config.hpp>

#include <algorithm>
#include <type_traits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(double value) { return format_text("{}", value); }  // the shortest text that parses to `value`
std::string text_of(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}
template <class T>
std::string text_of(const std::vector<T>& list) {
  std::string text = "[";
  for (const auto& value : list) text += (text.size() > 1 ? ", " : "") + text_of(static_cast<T>(value));
  return text + "]";
}

std::string text_of(const ConfigValue& value) {
  return std::visit([](const auto& v) { return text_of(v); }, value.value);
}

}  // namespace

const ConfigValue* LayerConfig::find(std::string_view name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& attribute) { return attribute.first == name; });
  return found == attributes.end() ? nullptr : &found->second;
}

std::string to_string(const LayerConfig& config) {
  std::string attributes, children;
  for (const auto& [name, value] : config.attributes)
    attributes += (attributes.empty() ? "" : ", ") + name + " " + text_of(value);
  for (const LayerConfig& child : config.children) children += (children.empty() ? "" : ", ") + to_string(child);
  return config.type + (attributes.empty() ? "" : "(" + attributes + ")") +
         (children.empty() ? "" : "{" + children + "}");
}

ConfigReader::ConfigReader(const LayerConfig& config, const char* type) : config_(config) {
  if (config.type != type)
    throw ValueError(format_text("{}: expected a config of type {}, got {}.", type, type, config.type));
  for (const auto& [name, value] : config.attributes)
    if (config.find(name) != &value)
      throw ValueError(format_text("{}: expected attribute {} once, got it twice.", type, name));
}

void ConfigReader::refuse(const char* name, const std::string& expected, const std::string& got) const {
  throw ValueError(format_text("{}: expected attribute {} to be {}, got {}.", config_.type, name, expected, got));
}

template <class T>
const T* ConfigReader::find(const char* name, const char* expected, bool required) {
  const ConfigValue* value = config_.find(name);
  if (value == nullptr) {
    if (required) refuse(name, expected, "none");
    return nullptr;
  }
  read_.push_back(name);
  const T* found = std::get_if<T>(&value->value);
  if (found == nullptr) refuse(name, expected, text_of(*value));
  return found;
}

std::size_t ConfigReader::size_of(const char* name, std::int64_t value) const {
  if (value < 0) refuse(name, "at least 0", text_of(value));
  return static_cast<std::size_t>(value);
}

std::size_t ConfigReader::size(const char* name, std::optional<std::size_t> otherwise) {
  const auto* value = find<std::int64_t>(name, "an integer", !otherwise);
  return value != nullptr ? size_of(name, *value) : *otherwise;
}

std::optional<std::size_t> ConfigReader::optional_size(const char* name) {
  const auto* value = find<std::int64_t>(name, "an integer", false);
  return value != nullptr ? std::optional(size_of(name, *value)) : std::nullopt;
}

double ConfigReader::real(const char* name, std::optional<double> otherwise) {
  const std::optional<double> value = optional_real(name);
  if (!value && !otherwise) refuse(name, "a number", "none");
  return value ? *value : *otherwise;
}

std::optional<double> ConfigReader::optional_real(const char* name) {
  const ConfigValue* value = config_.find(name);
  if (value != nullptr && std::holds_alternative<std::int64_t>(value->value))  // 1 for 1.0
    return static_cast<double>(*find<std::int64_t>(name, "a number", true));
  const auto* real = find<double>(name, "a number", false);
  return real != nullptr ? std::optional(*real) : std::nullopt;
}

bool ConfigReader::boolean(const char* name, std::optional<bool> otherwise) {
  const auto* value = find<bool>(name, "true or false", !otherwise);
  return value != nullptr ? *value : *otherwise;
}

std::string ConfigReader::text(const char* name, std::optional<std::string> otherwise) {
  const auto* value = find<std::string>(name, "a text", !otherwise);
  return value != nullptr ? *value : *otherwise;
}

ConfigValue::Integers ConfigReader::integers(const char* name) {
  return *find<ConfigValue::Integers>(name, "a list of integers", true);
}

Shape ConfigReader::shape(const char* name) {
  Shape shape;
  for (const std::int64_t extent : integers(name)) shape.push_back(size_of(name, extent));
  return shape;
}

Size2d ConfigReader::size2d(const char* name, std::optional<Size2d> otherwise) {
  if (config_.find(name) == nullptr && otherwise) return *otherwise;
  const Shape sizes = shape(name);
  if (sizes.size() != 2) refuse(name, "[height, width]", text_of(*config_.find(name)));
  return {sizes[0], sizes[1]};
}

bool ConfigReader::is_text(const char* name) const {
  const ConfigValue* value = config_.find(name);
  return value != nullptr && std::holds_alternative<std::string>(value->value);
}

void ConfigReader::children(std::size_t least, std::size_t most) {
  children_counted_ = true;
  if (const std::size_t count = config_.children.size(); count < least || count > most)
    throw ValueError(format_text("{}: expected {} or {} children, got {}.", config_.type, count < least ? least : most,
                                 count < least ? "more" : "fewer", count));
}

void ConfigReader::finish() const {
  for (const auto& [name, value] : config_.attributes)
    if (std::find(read_.begin(), read_.end(), name) == read_.end())
      throw ValueError(format_text("{}: expected no attribute {}, got {}.", config_.type, name, text_of(value)));
  if (!children_counted_ && !config_.children.empty())
    throw ValueError(format_text("{}: expected no children, got {}.", config_.type, config_.children.size()));
}

}  // namespace minnow::inline MINNOW_PRECISION
