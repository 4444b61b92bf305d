#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

// Class labels are integers stored in a tensor. The function that reads a label checks it.

/// Returns the label as a class index. Throws ValueError with `who` and `row` if the label is not an integer in
/// [0, classes).
MINNOW_API std::size_t class_index(double label, std::size_t classes, std::size_t row, const char* who);

/// Converts labels (N) to (N, classes): row i is 1 at labels(i) and 0 elsewhere. argmax is the inverse. T is float or
/// double in every build.
template <class T>
MINNOW_API BasicTensor<T> one_hot(const BasicTensor<T>& labels, std::size_t classes);

/// Converts N lists of labels, for samples with any number of classes, to (N, classes): row i is 1 at each class in
/// labels[i] and 0 elsewhere. indices_above(..., 0.5) is the inverse. Throws ValueError with the row if a label is not
/// below `classes`.
template <class T = Real>
MINNOW_API BasicTensor<T> multi_hot(const std::vector<std::vector<std::size_t>>& labels, std::size_t classes);

/// Returns a tensor of the same shape: 1 if the value exceeds `at` (rounded to T), otherwise 0, also for NaN. Pass 0
/// for logits, 0.5 for probabilities. Throws ValueError if `at` is NaN.
template <class T>
MINNOW_API BasicTensor<T> threshold(const BasicTensor<T>& values, double at);

/// Returns for each row of values (N, C) the ascending indices of the values for which threshold returns 1.
template <class T>
MINNOW_API std::vector<std::vector<std::size_t>> indices_above(const BasicTensor<T>& values, double at);

/// Returns the index of the largest of n >= 1 values, the first of equal values. NaN counts as the largest.
template <class T>
MINNOW_API std::size_t index_of_largest(const T* row, std::size_t n);

/// Returns the index of the largest score of each row, the first of equal scores: (N, C) to (N), (C) to (). NaN counts
/// as the largest.
template <class T>
MINNOW_API BasicTensor<T> argmax(const BasicTensor<T>& scores);

}  // namespace minnow::inline MINNOW_PRECISION
