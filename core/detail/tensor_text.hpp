#pragma once

#include <minnow/core/tensor.hpp>

#include <functional>

namespace minnow::inline MINNOW_PRECISION {

/// Returns a tensor as PyTorch prints it: nested brackets with aligned elements, then the shape. at(i) is element i in
/// row-major order. Of more than 1000 elements, the text shows the first and the last three along each axis.
std::string tensor_text(const Shape& shape, const std::function<double(std::size_t)>& at);

}  // namespace minnow::inline MINNOW_PRECISION
