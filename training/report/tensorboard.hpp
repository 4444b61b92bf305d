#pragma once

#include <minnow/datasets/images/image.hpp>
#include <minnow/training/fit.hpp>
#include <minnow/training/report/distributions.hpp>
#include <minnow/training/report/report_entry.hpp>
#include <minnow/training/report/run_report.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// Writes an event file for TensorBoard. Each function appends an event and flushes the file.
///   TensorBoardWriter board("runs/1");
///   fit(model, loss, optimizer, loader, {.on_epoch = [&](const Progress& p) { board.on_epoch(p); return true; }});
/// All functions throw DataError if the file cannot be written.
class MINNOW_API TensorBoardWriter {
 public:
  /// Creates the folder if it is missing, and in it a new file events.out.tfevents.*.
  explicit TensorBoardWriter(const std::filesystem::path& folder);

  /// Adds loss, metrics, learning rate and samples per second, and the validation's loss and metrics if the epoch was
  /// validated. The first call restarts the run at this step: TensorBoard then drops the events of an interrupted run
  /// from this step on.
  void on_epoch(const Progress& progress);

  void add_scalar(std::string_view tag, std::uint64_t step, double value);
  void add_histogram(std::string_view tag, std::uint64_t step, const Distribution& distribution);
  void add_image(std::string_view tag, std::uint64_t step, const datasets::Image& image);

  /// Adds the values of a run and of its gradients: "weights/0.weight" and "gradients/0.weight".
  void add(const Distributions& distributions);

  /// Adds the settings of the run for the page HPARAMS, which compares runs by these metrics. A value that is a number,
  /// or true or false, is compared as such.
  void add_hyper_parameters(const std::vector<ReportEntry>& settings, const std::vector<std::string>& metrics);

  /// Marks the beginning of a run at this step: TensorBoard drops earlier events from this step on.
  void restart(std::uint64_t step);

  const std::filesystem::path& file() const { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void write(std::string_view event);

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  bool restarted_ = false;
};

/// Writes a finished run to a new event file in `folder`: the history, the distributions, the filters and the surest
/// mistakes as images, the settings as hyper-parameters.
MINNOW_API void write_tensorboard(const RunReport& run, const std::filesystem::path& folder);

}  // namespace minnow::inline MINNOW_PRECISION
