#include <minnow/core/detail/format.hpp>
#include <minnow/core/detail/hash.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/checkpoint.hpp>
#include <minnow/io/detail/open_tensors.hpp>
#include <minnow/io/detail/shown.hpp>
#include <minnow/io/safetensors.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Json = nlohmann::json;

constexpr const char* reserved = "minnow.";
constexpr const char* version_key = "minnow.checkpoint_version";
constexpr const char* state_key = "minnow.state";
constexpr const char* checksum_key = "minnow.checksum";
constexpr int checkpoint_version = 1;

class Checksum {
 public:
  void add(std::span<const std::byte> bytes) { hash_ = hash_bytes(bytes, hash_); }
  void add(const std::string& text) { add(std::as_bytes(std::span(text))); }
  std::string text() const { return format_text("{:016x}", hash_); }

 private:
  std::uint64_t hash_ = 0;
};

/// Returns the tensor of an entry, if it has a shape; otherwise null.
const FixedTensor* tensor_of(const StateView::Entry& entry) {
  const auto* const tensor = std::get_if<const FixedTensor*>(&entry.value);
  return tensor != nullptr && (*tensor)->has_shape() ? *tensor : nullptr;
}

std::string checksum_of(const StateView& state, const std::string& state_json,
                        const std::map<std::string, std::string>& metadata) {
  Checksum checksum;
  checksum.add(state_json);
  for (const auto& [key, value] : metadata) checksum.add(key), checksum.add(value);
  for (const StateView::Entry& entry : state.entries())
    if (const FixedTensor* tensor = tensor_of(entry))
      checksum.add(to_string(tensor->shape())), checksum.add(std::as_bytes(tensor->values()));
  return checksum.text();
}

/// Returns a real as JSON, which has no infinity and no NaN.
Json real_to_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

double real_from_json(const Json& value) {
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  return value.get<double>();
}

/// Returns the entries in order: ["name", "constant", "SGD"], ["steps", "integer", 7], ["best", "real", 0.5],
/// ["weight", "tensor"], ["momentum", "no tensor"].
std::string to_json(const StateView& state) {
  Json list = Json::array();
  for (const StateView::Entry& entry : state.entries()) {
    Json item{entry.name};
    if (const auto* text = std::get_if<std::string>(&entry.value))
      item.insert(item.end(), {"constant", *text});
    else if (const auto* integer = std::get_if<std::uint64_t>(&entry.value))
      item.insert(item.end(), {"integer", *integer});
    else if (const auto* real = std::get_if<double>(&entry.value))
      item.insert(item.end(), {"real", real_to_json(*real)});
    else
      item.push_back(tensor_of(entry) != nullptr ? "tensor" : "no tensor");
    list.push_back(std::move(item));
  }
  try {
    return list.dump();
  } catch (const Json::exception&) {
    throw ValueError("save_checkpoint: expected names and options in UTF-8, got other bytes.");
  }
}

/// Reads the tensor of an entry, each tensor of the file once.
FixedTensor read_tensor(const SafetensorsReader& file, const std::string& name, std::set<std::string>& read) {
  const TensorEntry* tensor = file.find(name);
  if (tensor == nullptr || !read.insert(name).second) throw ValueError("expected each tensor of the state once");
  if (tensor->type != real_type)
    throw ValueError(
        format_text("expected a checkpoint of a program in {}, got tensors of {}. A program in the "
                    "other precision reads it",
                    to_string(real_type), to_string(tensor->type)));
  FixedTensor values(tensor->shape);
  file.read(*tensor, values.values());
  return values;
}

Snapshot::Entry read_entry(const SafetensorsReader& file, const Json& item, std::set<std::string>& read) {
  const auto name = item.at(0).get<std::string>(), kind = item.at(1).get<std::string>();
  if (kind == "constant") return {name, item.at(2).get<std::string>()};
  if (kind == "integer") return {name, item.at(2).get<std::uint64_t>()};
  if (kind == "real") return {name, real_from_json(item.at(2))};
  if (kind == "tensor") return {name, read_tensor(file, name, read)};
  if (kind == "no tensor") return {name, FixedTensor()};
  throw ValueError("expected values of known types, got " + detail::shown(kind));
}

Checkpoint load(const SafetensorsReader& file) {
  std::map<std::string, std::string> metadata = file.metadata();
  const auto take = [&](const char* key) {
    const auto node = metadata.extract(key);
    if (node.empty()) throw ValueError(format_text("expected a checkpoint of fit or save_checkpoint, got no {}", key));
    return node.mapped();
  };
  if (const std::string got = take(version_key); got != std::to_string(checkpoint_version))
    throw ValueError(
        format_text("expected a checkpoint of version {}, got version {}. Use the version of Minnow that "
                    "wrote it",
                    checkpoint_version, detail::shown(got)));
  const std::string state_json = take(state_key), checksum = take(checksum_key);
  std::vector<Snapshot::Entry> entries;
  std::set<std::string> read;
  for (const Json& item : Json::parse(state_json)) entries.push_back(read_entry(file, item, read));
  Checkpoint checkpoint{Snapshot(std::move(entries)), std::move(metadata)};
  if (read.size() != file.tensors().size() ||
      checksum != checksum_of(checkpoint.state.view(), state_json, checkpoint.metadata))
    throw ValueError("expected the bytes that were written, got others: the checksum differs. Use another checkpoint");
  return checkpoint;
}

Checkpoint load_or_refuse(const SafetensorsReader& file) {
  try {
    return load(file);
  } catch (const Json::exception&) {
    detail::refuse_file(file.name(), "expected the state of a checkpoint, got other JSON. Use another checkpoint.");
  } catch (const ValueError& error) {
    detail::refuse_file(file.name(), std::string(error.what()) + '.');
  }
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const StateView& state,
                     const std::map<std::string, std::string>& metadata) {
  for (const auto& [key, value] : metadata)
    if (key.starts_with(reserved))
      throw ValueError(
          format_text("save_checkpoint: expected metadata keys that do not begin with {}, got {}.", reserved, key));
  const std::string state_json = to_json(state);
  std::map<std::string, std::string> all = metadata;
  all[version_key] = std::to_string(checkpoint_version);
  all[checksum_key] = checksum_of(state, state_json, metadata);
  all[state_key] = state_json;
  std::vector<NamedConstTensor> tensors;
  for (const StateView::Entry& entry : state.entries())
    if (const FixedTensor* tensor = tensor_of(entry)) tensors.push_back({entry.name, tensor, nullptr});
  write_safetensors(path, tensors, all);
}

std::string checkpoint_name(std::uint64_t step) { return format_text("step-{:08}.safetensors", step); }

std::vector<std::pair<std::uint64_t, std::filesystem::path>> checkpoints_in(const std::filesystem::path& folder) {
  std::vector<std::pair<std::uint64_t, std::filesystem::path>> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::uint64_t step = 0;
    const char* const first = name.data() + std::min<std::size_t>(name.size(), 5);
    if (std::from_chars(first, name.data() + name.size(), step).ec == std::errc() && name == checkpoint_name(step))
      found.emplace_back(step, entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

Checkpoint load_checkpoint(const std::filesystem::path& path) { return load_or_refuse(SafetensorsReader(path)); }
Checkpoint load_checkpoint(std::span<const std::byte> bytes) { return load_or_refuse(SafetensorsReader(bytes)); }

}  // namespace minnow::inline MINNOW_PRECISION
