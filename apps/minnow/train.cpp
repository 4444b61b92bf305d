#include <minnow/core/threading/threads.hpp>
#include <minnow/core/version.hpp>

#include <apps/minnow/backbone.hpp>
#include <apps/minnow/data.hpp>
#include <apps/minnow/options.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/minnow/test_result.hpp>
#include <apps/minnow/trainer.hpp>
#include <apps/support/classifier.hpp>
#include <apps/support/output.hpp>

#include <exception>
#include <system_error>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

/// Returns the settings of the command line, completed by those of the run to repeat or to continue.
Settings settings_of(const TrainOptions& options) {
  Settings settings = options.settings;
  if (options.resume && !options.checkpoint) throw ValueError("--resume: expected --checkpoint DIR with it, a run.");
  if (options.resume && options.config) throw ValueError("--resume: expected no --config with it.");
  if (options.config) settings = merged(settings, read_run_file(*options.config).settings);
  if (options.checkpoint) {
    const fs::path file = *options.checkpoint / "run.json";
    const bool exists = fs::exists(file);
    if (exists && !options.resume)
      throw ValueError(
          fmt::format("--checkpoint {}: expected a new folder, got one with a run. Add --resume to continue it.",
                      options.checkpoint->string()));
    if (exists) say("Continuing the run in {}\n", options.checkpoint->string());
    if (exists) settings = merged(settings, read_run_file(file).settings);
    if (options.resume && !exists) say("There is no run in {} yet: it starts now\n", options.checkpoint->string());
  }
  return resolved(std::move(settings));
}

void create_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw DataError(
        fmt::format("--checkpoint {}: the folder cannot be created ({}).", folder.string(), error.message()));
}

void save(const fs::path& path, const Classifier& classifier) {
  save_classifier(path, classifier.model, classifier.info, classifier.mirrored, classifier.temperature);
  print_saved(path);
}

/// Fits the temperature of the probabilities on the validation samples, if they are not too few.
void calibrate(Classifier& classifier, const Data& data) {
  constexpr std::size_t least = 50;
  if (data.validation == nullptr || data.validation->size() < least || data.class_names.empty()) return;
  const Predictions logits = classifier.logits(*data.validation);
  classifier.temperature = fit_temperature(logits.scores(), logits.targets());
}

/// Writes the model to all its files.
void save_all(const TrainOptions& options, const Classifier& classifier) {
  if (options.checkpoint) save(*options.checkpoint / "model.safetensors", classifier);
  if (options.save) save(*options.save, classifier);
}

/// Says how to continue. With --save, the model so far is saved.
int stopped(const TrainOptions& options, const Trainer& trainer, const Classifier& classifier) {
  const int signal = trainer.signal();
  say("Stopped in epoch {} of {}.\n", trainer.last_epoch(), *trainer.settings().epochs);
  if (options.save) save(*options.save, classifier);
  if (options.checkpoint) {
    const bool has_flag = options.command.find(" --resume") != std::string::npos;
    say("To continue: {}{}\n", options.command, has_flag ? "" : " --resume");
  } else {
    say("With --checkpoint DIR a run can be continued.\n");
  }
  return 128 + signal;
}

int finish(const TrainOptions& options, Classifier& classifier, const Data& data) {
  calibrate(classifier, data);
  std::optional<TestResult> result;
  std::exception_ptr failure;
  try {
    result.emplace(classifier, *data.test);
    classifier.info.metadata["result"] = result->sentence();
    result->print(false);
    say("\n");
  } catch (const OutputClosed&) {
    throw;
  } catch (...) {
    failure = std::current_exception();  // the model is saved first
  }
  save_all(options, classifier);
  if (failure) std::rethrow_exception(failure);
  if (options.predictions) result->write(*options.predictions, data.test_names);
  if (options.save)
    say("Next: minnow predict {} {}\n", options.save->string(), data.table ? "ROWS.csv" : "IMAGE...");
  else if (!options.checkpoint)
    say("The model was not saved: --save FILE keeps it.\n");
  return 0;
}

}  // namespace

int train(const TrainOptions& options) {
  std::optional<QuietOutput> quiet;
  if (options.quiet) quiet.emplace();
  if (options.save || options.report || options.predictions || options.checkpoint) ignore_closed_output();
  const Settings settings = settings_of(options);
  if (settings.threads) set_threads(static_cast<int>(*settings.threads));
  Rng rng{*settings.seed};
  const Data data = load_data(settings, rng.split());
  Trainer trainer(settings, options);
  if (options.checkpoint) {
    create_folder(*options.checkpoint);
    write_run_file(*options.checkpoint / "run.json", settings, options.command);
  }
  ModelInfo info{.input_shape = data.train->input_shape(), .class_names = data.class_names};
  info.table = data.table;
  info.metadata = {{"written_by", "minnow " + version()}, {"settings", settings_json(settings)}};
  Classifier classifier{{}, std::move(info), settings.flip.value_or(false)};
  if (settings.backbone) {
    classifier.info.normalization = efficientnet_normalization();
    classifier.model = train_on_backbone(trainer, data, rng);
  } else {
    classifier.info.normalization = data.normalization;
    classifier.model = make_model(settings, data.train->input_shape(), data.outputs(), rng.split());
    trainer.print_summary(classifier.model, data);
    trainer.fit(classifier.model, {.train = *data.train,
                                   .validation = data.validation.get(),
                                   .augment = image_changes(settings).make(rng.split()),
                                   .normalize = data.normalization,
                                   .shuffle = rng.split(),
                                   .info = classifier.info});
  }
  if (trainer.was_stopped()) return stopped(options, trainer, classifier);
  return finish(options, classifier, data);
}
