#include <apps/minnow/options.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/minnow/run_report.hpp>
#include <apps/support/files_of_command.hpp>
#include <apps/support/output.hpp>
#include <apps/support/output_path.hpp>
#include <apps/support/terminal.hpp>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

/// Returns the trained model of a run, or while it is not complete the best one so far.
fs::path model_in(const fs::path& folder) {
  for (const char* name : {"model.safetensors", "best.safetensors"})
    if (fs::exists(folder / name)) return folder / name;
  throw DataError(
      fmt::format("{}: expected model.safetensors, got a run without a model. `minnow train --resume` completes it.",
                  folder.string()));
}

/// Throws ValueError if the report replaces the data or another file of the run.
void check_files(const ReportOptions& options, const Settings& settings) {
  FilesOfCommand files;
  for (const char* name :
       {"run.json", "model.safetensors", "best.safetensors", "history.csv", "history.jsonl", "distributions.jsonl"})
    files.reads("the " + std::string(name) + " of RUN", options.run / name);
  files.reads("--data", settings.data);
  files.reads("--test", settings.test);
  files.reads("--backbone", settings.backbone);
  files.writes("--output", options.output);
  files.check();
}

}  // namespace

int report(const ReportOptions& options) {
  const fs::path& folder = options.run;
  const fs::path output = options.output.value_or(folder / "report.html");
  const RunFile file = read_run_file(folder / "run.json");
  check_files(options, file.settings);
  if (const std::string reason = unwritable_whole_file(output); !reason.empty()) throw DataError(reason + ".");
  const Classifier trained = load_classifier_or_table(model_in(folder));
  const Run run = prepare(resolved(file.settings));
  const TestResult result(trained, *run.data.test);
  RunReport content = make_report(run, trained, result, file.command);
  content.history = read_history(folder / "history.jsonl");
  if (fs::exists(folder / "distributions.jsonl"))
    content.distributions = read_distributions(folder / "distributions.jsonl");
  content.examples = examples_before(run);
  write_report(content, output);
  say("Wrote {} ({})\n", output.string(), byte_size(fs::file_size(output)));
  return 0;
}
