#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The samples whose confidence is in (low, high]; 0 belongs to the first bin.
struct ReliabilityBin {
  double low, high;
  std::size_t count;
  double mean_confidence, accuracy;  // NaN if the bin is empty
};

/// Calibration of a classifier (Guo et al., 2017): predictions with 80 % confidence should be correct in 80 % of the
/// cases. The confidence of a sample is the probability of its most probable class. Samples are counted in bins of
/// equal width.
class MINNOW_API Calibration {
 public:
  /// Throws ValueError if `bins` is 0.
  explicit Calibration(std::size_t bins = 15);

  /// Adds a batch: probabilities (N, C), or the probabilities of class 1 of two, (N) or (N, 1); class indices (N).
  /// Allocates nothing. Throws ShapeError if the shapes do not fit, and ValueError if a label is not a class, a
  /// probability is outside [0, 1], or a row does not sum to 1; a row of C may differ by C times 0.0005, the error of
  /// three digits. It adds nothing then.
  void add(const Tensor& probabilities, const Tensor& targets);

  std::vector<ReliabilityBin> bins() const;
  std::size_t total() const;

  /// Expected calibration error, in [0, 1]: the mean over the samples of |accuracy - mean confidence| of their bin. NaN
  /// if there is no sample.
  double expected_error() const;

  /// Maximum calibration error: the largest |accuracy - mean confidence| of a bin that is not empty. NaN if there is no
  /// sample.
  double maximum_error() const;

  /// Returns a table with a row per bin: its bar has the length of the accuracy, and a mark | at the mean confidence.
  std::string to_string() const;

 private:
  struct Sums {
    std::size_t count = 0, correct = 0;
    double confidence = 0;
  };
  std::size_t bin_of(double confidence) const;

  std::vector<Sums> sums_;
};

}  // namespace minnow::inline MINNOW_PRECISION
