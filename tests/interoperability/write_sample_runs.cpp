// Writes the sample runs of tests/training/report: NAME.html, the event files NAME/, and NAME.json with every number
// that TensorBoard should read. usage: write_sample_runs FOLDER

#include <tests/training/report/sample_runs.hpp>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

using namespace minnow;
using nlohmann::json;

namespace {

json expected(const RunReport& run) {
  json rows = json::array(), distributions = json::array(), settings = json::object();
  for (std::size_t r = 0; r < run.history.size(); ++r) rows.push_back(run.history.row(r));
  for (const Distribution& d : run.distributions)
    distributions.push_back({{"parameter", d.parameter},
                             {"gradient", d.of_gradient},
                             {"step", d.step},
                             {"finite", d.elements - d.not_finite},
                             {"sum", d.sum},
                             {"squares", d.squares},
                             {"quantiles", d.quantiles},
                             {"limits", d.limits},
                             {"counts", d.counts}});
  for (const ReportEntry& entry : run.settings) settings[entry.name] = entry.value;
  json filters = json::array();
  if (run.model) filters = std::vector<double>(run.model->filters.begin(), run.model->filters.end());
  return {{"columns", run.history.columns()},
          {"rows", rows},
          {"distributions", distributions},
          {"settings", settings},
          {"filters", filters},
          {"filters_name", run.model ? run.model->filters_name : ""}};
}

/// Writes two event files of a run that is interrupted after epoch 3 and resumed at epoch 2, as `fit` calls on_epoch.
void write_resumed(const std::filesystem::path& folder) {
  const auto record = [&](std::size_t first, std::size_t last, double loss) {
    TensorBoardWriter writer(folder);
    for (std::size_t epoch = first; epoch <= last; ++epoch) {
      Progress progress;
      progress.epoch = epoch;
      progress.total_steps = 10 * epoch;
      progress.loss = loss + static_cast<double>(epoch);
      progress.learning_rate = 0.5;
      progress.validated = epoch == 4;
      progress.validation_loss = 7;
      progress.samples = 100;
      progress.epoch_seconds = 4;
      writer.on_epoch(progress);
    }
  };
  record(1, 3, 100);
  record(2, 4, 200);
}

}  // namespace

int main(int, char** argv) {
  const std::filesystem::path folder = argv[1];
  for (const auto& [name, run, data] : testing::sample_runs()) {
    write_report(run, folder / (name + ".html"));
    write_tensorboard(run, folder / name);
    std::ofstream(folder / (name + ".json")) << expected(run).dump(-1, ' ', false, json::error_handler_t::replace);
  }
  write_resumed(folder / "resumed");
}
