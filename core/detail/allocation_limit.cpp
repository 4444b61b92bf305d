#include <minnow/core/detail/allocation_limit.hpp>
#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>

#include <limits>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
thread_local std::size_t elements_left = unlimited;

}  // namespace

AllocationLimit::AllocationLimit(std::size_t elements) : before_(std::exchange(elements_left, elements)) {}
AllocationLimit::~AllocationLimit() { elements_left = before_; }

void AllocationLimit::count(const Shape& shape) {
  if (elements_left == unlimited) return;
  const std::size_t elements = num_elements(shape);
  if (elements > elements_left)
    throw ShapeError(
        format_text("expected layers no larger than the weights in the file, got a tensor {}.", to_string(shape)));
  elements_left -= elements;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
