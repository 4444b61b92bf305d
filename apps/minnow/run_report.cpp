#include <apps/minnow/run_report.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

using namespace minnow;

namespace {

std::string text_of(const std::string& value) { return value; }
std::string text_of(const std::filesystem::path& value) { return value.string(); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(std::size_t value) { return std::to_string(value); }
std::string text_of(double value) { return fmt::format("{}", value); }

std::vector<ReportEntry> entries_of(const Settings& settings) {
  std::vector<ReportEntry> entries;
  visit_settings(
      [&](const char* name, const auto& value, const Meaning&) {
        if (value) entries.push_back({name, text_of(*value)});
      },
      settings);
  return entries;
}

std::string subject(const Run& run) {
  if (run.data.table) return "Rows of " + run.settings.data->filename().string();
  const std::string names = capitalised(run.data.training_names);
  constexpr std::size_t most = 6;
  return names + (run.data.class_names.size() > most ? fmt::format(" of {} classes", run.data.class_names.size())
                                                     : " of " + listed(run.data.class_names));
}

std::string model_name(const Settings& settings) {
  if (settings.backbone)
    return settings.finetune.value_or(false) ? "EfficientNet-Lite0, fine-tuned"
                                             : "A linear layer on EfficientNet-Lite0";
  return *settings.model == "cnn" ? "A convolutional network" : "The network " + *settings.model;
}

}  // namespace

ReportExamples examples_before(const Run& run) {
  constexpr std::size_t shown = 3;
  if (run.settings.backbone || run.data.class_names.empty()) return {};
  ReportExamples examples;
  const std::size_t count = std::min(shown, run.data.test->size());
  for (std::size_t i = 0; i < count; ++i) examples.samples.push_back(i * run.data.test->size() / count);
  const Subset samples(*run.data.test, examples.samples);
  examples.before = run.classifier.logits(samples).scores();
  return examples;
}

RunReport make_report(const Run& run, const Classifier& trained, const TestResult& result, const std::string& command) {
  RunReport report;
  report.title = subject(run);
  report.sentence = fmt::format("{}, trained on {} {}: {}.", model_name(run.settings), grouped(run.data.train->size()),
                                run.data.training_names, result.sentence());
  report.command = command;
  report.seed = *run.settings.seed;
  report.settings = entries_of(run.settings);
  report.versions = describe_versions();
  report.machine = describe_machine();
  Shape batch{*run.settings.batch_size};
  const Shape sample = run.data.test->input_shape();
  batch.insert(batch.end(), sample.begin(), sample.end());
  report.model = summarize(trained.model, batch);
  report.test = result.decoded();
  report.class_names = run.data.class_names;
  report.test_data = run.data.test.get();
  report.sample_names = run.data.test_names;
  if (run.data.table) report.feature_names = run.data.table->feature_names();
  if (trained.temperature != 1) report.temperature = trained.temperature;
  return report;
}
