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

/// What it takes to make a layer again: its type, its options and its children. It holds what changes the function that
/// the layer computes, and what is trained; not how weights start, nor random streams.
///   {"Conv2d", {{"in", 3}, {"out", 32}, {"kernel", {3, 3}}, {"padding", {1, 1}}}, {}}
struct MINNOW_API LayerConfig {
  std::string type;
  std::vector<std::pair<std::string, ConfigValue>> attributes;  // in a fixed order; an unset option is left out
  std::vector<LayerConfig> children;

  /// The value of an attribute; null if there is none of this name.
  const ConfigValue* find(std::string_view name) const;

  friend bool operator==(const LayerConfig&, const LayerConfig&) = default;
};

/// "Conv2d(in 3, out 32, kernel [3, 3])", children in braces. Reals have all digits that tell them apart.
MINNOW_API std::string to_string(const LayerConfig& config);

/// Returns the config of `layer`, or none if it is of a class derived from L: what that class computes is not known here.
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
/// Each function throws ValueError, naming type and attribute, if an attribute has another type, is out of range, or is
/// missing and has no default.
class MINNOW_API ConfigReader {
 public:
  /// Throws ValueError if the config is of another type.
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

  /// Returns true if the attribute is a text.
  bool is_text(const char* name) const;

  /// Throws ValueError unless there are `least` to `most` children.
  void children(std::size_t least, std::size_t most);

  /// Throws ValueError if an attribute was not read, or if there are children that were not counted by children().
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
