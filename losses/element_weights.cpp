#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/losses/detail/class_targets.hpp>
#include <minnow/losses/element_weights.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

ElementWeights::ElementWeights(std::optional<Tensor> weight, std::string option, const Loss& loss)
    : weight_(std::move(weight)), option_(std::move(option)) {
  check_weight_values(weight_, option_.c_str(), loss);
}

const Real* ElementWeights::of(const Tensor& prediction, const Loss& loss) {
  if (!weight_) return nullptr;
  const Shape &shape = prediction.shape(), &given = weight_->shape();
  const bool fits = weight_->size() == 1 ||
                    (given.size() < shape.size() && std::equal(given.begin(), given.end(), shape.end() - given.size()));
  if (!fits)
    throw ShapeError(format_text("{}: expected options.{} of the shape that a sample of {} ends in, got {}.",
                                 loss.name(), option_, to_string(shape), to_string(given)));
  const std::size_t size = prediction.size() / std::max<std::size_t>(shape[0], 1);
  if (expanded_.size() != size) {
    expanded_.resize(size);
    for (std::size_t k = 0; k < size; ++k) expanded_[k] = weight_->data()[k % weight_->size()];
  }
  return expanded_.data();
}

}  // namespace minnow::inline MINNOW_PRECISION
