#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// How many answers were counted, and how many of these were right.
struct Answers {
  std::size_t right = 0, counted = 0;
  Answers& operator+=(const Answers& other) {
    right += other.right;
    counted += other.counted;
    return *this;
  }
  double accuracy() const { return static_cast<double>(right) / static_cast<double>(counted); }  // NaN for none
};

/// One answer for each position of scores (N, C) or (N, C, d1, ...): the class with the largest score, the first of
/// equals; right when it is the target's: (N) or (N, d1, ...) class indices, of which `ignore_index` is not counted, or
/// the largest of numbers like the scores. A NaN among the scores is a wrong answer. Allocates nothing. Throws
/// ShapeError when the shapes do not fit.
MINNOW_API Answers count_largest(const Tensor& scores, const Tensor& target, std::int64_t ignore_index = -100);

/// One answer for each number: yes when it is above `threshold`, right when the target is above 1/2 just then. NaN is a
/// wrong answer. Throws ShapeError unless there are as many targets as numbers.
MINNOW_API Answers count_above(const Tensor& scores, const Tensor& target, double threshold);

}  // namespace minnow::inline MINNOW_PRECISION
