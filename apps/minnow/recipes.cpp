#include <minnow/io.hpp>

#include <apps/minnow/recipes.hpp>
#include <apps/minnow/settings.hpp>
#include <apps/support/output_path.hpp>
#include <apps/support/text_file.hpp>

#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

using namespace minnow;

namespace {

/// Defaults for drawings, and for other images with dense layers.
Settings dense_defaults() {
  Settings s;
  s.size = 32;
  s.epochs = 15;
  s.batch_size = 64;
  s.optimizer = "sgd";
  s.learning_rate = 0.01;
  s.schedule = "linear";
  s.momentum = 0.9;
  s.weight_decay = 0;
  s.label_smoothing = 0;
  s.flip = false;
  s.shift = 0;
  s.jitter = 0;
  s.cutout = 0;
  return s;
}

Settings photograph_defaults() {
  Settings s = dense_defaults();
  s.size = 64;
  s.epochs = 80;
  s.optimizer = "adamw";
  s.learning_rate = 0.006;
  s.schedule = "one-cycle";
  s.weight_decay = 0.05;
  s.label_smoothing = 0.05;
  return s;
}

Settings idx_defaults(bool is_cnn) {
  Settings s = dense_defaults();
  s.epochs = is_cnn ? 18 : 30;
  s.batch_size = is_cnn ? 64 : 128;
  s.optimizer = "adamw";
  s.learning_rate = is_cnn ? 0.005 : 0.002;
  s.schedule = is_cnn ? "one-cycle" : "linear";
  s.weight_decay = is_cnn ? 0.05 : 0.1;
  s.label_smoothing = is_cnn ? 0.05 : 0.1;
  s.shift = 2;
  s.cutout = is_cnn ? 8 : 0;
  return s;
}

Settings backbone_defaults() {
  Settings s = photograph_defaults();
  s.size = 160;
  s.epochs = 20;
  s.learning_rate = 0.003;
  s.weight_decay = 1;
  s.label_smoothing = 0;
  s.finetune = false;
  s.flip = true;
  return s;
}

/// Defaults for rows of a table: many epochs for few rows.
Settings table_defaults(const std::filesystem::path& file) {
  std::error_code error;
  const double bytes = static_cast<double>(std::filesystem::file_size(file, error));
  Settings s = dense_defaults();
  s.size.reset();
  s.epochs = bytes < 1e6 ? 100 : bytes < 5e7 ? 30 : 10;
  s.batch_size = bytes < 1e6 ? 32 : 128;
  s.optimizer = "adamw";
  s.learning_rate = 0.005;
  s.schedule = "one-cycle";
  s.weight_decay = bytes < 1e6 ? 0.3 : 0.05;
  s.fold = 1;
  s.flip.reset();
  s.shift.reset();
  s.jitter.reset();
  s.cutout.reset();
  return s;
}

Settings defaults_for(const Settings& s, DataKind kind) {
  if (s.backbone) return backbone_defaults();
  if (kind == DataKind::table) return table_defaults(*s.data);
  const bool is_mlp = s.model->starts_with("mlp");
  if (kind == DataKind::idx) return idx_defaults(!is_mlp);
  if (is_mlp) return dense_defaults();
  Settings defaults = photograph_defaults();
  if (kind == DataKind::drawings) defaults.size = 32, defaults.epochs = 5;
  if (kind != DataKind::photographs) return defaults;
  const ImageChanges changes = photograph_changes(s.size.value_or(*defaults.size));
  defaults.flip = changes.flip;
  defaults.shift = changes.shift;
  defaults.jitter = changes.jitter;
  defaults.cutout = changes.cutout;
  return defaults;
}

std::string read_architecture(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure) && !failure)
    throw ValueError(fmt::format(
        "--model: expected cnn, mlp:256,64 or a file of an architecture, got '{}'. There is no such file.", path));
  try {
    Rng rng{0};
    return architecture_json(model_from_json(read_text(path), rng));  // without unknown keys and spaces
  } catch (const Error& error) {
    throw ValueError(fmt::format("--model {}: {}", path, error.what()));
  }
}

/// The sizes in "mlp:256,64".
std::vector<std::size_t> hidden_sizes(const std::string& model) {
  std::vector<std::size_t> sizes;
  for (std::size_t at = sizeof("mlp:") - 1; at < model.size();) {
    const std::size_t end = std::min(model.size(), model.find(',', at));
    std::optional<std::size_t> size;
    if (!read_setting(model.substr(at, end - at), {"", "N", "", 1, 1e6}, size).empty() || end + 1 == model.size())
      throw ValueError(fmt::format("--model: expected sizes of layers, mlp:256,64, got '{}'.", model));
    sizes.push_back(*size);
    at = end + 1;
  }
  if (sizes.empty()) throw ValueError(fmt::format("--model: expected sizes of layers, mlp:256,64, got '{}'.", model));
  return sizes;
}

bool is_mlp(const std::string& model) { return model == "mlp" || model.starts_with("mlp:"); }

/// Throws ValueError unless the model computes an output for each class of such samples.
void check_fit(const Settings& s, const Sequential& model, const Shape& sample, std::size_t outputs) {
  Shape batch{1};
  batch.insert(batch.end(), sample.begin(), sample.end());
  Shape got;
  try {
    got = model.output_shape(batch);
  } catch (const ShapeError& error) {
    throw ShapeError(fmt::format("--model {}: does not fit samples {}: {}", *s.model, to_string(sample), error.what()));
  }
  if (got != Shape{1, outputs})
    throw ShapeError(fmt::format("--model {}: expected an output {} for samples {}, got {}.", *s.model,
                                 to_string(Shape{1, outputs}), to_string(sample), to_string(got)));
}

