#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/training/fit.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The levels of Distribution::quantiles: smallest value, 5 %, 25 %, median, 75 %, 95 %, largest value.
inline constexpr std::array<double, 7> distribution_levels{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};

/// The distribution of the values or of the gradient of one parameter at the end of an epoch.
struct Distribution {
  std::string parameter;        // "0.weight"
  bool of_gradient = false;     // of the gradient of the last step; otherwise of the values
  std::size_t epoch = 0;        // 0: before training
  std::uint64_t step = 0;       // optimizer steps since the start of training
  std::size_t elements = 0;     // of the parameter
  std::size_t not_finite = 0;   // number of elements that are NaN or infinite; the fields below leave these out
  double sum = 0, squares = 0;  // sum of the elements, and of their squares

  // Of all elements, or of 16384 elements at equal distances in a larger parameter. Empty without a finite element.
  std::vector<double> quantiles;    // at distribution_levels, with linear interpolation as in NumPy
  std::vector<double> limits;       // the upper limits of the bins of a histogram; the last is the largest value
  std::vector<std::size_t> counts;  // the number of elements in each bin: above the limit before, up to its own
};

using Distributions = std::vector<Distribution>;

/// Returns the distribution of `values`. The other fields of the result, such as `parameter`, are not set.
MINNOW_API Distribution describe_values(std::span<const Real> values);

/// Records the distributions of all parameters and gradients of a model during `fit`:
///   DistributionRecorder recorder(model, "runs/1/distributions.jsonl");
///   fit(model, loss, optimizer, loader, {.on_epoch = [&](const Progress& p) { recorder.on_epoch(p); return true; }});
/// Reads the model, and changes no bit of it. Of more than 64 epochs it records 64 at equal distances. The file has a
/// line of JSON for each epoch, so that a resumed run has the epochs before the interruption too.
class MINNOW_API DistributionRecorder {
 public:
  /// Records the values before training as epoch 0. The model must outlive the recorder. Throws DataError if the file
  /// cannot be written. Without a path there is no file.
  explicit DistributionRecorder(Layer& model, std::filesystem::path file = {});

  /// Records the end of an epoch. The first call keeps the epochs of the file that precede this epoch, and removes the
  /// other epochs. Throws DataError if the file cannot be read or written.
  void on_epoch(const Progress& progress);

  /// Returns the distributions of epoch 0 and of each recorded epoch, in this order; within an epoch in the order of
  /// the parameters, values before gradient.
  const Distributions& distributions() const { return distributions_; }

 private:
  void record(std::size_t epoch, std::uint64_t step);

  Layer* model_;
  std::filesystem::path file_;
  Distributions distributions_;
  bool started_ = false;
};

/// Reads the file of a DistributionRecorder. An incomplete last line is ignored. Throws DataError, with the line, if
/// the file cannot be read or another line is damaged.
MINNOW_API Distributions read_distributions(const std::filesystem::path& file);

}  // namespace minnow::inline MINNOW_PRECISION
