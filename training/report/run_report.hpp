#pragma once

#include <minnow/datasets/dataset.hpp>
#include <minnow/training/history.hpp>
#include <minnow/training/predictions.hpp>
#include <minnow/training/report/distributions.hpp>
#include <minnow/training/report/model_summary.hpp>
#include <minnow/training/report/report_entry.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Held-out samples whose logits are shown before and after training.
struct ReportExamples {
  std::vector<std::size_t> samples;  // rows of RunReport::test
  Tensor before = zeros({0});        // (samples, C) logits; or (samples) or (samples, 1)
  Tensor after = zeros({0});         // the same; empty: those of RunReport::test
};

/// Everything that a report shows of a training run. A member that stays empty omits its part of the report.
struct RunReport {
  std::string title = "Training run";
  std::string sentence;  // what was trained on what, with its result
  std::string command;   // makes the run again
  std::optional<std::uint64_t> seed;
  std::vector<ReportEntry> settings;  // in the order shown
  std::vector<ReportEntry> versions;  // describe_versions()
  std::vector<ReportEntry> machine;   // describe_machine()
  History history;
  std::optional<ModelSummary> model;  // summarize(model, {1, 3, 64, 64})
  Distributions distributions;        // of a DistributionRecorder

  // The held-out samples. With class names, the scores are logits (N, C), or (N) or (N, 1) for class 1 of two, and the
  // targets are class indices. Without class names, scores and targets are values of a regression, (N) or (N, 1).
  Predictions test;
  std::vector<std::string> class_names;
  std::string test_name = "test";          // "validation"
  const Dataset* test_data = nullptr;      // the samples of `test`, in their order and not normalised
  std::vector<std::string> sample_names;   // of the samples of `test`: the paths of images
  std::vector<std::string> feature_names;  // of the values of a sample that is not an image
  std::optional<double> temperature;       // fit_temperature of held-out samples
  ReportExamples examples;
};

/// Writes the report as one HTML file that needs no other file and no network. Images are the inputs (3, H, W), (1, H,
/// W) or (H, W) of `test_data`, with values in [0, 1]. The file appears under its name when it is complete, and has
/// less than 3 MB. Throws ShapeError or ValueError if the parts of the report do not fit together, and DataError if the
/// file cannot be written.
MINNOW_API void write_report(const RunReport& run, const std::filesystem::path& path);

}  // namespace minnow::inline MINNOW_PRECISION
