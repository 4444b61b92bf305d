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
  double mean_confidence, accuracy;  // NaN when the bin is empty
};

/// Whether a classifier that is 80% confident is right 80% of the time (Guo et al., 2017). The confidence of a sample
/// is the probability of the class it predicts, of the most probable; samples are counted in bins of equal width.
class MINNOW_API Calibration {
 public:
  /// Throws ValueError for no bin.
  explicit Calibration(std::size_t bins = 15);

  /// Adds a batch: probabilities (N, C), or those of class 1 of two (N) or (N, 1), and class indices (N). Allocates
  /// nothing. Throws ShapeError when the shapes do not fit, ValueError when a label is none, a probability is outside
  /// [0, 1] or a row does not sum to 1 within 1e-4; nothing is added then.
  void add(const Tensor& probabilities, const Tensor& targets);

  std::vector<ReliabilityBin> bins() const;
  std::size_t total() const;

  /// The mean over the samples of |accuracy - mean confidence| of their bin: the ECE, in [0, 1]; NaN for no sample.
  double expected_error() const;

  /// The largest |accuracy - mean confidence| of a bin that is not empty: the MCE; NaN for no sample.
  double maximum_error() const;

  /// A table: a row per bin, with a bar as long as its accuracy and a mark | at its mean confidence.
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
