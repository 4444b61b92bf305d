#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Copies the rows `indices` of `from` into the rows of `to`.
void copy_rows(const Tensor& from, std::span<const std::size_t> indices, Tensor& to) {
  const std::size_t row = from.size() / std::max<std::size_t>(from.shape()[0], 1);
  Real* out = to.data();
  for (const std::size_t index : indices) out = std::copy_n(from.data() + index * row, row, out);
}

void check_labels(const Tensor& targets, std::size_t classes) {
  if (targets.dimension() != 1)
    throw ShapeError("TensorDataset: expected class indices (N) with class names, got " + to_string(targets.shape()) +
                     ".");
  for (std::size_t i = 0; i < targets.size(); ++i)
    class_index(static_cast<double>(targets(i)), classes, i, "TensorDataset");
}

void check_weights(const Tensor& weights, std::size_t samples) {
  if (weights.shape() != Shape{samples})
    throw ShapeError(format_text("TensorDataset: expected weights ({}), one for each sample, got {}.", samples,
                                 to_string(weights.shape())));
  for (std::size_t i = 0; i < samples; ++i)
    if (const Real w = weights(i); !(w >= 0) || std::isinf(w))
      throw ValueError(format_text("TensorDataset: expected finite, non-negative weights, got {} in row {}.", w, i));
}

}  // namespace

TensorDataset::TensorDataset(Tensor inputs, Tensor targets, std::vector<std::string> class_names,
                             std::optional<Tensor> weights)
    : inputs_(std::move(inputs)),
      targets_(std::move(targets)),
      weights_(std::move(weights)),
      class_names_(std::move(class_names)) {
  if (inputs_.dimension() == 0 || targets_.dimension() == 0 || inputs_.shape()[0] != targets_.shape()[0])
    throw ShapeError(
        format_text("TensorDataset: expected inputs (N, ...) and targets (N, ...) with the same N, got {} and {}.",
                    to_string(inputs_.shape()), to_string(targets_.shape())));
  if (!class_names_.empty()) check_labels(targets_, class_names_.size());
  if (has_weights()) check_weights(*weights_, size());
}

void TensorDataset::read(std::span<const std::size_t> indices, Batch& batch) const {
  copy_rows(inputs_, indices, batch.inputs);
  copy_rows(targets_, indices, batch.targets);
  if (has_weights()) copy_rows(*weights_, indices, *batch.weights);
}

TensorDataset TensorDataset::subset(std::span<const std::size_t> indices) const {
  for (const std::size_t index : indices)
    if (index >= size())
      throw ValueError(format_text("TensorDataset: expected indices below {}, got {}.", size(), index));
  Batch part;
  resize(part, *this, indices.size());
  read(indices, part);
  return {std::move(part.inputs), std::move(part.targets), class_names_, std::move(part.weights)};
}

}  // namespace minnow::inline MINNOW_PRECISION
