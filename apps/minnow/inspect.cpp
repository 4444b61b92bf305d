#include <minnow/datasets/images/inflate.hpp>
#include <minnow/io.hpp>
#include <minnow/minnow.hpp>

#include <apps/minnow/options.hpp>
#include <apps/support/output.hpp>
#include <apps/support/shell_word.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <fmt/ranges.h>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

struct File {
  std::string format;
  std::unique_ptr<TensorReader> tensors;
  std::map<std::string, std::string> metadata{};
};

/// Opens a file of tensors in the format that its first bytes show.
File open_file(const fs::path& path) {
  std::array<char, 256> first{};
  std::ifstream(path, std::ios::binary).read(first.data(), first.size());
  const std::string_view start(first.data(), first.size());
  const bool is_zip = start.starts_with("PK"), has_pickle = start.find("/data.pkl") != std::string_view::npos;
  if (is_zip && !has_pickle) return {"NPZ", std::make_unique<NpzReader>(path, datasets::inflate)};
  if (is_zip) return {"PyTorch", std::make_unique<PyTorchReader>(path)};
  if (start.starts_with("\x80")) return {"PyTorch", std::make_unique<PyTorchReader>(path)};
  auto reader = std::make_unique<SafetensorsReader>(path);
  std::map<std::string, std::string> metadata = reader->metadata();
  return {"safetensors", std::move(reader), std::move(metadata)};
}

std::size_t elements_in(const File& file) {
  std::size_t count = 0;
  for (const TensorEntry& tensor : file.tensors->tensors()) count += num_elements(tensor.shape);
  return count;
}

void line(const char* name, const std::string& value) {
  if (value.empty()) return;
  const std::size_t columns = terminal_columns();
  const std::string text = fmt::format("{:<14}{}", name, printable(std::string_view(value)));
  say("{}\n", columns == 0 ? text : clipped(text, columns));
}

std::string entry(const File& file, const char* key) {
  const auto found = file.metadata.find(key);
  return found == file.metadata.end() ? "" : found->second;
}

void print_tensors(const File& file) {
  std::size_t name = 4, shape = 5;
  for (const TensorEntry& tensor : file.tensors->tensors()) {
    name = std::max(name, display_width(printable(std::string_view(tensor.name))));
    shape = std::max(shape, to_string(tensor.shape).size());
  }
  say("\n{}  {:<7}  {:<{}}  {:>12}\n", left_aligned("name", name), "type", "shape", shape, "elements");
  for (const TensorEntry& tensor : file.tensors->tensors())
    say("{}  {:<7}  {:<{}}  {:>12}\n", left_aligned(printable(std::string_view(tensor.name)), name),
        to_string(tensor.type), to_string(tensor.shape), shape, num_elements(tensor.shape));
}

/// Returns the command that trains with the settings in this JSON; an empty text if other programs wrote it.
std::string command_of(const std::string& json, const std::string& file) {
  Settings settings;
  try {
    settings = settings_from_json(json, file);
  } catch (const DataError&) {
    return {};
  }
  std::string command = "minnow train";
  visit_settings(
      [&](const char* name, const auto& value, const Meaning&) {
        if (!value) return;
        if constexpr (std::is_same_v<std::decay_t<decltype(*value)>, bool>)
          command += *value ? fmt::format(" --{}", name) : std::string();
        else if constexpr (std::is_same_v<std::decay_t<decltype(*value)>, fs::path>)
          command += fmt::format(" --{} {}", name, shell_word(value->string()));
        else
          command += fmt::format(" --{} {}", name, shell_word(fmt::format("{}", *value)));
      },
      settings);
  return command;
}

/// Prints what is known of a model beside its layers.
void print_model(const File& file, const ModelFile& model, const fs::path& path) {
  line("written by", entry(file, "written_by"));
  if (const std::string settings = entry(file, "settings"); !settings.empty())
    line("trained by", command_of(settings, path.string()));
  line("result", entry(file, "result"));
  if (!model.info.input_shape.empty()) line("input", to_string(model.info.input_shape));
  line("classes", fmt::format("{}", fmt::join(model.info.class_names, ", ")));
  if (model.info.table) {
    line("features", fmt::format("{}", fmt::join(model.info.table->feature_names(), ", ")));
    line("target", model.info.table->encoding().target.name);
  }
  if (model.info.normalization)
    line("normalised", fmt::format("mean {:.4g}, deviation {:.4g}", fmt::join(model.info.normalization->mean(), " "),
                                   fmt::join(model.info.normalization->deviation(), " ")));
  for (const auto& [key, value] : model.info.metadata)
    if (key != "written_by" && key != "result" && key != "settings") line(key.c_str(), value);
  say("\n");
  if (model.info.input_shape.empty()) return;
  Shape batch{1};
  batch.insert(batch.end(), model.info.input_shape.begin(), model.info.input_shape.end());
  say_table(model.model.summary(batch));
}

std::string tensors_json(const File& file) {
  std::vector<std::string> objects;
  for (const TensorEntry& tensor : file.tensors->tensors())
    objects.push_back(fmt::format("{{\"name\": {}, \"type\": \"{}\", \"shape\": [{}]}}", json_text(tensor.name),
                                  to_string(tensor.type), fmt::join(tensor.shape, ", ")));
  return fmt::format("{}", fmt::join(objects, ", "));
}

void print_json(const InspectOptions& options, const File& file, bool is_model) {
  std::vector<std::string> metadata;
  for (const auto& [key, value] : file.metadata)
    if (!key.starts_with("minnow.")) metadata.push_back(json_text(key) + ": " + json_text(value));
  std::string model;
  for (const auto& [key, name] :
       {std::pair{"minnow.architecture", "architecture"}, std::pair{"minnow.input_shape", "input_shape"},
        std::pair{"minnow.class_names", "class_names"}, std::pair{"minnow.normalization", "normalization"}})
    if (const std::string value = entry(file, key); is_model && !value.empty())
      model += fmt::format(", \"{}\": {}", name, value);
  say("{{\"file\": {}, \"format\": \"{}\", \"bytes\": {}, \"elements\": {}{}, \"metadata\": {{{}}}, \"tensors\": "
      "[{}]}}\n",
      json_text(options.file.string()), is_model ? "minnow" : file.format, fs::file_size(options.file),
      elements_in(file), model, fmt::join(metadata, ", "), tensors_json(file));
}

}  // namespace

int inspect(const InspectOptions& options) {
  const File file = open_file(options.file);
  const bool is_model = file.metadata.contains("minnow.architecture");
  std::optional<ModelFile> model;
  if (is_model) model = load_model_file(options.file);
  if (options.json) {
    print_json(options, file, is_model);
    return 0;
  }
  const std::string format = is_model ? "a model of Minnow" : "weights in the format " + file.format;
  line("file", fmt::format("{}, {}", options.file.string(), byte_size(fs::file_size(options.file))));
  line("content",
       fmt::format("{}: {} tensors, {} elements", format, file.tensors->tensors().size(), grouped(elements_in(file))));
  if (model) print_model(file, *model, options.file);
  if (!model)
    for (const auto& [key, value] : file.metadata) line(key.c_str(), value);
  if (!model || model->info.input_shape.empty()) print_tensors(file);
  return 0;
}