const char* name_of(DataKind kind) {
  if (kind == DataKind::table) return "a table";
  if (kind == DataKind::idx) return "IDX files";
  return kind == DataKind::photographs ? "photographs" : "drawings";
}

/// Returns the data that a setting needs if it has no effect on data of this kind, else null.
const char* needed_data(std::string_view name, DataKind kind) {
  static const std::set<std::string_view> of_tables{"test",       "target",  "fold",    "target-kind",
                                                    "categories", "ignored", "missing", "header"};
  static const std::set<std::string_view> of_images{"flip", "shift", "jitter", "cutout"};
  const bool is_table = kind == DataKind::table;
  if (of_tables.contains(name) && !is_table) return "a table, --data FILE.csv";
  if (of_images.contains(name) && is_table) return "images";
  if (name == "size" && (is_table || kind == DataKind::idx)) return "photographs or drawings";
  return name == "drawings" && kind != DataKind::drawings ? "drawings, no --data" : nullptr;
}

/// Throws ValueError if a setting of the command line has no effect.
void check_effects(const Settings& given, DataKind kind) {
  visit_settings(
      [&](const char* name, const auto& value, const Meaning&) {
        if (const char* needed = value ? needed_data(name, kind) : nullptr; needed != nullptr)
          throw ValueError(fmt::format("--{}: expected {}, got {}.", name, needed, name_of(kind)));
      },
      given);
  if (given.test && given.fold) throw ValueError("--test: expected no --fold with it.");
  if (given.backbone && (given.shift || given.jitter || given.cutout))
    throw ValueError("--backbone: expected no --shift, --jitter or --cutout with it.");
}

}  // namespace

Settings resolved(Settings s, const Settings& given) {
  const DataKind kind = kind_of(s.data);
  check_effects(given, kind);
  if (s.backbone && s.model) throw ValueError("--backbone: expected no --model with it.");
  if (s.backbone && kind != DataKind::photographs)
    throw ValueError("--backbone: expected --data DIR, a folder of photographs.");
  if (s.finetune.value_or(false) && !s.backbone) throw ValueError("--finetune: expected --backbone FILE with it.");
  const char* dense = kind == DataKind::idx ? "mlp:256,128" : kind == DataKind::table ? "mlp:100" : "mlp:256,64";
  if (!s.model && !s.backbone) s.model = kind == DataKind::photographs ? "cnn" : dense;
  if (s.model == "mlp") s.model = dense;
  if (s.model && is_mlp(*s.model)) hidden_sizes(*s.model);  // throws if they are wrong
  if (s.backbone)
    if (const std::string reason = unreadable_file(s.backbone->string()); !reason.empty())
      throw ValueError("--backbone: " + reason + ".");
  if (s.model && *s.model != "cnn" && !is_mlp(*s.model) && !s.architecture)
    s.architecture = read_architecture(*s.model);
  Settings defaults = defaults_for(s, kind);
  defaults.validation = kind == DataKind::drawings ? 0.05 : 0.1;
  defaults.seed = 42;
  if (kind == DataKind::drawings) defaults.drawings = 16000;
  s = merged(s, defaults);
  if (s.patience.value_or(0) > 0 && *s.validation == 0)
    throw ValueError("--patience: expected a --validation above 0 with it, samples whose loss is measured.");
  return s;
}

Sequential make_model(const Settings& s, const Shape& sample, std::size_t outputs, Rng rng) {
  if (is_mlp(*s.model)) return mlp(sample, hidden_sizes(*s.model), outputs, std::move(rng));
  Sequential model;
  if (s.architecture) {
    model = model_from_json(*s.architecture, rng);
  } else if (sample.size() != 3) {
    throw ValueError(fmt::format("--model cnn: expected images (C, H, W), got samples {}. Use --model mlp:256,64.",
                                 to_string(sample)));
  } else {
    model =
        sample[0] == 1 ? digit_cnn(sample, outputs, std::move(rng)) : photograph_cnn(sample, outputs, std::move(rng));
  }
  check_fit(s, model, sample, outputs);
  return model;
}

ImageChanges image_changes(const Settings& s) {
  return {.flip = s.flip.value_or(false),
          .shift = s.shift.value_or(0),
          .jitter = s.jitter.value_or(0),
          .cutout = s.cutout.value_or(0),
          .fill = s.data ? photograph_changes(0).fill : 0};
}

std::unique_ptr<Optimizer> make_optimizer(const Settings& s, Layer& model, std::size_t steps) {
  const Training training{*s.epochs, *s.batch_size, *s.learning_rate, *s.weight_decay, *s.label_smoothing};
  std::unique_ptr<Optimizer> optimizer;
  if (s.optimizer == "sgd")
    optimizer = std::make_unique<SGD>(
        model.parameters(),
        SGDOptions{.learning_rate = *s.learning_rate, .momentum = *s.momentum, .weight_decay = *s.weight_decay});
  else
    optimizer = make_adamw(model, training, *s.momentum);
  if (s.schedule == "linear") optimizer->set_schedule(falling(steps));
  if (s.schedule == "one-cycle") optimizer->set_schedule(rising_and_falling(steps));
  return optimizer;
}
