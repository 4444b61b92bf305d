#pragma once

#include <minnow/core/size2d.hpp>
#include <minnow/core/tensor.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The value of one attribute of a layer: an integer, a real, a boolean, a text, or a list of one of these.
struct ConfigValue {
  using Integers = std::vector<std::int64_t>;
  using Reals = std::vector<double>;
  using Booleans = std::vector<bool>;
  using Texts = std::vector<std::string>;

  ConfigValue(bool b) : value(b) {}
  template <std::integral I>
  ConfigValue(I i) : value(static_cast<std::int64_t>(i)) {}
  ConfigValue(double d) : value(d) {}
  ConfigValue(const char* text) : value(std::string(text)) {}
  ConfigValue(std::string text) : value(std::move(text)) {}
  ConfigValue(std::initializer_list<std::int64_t> list) : value(Integers(list)) {}
  ConfigValue(Integers list) : value(std::move(list)) {}
  ConfigValue(Reals list) : value(std::move(list)) {}
  ConfigValue(Booleans list) : value(std::move(list)) {}
  ConfigValue(Texts list) : value(std::move(list)) {}
  ConfigValue(const Shape& shape) : value(Integers(shape.begin(), shape.end())) {}
  ConfigValue(Size2d size)
      : ConfigValue({static_cast<std::int64_t>(size.height), static_cast<std::int64_t>(size.width)}) {}

  std::variant<bool, std::int64_t, double, std::string, Booleans, Integers, Reals, Texts> value;
  friend bool operator==(const ConfigValue&, const ConfigValue&) = default;
};

/// The type, the options and the children of a layer, from which an equal layer can be made. Two layers with equal
/// configs compute the same function of x and their state, and train the same parameters. How weights are initialised
/// and random streams are not part of it.
///   {"Conv2d", {{"in", 3}, {"out", 32}, {"kernel", {3, 3}}, {"padding", {1, 1}}}, {}}
struct MINNOW_API LayerConfig {
  using Attributes = std::vector<std::pair<std::string, ConfigValue>>;

  /// All three are required: braces with the options of a layer, GELU({.approximate = ...}), are then never a config.
  LayerConfig(std::string type_, Attributes attributes_, std::vector<LayerConfig> children_)
      : type(std::move(type_)), attributes(std::move(attributes_)), children(std::move(children_)) {}

  std::string type;
  Attributes attributes;  // in a fixed order, without options that are not set
  std::vector<LayerConfig> children;

  /// Returns the value of an attribute; null if there is none of this name.
  const ConfigValue* find(std::string_view name) const;

  friend bool operator==(const LayerConfig&, const LayerConfig&) = default;
};

/// Returns the config as text: "Conv2d(in 3, out 32, kernel [3, 3])", children in braces. Different reals have
/// different texts.
MINNOW_API std::string to_string(const LayerConfig& config);

/// Returns `config`, or none if `layer` is of a class derived from L, which may compute something else. For config().
template <class L>
std::optional<LayerConfig> layer_config(const L& layer, LayerConfig config) {
  if (typeid(layer) != typeid(L)) return std::nullopt;
  return config;
}

/// Reads a config in the constructor of a layer:
///   ConfigReader read(config, "Dense");
///   in_ = read.size("in");
///   has_bias_ = read.boolean("bias", true);
///   read.finish();
/// Each function returns the value of an attribute, or the default `otherwise` if it is missing. It throws ValueError
/// if the attribute has another type, is negative where a size is read, or is missing without a default. The
/// `optional_` functions return none for a missing attribute. The config must outlive the reader.
class MINNOW_API ConfigReader {
 public:
  /// Throws ValueError if the config is of another type, or if an attribute appears twice.
  ConfigReader(const LayerConfig& config, const char* type);

  std::size_t size(const char* name, std::optional<std::size_t> otherwise = std::nullopt);
  std::optional<std::size_t> optional_size(const char* name);
  double real(const char* name, std::optional<double> otherwise = std::nullopt);
  std::optional<double> optional_real(const char* name);
  bool boolean(const char* name, std::optional<bool> otherwise = std::nullopt);
  std::string text(const char* name, std::optional<std::string> otherwise = std::nullopt);
  ConfigValue::Integers integers(const char* name);
  Shape shape(const char* name);
  Size2d size2d(const char* name, std::optional<Size2d> otherwise = std::nullopt);

  /// Returns true if there is an attribute of this name and it is a text.
  bool is_text(const char* name) const;

  /// Throws ValueError if there are fewer children than `least` or more than `most`.
  void children(std::size_t least, std::size_t most = static_cast<std::size_t>(-1));

  /// Throws ValueError if an attribute was not read, or if there are children and children() was not called.
  void finish() const;

 private:
  template <class T>
  const T* find(const char* name, const char* expected, bool required);
  std::size_t size_of(const char* name, std::int64_t value) const;
  [[noreturn]] void refuse(const char* name, const std::string& expected, const std::string& got) const;

  const LayerConfig& config_;
  std::vector<std::string_view> read_;
  bool children_counted_ = false;
};

}  // namespace minnow::inline MINNOW_PRECISION
