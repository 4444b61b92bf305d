#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/element_weights.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

const Real* expand_weight(const std::optional<Tensor>& weight, const char* option, const Tensor& prediction,
                          const Loss& loss, std::vector<Real>& expanded) {
  if (!weight) return nullptr;
  const Shape &shape = prediction.shape(), &given = weight->shape();
  const bool fits = weight->size() == 1 ||
                    (given.size() < shape.size() && std::equal(given.begin(), given.end(), shape.end() - given.size()));
  if (!fits)
    throw ShapeError(format_text("{}: expected options.{} of the shape of the last axes of a sample of {}, got {}.",
                                 loss.name(), option, to_string(shape), to_string(given)));
  const std::size_t size = prediction.size() / std::max<std::size_t>(shape[0], 1);
  if (expanded.size() != size) {
    expanded.resize(size);
    for (std::size_t k = 0; k < size; ++k) expanded[k] = weight->data()[k % weight->size()];
  }
  return expanded.data();
}

}  // namespace minnow::inline MINNOW_PRECISION
