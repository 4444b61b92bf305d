#include <apps/minnow/data.hpp>
#include <apps/minnow/options.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/minnow/run.hpp>
#include <apps/minnow/test_result.hpp>
#include <apps/support/classifier.hpp>
#include <apps/support/files_of_command.hpp>
#include <apps/support/output.hpp>
#include <apps/support/terminal.hpp>

using namespace minnow;

namespace {

/// Returns the settings of the data to evaluate on: those of training, unless the options name other data.
Settings data_settings(const Classifier& classifier, const EvalOptions& options) {
  Settings settings;
  const auto& metadata = classifier.info.metadata;
  if (const auto found = metadata.find("settings"); found != metadata.end())
    settings = settings_from_json(found->second, options.model.string());
  else if (!options.data)
    throw ValueError("expected --data PATH, because the model file does not name the data of its training.");
  if (options.data) settings.data = options.data;
  settings.backbone.reset();  // the model file contains it
  settings.finetune.reset();
  if (!settings.model) settings.model = "cnn";  // only for the defaults of other settings
  settings = resolved(std::move(settings));
  if (!classifier.info.table) settings.size = classifier.info.input_shape[1];
  return settings;
}

void check_data(const Classifier& classifier, const Data& data, const EvalOptions& options) {
  if (classifier.info.input_shape == data.test->input_shape() && classifier.info.class_names == data.class_names)
    return;
  throw DataError(fmt::format("{}: expected samples {} of {}, got samples {} of {}.", options.model.string(),
                              to_string(classifier.info.input_shape), listed(printable(classifier.info.class_names)),
                              to_string(data.test->input_shape()), listed(printable(data.class_names))));
}

/// Returns all rows of another table than that of training.
Data rows_of(const Classifier& classifier, const EvalOptions& options) {
  const datasets::TableEncoder& encoder = *classifier.info.table;
  Data data{DataKind::table, encoder.class_names(), nullptr, nullptr, nullptr, nullptr, {}, {}, "rows"};
  data.test = std::make_unique<const TensorDataset>(
      encoder.encode(datasets::Table(*options.data, {.missing = encoder.encoding().missing})));
  if (!options.json) say("All {} rows of {}\n", grouped(data.test->size()), options.data->string());
  for (std::size_t i = 0; i < data.test->size(); ++i) data.test_names.push_back(std::to_string(i + 1));
  return data;
}

/// Throws ValueError if the predictions replace the model or the data.
void check_files(const EvalOptions& options, const Settings& settings) {
  FilesOfCommand files;
  files.reads("MODEL", options.model);
  files.reads("--data", settings.data);
  files.reads("--test", settings.test);
  files.writes("--predictions", options.predictions);
  files.check();
}

Data test_data(const Classifier& classifier, const EvalOptions& options) {
  if (classifier.info.table && options.data) {
    Settings of_rows;
    of_rows.data = options.data;
    check_files(options, of_rows);
    return rows_of(classifier, options);
  }
  const Settings settings = data_settings(classifier, options);
  check_files(options, settings);
  std::optional<QuietOutput> quiet;
  if (options.json) quiet.emplace();
  Rng rng{*settings.seed};
  Data data = load_data(settings, rng.split(), classifier.info.class_names);
  check_data(classifier, data, options);
  if (!options.data)
    check_test_data(classifier, data, options.model.string(),
                    "Add --data PATH to test on this data anyway: the model may have been trained on it.");
  return data;
}

}  // namespace

int evaluate_model(const EvalOptions& options) {
  if (options.threads) set_threads(static_cast<int>(*options.threads));
  const Classifier classifier = load_classifier_or_table(options.model);
  const Data data = test_data(classifier, options);
  const TestResult result(classifier, *data.test);
  options.json ? result.print_json(options.model) : result.print(true);
  if (options.predictions) result.write(*options.predictions, data.test_names);
  return 0;
}
