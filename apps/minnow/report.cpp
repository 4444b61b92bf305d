#include <apps/minnow/options.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/minnow/run_report.hpp>
#include <apps/support/files_of_command.hpp>
#include <apps/support/output.hpp>
#include <apps/support/output_path.hpp>
#include <apps/support/terminal.hpp>

#include <cmath>
#include <optional>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

/// Returns the trained model of a run, or while it is not complete the best one so far.
fs::path model_in(const fs::path& folder, bool has_backbone) {
  for (const char* name : {"model.safetensors", "best.safetensors"}) {
    const bool is_part = has_backbone && name == std::string("best.safetensors");  // written while the run goes on
    if (!is_part && fs::exists(folder / name)) return folder / name;
  }
  throw DataError(
      fmt::format("{}: expected model.safetensors, got a run without a model. `minnow train --resume` completes it.",
                  folder.string()));
}

/// Returns the row with the lowest validation loss.
std::optional<std::size_t> best_row(const History& history) {
  constexpr const char* monitor = "validation loss";
  std::optional<std::size_t> best;
  if (!history.has(monitor)) return best;
  for (std::size_t r = 0; r < history.size(); ++r) {
    const double loss = history.at(r, monitor);
    if (std::isfinite(loss) && (!best || loss < history.at(*best, monitor))) best = r;
  }
  return best;
}

/// Reads the history of a run, and adds the best row and the end, which are not in the file.
History history_of(const fs::path& folder, const Classifier& trained) {
  History history = read_history(folder / "history.jsonl");
  history.best = best_row(history);
  const auto end = trained.info.metadata.find(end_key);
  if (end != trained.info.metadata.end())
    history.end = end->second == ended_early ? History::End::early_stopping : History::End::completed;
  return history;
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
  const Classifier trained = load_classifier_or_table(model_in(folder, file.settings.backbone.has_value()));
  const Run run = prepare(resolved(file.settings));
  check_test_data(trained, run.data, folder.string(), "The report needs the data as it was.");
  const TestResult result(trained, *run.data.test);
  RunReport content = make_report(run, trained, result, file.command);
  content.history = history_of(folder, trained);
  if (fs::exists(folder / "distributions.jsonl"))
    content.distributions = read_distributions(folder / "distributions.jsonl");
  content.examples = examples_before(run);
  write_report(content, output);
  say("Wrote {} ({})\n", output.string(), byte_size(fs::file_size(output)));
  return 0;
}
