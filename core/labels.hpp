#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

// Class labels travel as whole numbers in a tensor; whoever reads them checks them.

/// The class index that a number stands for. Throws ValueError, naming `who` and `row`, unless it is whole and in [0,
/// classes).
MINNOW_API std::size_t class_index(double label, std::size_t classes, std::size_t row, const char* who);

/// labels (N) to (N, classes): row i is 1 at labels(i) and 0 elsewhere; argmax is the way back. T is float or double in
/// every build.
template <class T>
MINNOW_API BasicTensor<T> one_hot(const BasicTensor<T>& labels, std::size_t classes);

/// For samples of several classes each, or of none: N lists to (N, classes), where row i is 1 at each of the classes
/// labels[i] and 0 elsewhere; indices_above is the way back. Throws ValueError, naming the row, unless all are below
/// `classes`.
template <class T = Real>
MINNOW_API BasicTensor<T> multi_hot(const std::vector<std::vector<std::size_t>>& labels, std::size_t classes);

/// 1 where a value is above `at`, as T rounds it, and 0 elsewhere, NaN included; of the same shape. Throws ValueError
/// when `at` is NaN.
template <class T>
MINNOW_API BasicTensor<T> threshold(const BasicTensor<T>& values, double at = 0.5);

/// Where threshold gives 1: the ascending indices of each row of values (N, C).
template <class T>
MINNOW_API std::vector<std::vector<std::size_t>> indices_above(const BasicTensor<T>& values, double at = 0.5);

/// The index of the largest of n >= 1 numbers, the first of equals; a NaN counts as the largest.
template <class T>
MINNOW_API std::size_t index_of_largest(const T* row, std::size_t n);

/// The index of each row's largest score, the first of equals: (N, C) to (N), (C) to (). NaN counts as largest.
template <class T>
MINNOW_API BasicTensor<T> argmax(const BasicTensor<T>& scores);

}  // namespace minnow::inline MINNOW_PRECISION
