#include <minnow/training/metrics/metric.hpp>

namespace minnow::inline MINNOW_PRECISION {

Metric::Accumulator::~Accumulator() = default;  // out of line: the library owns the vtable

Metric& Metric::operator=(const Metric& other) {
  if (this == &other) return *this;
  if (accumulator_ == nullptr || !accumulator_->assign(*other.accumulator_)) accumulator_ = other.accumulator_->clone();
  name_ = other.name_;
  return *this;
}

}  // namespace minnow::inline MINNOW_PRECISION
