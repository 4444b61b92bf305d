#include <minnow/core/error.hpp>
#include <minnow/core/format.hpp>
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

template std::size_t index_of_largest(const float*, std::size_t);
template std::size_t index_of_largest(const double*, std::size_t);
template BasicTensor<float> one_hot(const BasicTensor<float>&, std::size_t);
template BasicTensor<double> one_hot(const BasicTensor<double>&, std::size_t);
template BasicTensor<float> argmax(const BasicTensor<float>&);
template BasicTensor<double> argmax(const BasicTensor<double>&);

}  // namespace minnow::inline MINNOW_PRECISION
