#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/detail/element_types.hpp>
#include <minnow/io/detail/safetensors_header.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/detail/tensor_file.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

using Json = nlohmann::json;

constexpr const char* metadata_key = "__metadata__";

/// Receives the events of the JSON parser. No tree is built, so the memory is proportional to the result.
class HeaderHandler : public nlohmann::json_sax<Json> {
 public:
  SafetensorsHeader header;
  std::string error;

  bool null() override { return value("null"); }
  bool boolean(bool b) override { return value(b ? "true" : "false"); }
  bool number_integer(number_integer_t number) override { return value(std::to_string(number)); }
  bool number_float(number_float_t, const string_t& text) override { return value(text); }
  bool binary(binary_t&) override { return value("bytes"); }

  bool number_unsigned(number_unsigned_t number) override {
    if (place() != Place::list) return value(std::to_string(number));
    if (list_->size() == max_axes)
      return fail(format_text("a list of more than {} numbers in {}", max_axes, shown(key_)));
    list_->push_back(number);
    return true;
  }

  bool string(string_t& text) override {
    if (place() == Place::metadata) return add_metadata(text);
    if (place() != Place::tensor || field_ != "dtype") return value("a text");
    if (type_) return fail(format_text("dtype twice in {}", shown(key_)));
    type_ = element_type_of(text);
    return type_.has_value() || fail(format_text("the unknown element type {} of {}", shown(text), shown(key_)));
  }

  bool start_object(std::size_t) override {
    switch (place()) {
      case Place::file:
        return enter(Place::header);
      case Place::header:
        type_.reset();
        shape_.reset();
        offsets_.reset();
        return enter(key_ == metadata_key ? Place::metadata : Place::tensor);
      default:
        return value("an object") && enter(Place::ignored);
    }
  }
  bool end_object() override {
    const Place ended = place();
    places_.pop_back();
    return ended != Place::tensor || add_tensor();
  }

  bool start_array(std::size_t) override {
    if (place() != Place::tensor || (field_ != "shape" && field_ != "data_offsets"))
      return value("a list") && enter(Place::ignored);
    std::optional<Numbers>& list = field_ == "shape" ? shape_ : offsets_;
    if (list) return fail(format_text("{} twice in {}", field_, shown(key_)));
    list_ = &list.emplace();
    return enter(Place::list);
  }
  bool end_array() override {
    places_.pop_back();
    return true;
  }

  bool key(string_t& name) override {
    if (place() == Place::header) {
      key_ = name;
      return keys_.insert(name).second || fail(format_text("{} twice", shown(name)));
    }
    if (place() != Place::ignored) field_ = name;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    return fail(format_text("invalid JSON at byte {} of the header", position));
  }

 private:
  enum class Place { file, header, metadata, tensor, list, ignored };
  using Numbers = std::vector<std::uint64_t>;

  Place place() const { return places_.empty() ? Place::file : places_.back(); }

  bool enter(Place place) {
    constexpr std::size_t deepest = 64;
    if (places_.size() == deepest) return fail(format_text("JSON nested more than {} deep", deepest));
    places_.push_back(place);
    return true;
  }

  bool fail(std::string what) {
    error = std::move(what);
    return false;
  }

  /// A value that is part of no tensor: ignored in a field that this version does not know, otherwise an error.
  bool value(const std::string& text) {
    const bool known_field = field_ == "dtype" || field_ == "shape" || field_ == "data_offsets";
    switch (place()) {
      case Place::ignored:
        return true;
      case Place::file:
        return fail(text);
      case Place::header:
        return fail(format_text("{} as the value of {}", shown(text), shown(key_)));
      case Place::metadata:
        return fail(format_text("{} as the metadata {}", shown(text), shown(field_)));
      default:
        return !known_field || fail(format_text("{} in the {} of {}", shown(text), field_, shown(key_)));
    }
  }

  bool add_metadata(const std::string& text) {
    constexpr std::size_t most = 100'000;
    if (header.metadata.size() == most) return fail(format_text("more than {} entries of metadata", most));
    return header.metadata.emplace(field_, text).second || fail(format_text("the metadata {} twice", shown(field_)));
  }

  bool add_tensor() {
    if (!type_ || !shape_ || !offsets_ || offsets_->size() != 2)
      return fail(shown(key_) + " without dtype, shape and two data_offsets");
    StoredTensor tensor{{key_, *type_, {}}, (*offsets_)[0], (*offsets_)[1]};
    for (const std::uint64_t extent : *shape_) tensor.shape.push_back(extent);
    header.tensors.push_back(std::move(tensor));
    return true;
  }

  std::vector<Place> places_;
  std::string key_, field_;     // of the header; of the tensor or the metadata
  std::set<std::string> keys_;  // of the header
  std::optional<ElementType> type_;
  std::optional<Numbers> shape_, offsets_;
  Numbers* list_ = nullptr;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json) {
  HeaderHandler handler;
  const bool complete = Json::sax_parse(json, &handler);
  if (!complete || !handler.error.empty())
    throw ValueError("expected a safetensors header, got " + handler.error + ".");
  return std::move(handler.header);
}

void check_layout(std::vector<StoredTensor>& tensors, std::size_t size) {
  std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::size_t expected = 0;
  for (const StoredTensor& tensor : tensors) {
    if (tensor.begin != expected || tensor.end < tensor.begin || tensor.end > size)
      throw ValueError(format_text("expected the bytes of {} to start at {} and to end at {} at most, got {} to {}.",
                                   shown(tensor.name), expected, size, tensor.begin, tensor.end));
    const std::optional<std::size_t> bytes = byte_count(tensor.type, tensor.shape);
    if (bytes != tensor.end - tensor.begin)
      throw ValueError(format_text("expected {} bytes for {} {} {}, got {}.", bytes ? std::to_string(*bytes) : "2^64",
                                   shown(tensor.name), to_string(tensor.type), to_string(tensor.shape),
                                   tensor.end - tensor.begin));
    expected = tensor.end;
  }
  if (expected != size) throw ValueError(format_text("expected {} bytes of tensors, got {}.", expected, size));
}

std::string safetensors_header_text(const SafetensorsHeader& header) {
  std::string text;
  const auto add = [&](const std::string& name, const Json& value) {
    text.append(text.empty() ? "{" : ",").append(Json(name).dump()).append(":").append(value.dump());
  };
  try {
    if (!header.metadata.empty()) add(metadata_key, header.metadata);
    for (const StoredTensor& tensor : header.tensors)
      add(tensor.name, {{"dtype", to_string(tensor.type)},
                        {"shape", std::vector<std::size_t>(tensor.shape.begin(), tensor.shape.end())},
                        {"data_offsets", {tensor.begin, tensor.end}}});
  } catch (const Json::exception&) {
    throw ValueError("expected names and metadata in UTF-8, got other bytes.");
  }
  return text.empty() ? "{}" : text + "}";
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
