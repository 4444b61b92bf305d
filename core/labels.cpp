#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>

#include <cmath>

namespace minnow::inline MINNOW_PRECISION {

std::size_t class_index(double label, std::size_t classes, std::size_t row, const char* who) {
  if (label >= 0 && label < static_cast<double>(classes) && label == std::floor(label))
    return static_cast<std::size_t>(label);
  throw ValueError(format_text("{}: expected class indices, whole numbers from 0 to {}, got {} in row {}.", who,
                               static_cast<std::ptrdiff_t>(classes) - 1, label, row));
}

template <class T>
BasicTensor<T> one_hot(const BasicTensor<T>& labels, std::size_t classes) {
  if (labels.dimension() != 1) throw ShapeError("one_hot: expected labels (N), got " + to_string(labels.shape()) + ".");
  auto result = BasicTensor<T>::from_shape({labels.size(), classes});
  result.fill(0);
  for (std::size_t i = 0; i < labels.size(); ++i)
    result(i, class_index(static_cast<double>(labels(i)), classes, i, "one_hot")) = 1;
  return result;
}

template <class T>
BasicTensor<T> multi_hot(const std::vector<std::vector<std::size_t>>& labels, std::size_t classes) {
  auto result = BasicTensor<T>::from_shape({labels.size(), classes});
  result.fill(0);
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (const std::size_t label : labels[i])
      result(i, class_index(static_cast<double>(label), classes, i, "multi_hot")) = 1;
  return result;
}

template <class T>
BasicTensor<T> threshold(const BasicTensor<T>& values, double at) {
  if (std::isnan(at)) throw ValueError("threshold: expected a number to compare with, got nan.");
  auto result = BasicTensor<T>::from_shape(values.shape());
  for (std::size_t i = 0; i < values.size(); ++i)
    result.data()[i] = values.data()[i] > static_cast<T>(at) ? T{1} : T{0};
  return result;
}

template <class T>
std::vector<std::vector<std::size_t>> indices_above(const BasicTensor<T>& values, double at) {
  if (values.dimension() != 2)
    throw ShapeError("indices_above: expected values (N, C), got " + to_string(values.shape()) + ".");
  const BasicTensor<T> above = threshold(values, at);
  std::vector<std::vector<std::size_t>> indices(values.shape()[0]);
  for (std::size_t i = 0; i < indices.size(); ++i)
    for (std::size_t j = 0; j < values.shape()[1]; ++j)
      if (above(i, j) == 1) indices[i].push_back(j);
  return indices;
}

template <class T>
std::size_t index_of_largest(const T* row, std::size_t n) {
  std::size_t best = 0;
  for (std::size_t j = 1; j < n && !std::isnan(row[best]); ++j)
    if (row[j] > row[best] || std::isnan(row[j])) best = j;
  return best;
}

template <class T>
BasicTensor<T> argmax(const BasicTensor<T>& scores) {
  if (scores.dimension() < 1 || scores.dimension() > 2 || scores.shape().back() == 0)
    throw ShapeError("argmax: expected scores (N, C) or (C) with C >= 1, got " + to_string(scores.shape()) + ".");
  const std::size_t classes = scores.shape().back();
  auto result = BasicTensor<T>::from_shape(Shape(scores.shape().begin(), scores.shape().end() - 1));
  const T* row = scores.data();
  for (T& index : result.storage()) {
    index = static_cast<T>(index_of_largest(row, classes));
    row += classes;
  }
  return result;
}

#define MINNOW_INSTANTIATE(T)                                                                   \
  template BasicTensor<T> one_hot(const BasicTensor<T>&, std::size_t);                          \
  template BasicTensor<T> multi_hot(const std::vector<std::vector<std::size_t>>&, std::size_t); \
  template BasicTensor<T> threshold(const BasicTensor<T>&, double);                             \
  template std::vector<std::vector<std::size_t>> indices_above(const BasicTensor<T>&, double);  \
  template std::size_t index_of_largest(const T*, std::size_t);                                 \
  template BasicTensor<T> argmax(const BasicTensor<T>&)
MINNOW_INSTANTIATE(float);
MINNOW_INSTANTIATE(double);
#undef MINNOW_INSTANTIATE

}  // namespace minnow::inline MINNOW_PRECISION
