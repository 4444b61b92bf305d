#pragma once

#include <minnow/core/tensor.hpp>

#include <cstddef>

namespace minnow::inline MINNOW_PRECISION {

// Class labels travel as whole numbers in a tensor; whoever reads them checks them.

/// The class index that a number stands for. Throws ValueError, naming `who` and `row`, unless it is whole and in [0,
/// classes).
MINNOW_API std::size_t class_index(double label, std::size_t classes, std::size_t row, const char* who);

/// labels (N) to (N, classes): row i is 1 at labels(i) and 0 elsewhere. T is float or double in every build.
template <class T>
MINNOW_API BasicTensor<T> one_hot(const BasicTensor<T>& labels, std::size_t classes);

/// The index of the largest of n >= 1 numbers, the first of equals; a NaN counts as the largest.
template <class T>
MINNOW_API std::size_t index_of_largest(const T* row, std::size_t n);

/// The index of each row's largest score, the first of equals: (N, C) to (N), (C) to (). NaN counts as largest.
template <class T>
MINNOW_API BasicTensor<T> argmax(const BasicTensor<T>& scores);

}  // namespace minnow::inline MINNOW_PRECISION
