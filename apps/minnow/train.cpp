#include <minnow/core/threading/threads.hpp>

#include <apps/minnow/backbone.hpp>
#include <apps/minnow/data.hpp>
#include <apps/minnow/options.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/minnow/run.hpp>
#include <apps/minnow/run_report.hpp>
#include <apps/minnow/run_start.hpp>
#include <apps/minnow/test_result.hpp>
#include <apps/minnow/trainer.hpp>
#include <apps/support/classifier.hpp>
#include <apps/support/files_of_command.hpp>
#include <apps/support/output.hpp>
#include <apps/support/output_path.hpp>
#include <apps/support/shell_word.hpp>
#include <apps/support/terminal.hpp>

#include <exception>
#include <system_error>
#include <utility>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

/// Throws ValueError if a file of the options replaces one of the data, of the run or of another option.
void check_files(const TrainOptions& options, const Settings& settings) {
  FilesOfCommand files;
  files.reads("--data", settings.data);
  files.reads("--test", settings.test);
  files.reads("--backbone", settings.backbone);
  if (settings.architecture) files.reads("--model", *settings.model);
  files.reads("--config", options.config);
  files.writes("--save", options.save);
  files.writes("--report", options.report);
  files.writes("--predictions", options.predictions);
  files.writes_run("--checkpoint", options.checkpoint);
  files.check();
}

/// Creates the folder of a run. Throws if files cannot be written there.
void create_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw DataError(
        fmt::format("--checkpoint {}: the folder cannot be created ({}).", folder.string(), error.message()));
  if (const std::string reason = unwritable_whole_file(folder / "run.json"); !reason.empty())
    throw DataError(fmt::format("--checkpoint {}: {}.", folder.string(), reason));
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

/// Returns what best.safetensors says of the model. Its probabilities are not calibrated.
ModelInfo info_of_best(const Classifier& classifier) {
  ModelInfo info = classifier.info;
  if (!info.table) info.metadata["mirrored"] = classifier.mirrored ? "true" : "false";
  return info;
}

/// Writes the model to all its files.
void save_all(const TrainOptions& options, const Classifier& classifier) {
  if (options.checkpoint) save(*options.checkpoint / "model.safetensors", classifier);
  if (options.save) save(*options.save, classifier);
}

/// Returns the command that continues the run.
std::string continuation(const TrainOptions& options) {
  std::string text = "minnow train --checkpoint " + shell_word(options.checkpoint->string()) + " --resume";
  const auto add = [&](const char* name, const Path& path) {
    if (path) text += fmt::format(" {} {}", name, shell_word(path->string()));
  };
  add("--save", options.save);
  add("--report", options.report);
  add("--predictions", options.predictions);
  if (options.keep != TrainOptions().keep) text += fmt::format(" --keep {}", options.keep);
  return text;
}

/// Says how to continue. With --save, the model so far is saved.
int stopped(const TrainOptions& options, const Trainer& trainer, const Classifier& classifier) {
  const int signal = trainer.signal();
  const bool has_steps = trainer.last_epoch() > 0;
  say("{}", has_steps ? fmt::format("Stopped in epoch {} of {}.\n", trainer.last_epoch(), trainer.epochs())
                      : std::string("Stopped before a step.\n"));
  if (options.save) save(*options.save, classifier);
  if (trainer.has_checkpoints()) {
    say("To continue: {}\n", continuation(options));
  } else if (options.checkpoint) {
    say("Checkpoints begin with the fine-tuning. To train from the start: {}\n", continuation(options));
  } else {
    say("With --checkpoint DIR a run can be continued.\n");
  }
  return 128 + signal;
}

void write_reports(const TrainOptions& options, const Run& run, const TestResult& result, const Trainer& trainer,
                   ReportExamples examples) {
  RunReport content = make_report(run, run.classifier, result, run.command);
  content.history = trainer.history();
  content.distributions = trainer.distributions();
  content.examples = std::move(examples);
  if (options.checkpoint && trainer.last_epoch() > 0) write_tensorboard(content, *options.checkpoint);
  for (const auto& path : {options.report, options.checkpoint ? Path(*options.checkpoint / "report.html") : Path()}) {
    if (!path) continue;
    write_report(content, *path);
    say("Wrote the report {} ({})\n", path->string(), byte_size(fs::file_size(*path)));
  }
}

int finish(const TrainOptions& options, Run& run, const Trainer& trainer, const ReportExamples& examples) {
  Classifier& classifier = run.classifier;
  const Data& data = run.data;
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
  classifier.info.metadata[end_key] =
      trainer.history().end == History::End::early_stopping ? ended_early : ended_completed;
  save_all(options, classifier);
  if (failure) std::rethrow_exception(failure);
  if (options.predictions) result->write(*options.predictions, data.test_names);
  write_reports(options, run, *result, trainer, examples);
  const Path saved = options.save         ? options.save
                     : options.checkpoint ? Path(*options.checkpoint / "model.safetensors")
                                          : Path();
  if (saved)
    say("Next: minnow predict {} {}\n", shell_word(saved->string()), data.table ? "ROWS.csv" : "IMAGE...");
  else
    say("The model was not saved: --save FILE keeps it.\n");
  return 0;
}

}  // namespace

int train(const TrainOptions& options) {
  std::optional<QuietOutput> quiet;
  if (options.quiet) quiet.emplace();
  if (options.save || options.report || options.predictions || options.checkpoint) ignore_closed_output();
  const RunStart start = start_of(options);
  const Settings& settings = start.settings;
  check_files(options, settings);
  if (options.checkpoint) create_folder(*options.checkpoint);
  if (settings.threads) set_threads(static_cast<int>(*settings.threads));
  Run run = prepare(settings);
  run.command = start.command;
  Trainer trainer(run.settings, options);
  if (options.checkpoint && start.is_new) write_run_file(*options.checkpoint / "run.json", settings, start.command);
  const ReportExamples examples = options.report || options.checkpoint ? examples_before(run) : ReportExamples{};
  if (settings.backbone) {
    run.classifier.model = train_on_backbone(trainer, run.data, run.rng);
  } else {
    trainer.print_summary(run.classifier.model, run.data);
    trainer.fit(run.classifier.model, {.train = *run.data.train,
                                       .validation = run.data.validation.get(),
                                       .augment = image_changes(settings).make(run.rng.split()),
                                       .normalize = run.data.normalization,
                                       .shuffle = run.rng.split(),
                                       .info = info_of_best(run.classifier)});
  }
  trainer.release_signals();
  if (trainer.was_stopped()) return stopped(options, trainer, run.classifier);
  return finish(options, run, trainer, examples);
}
