#include <minnow/core/error.hpp>
#include <minnow/datasets/lazy_dataset.hpp>

#include <algorithm>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

LazyDataset::LazyDataset(std::size_t size, Shape input_shape, Make make)
    : input_shape_(std::move(input_shape)), make_(std::move(make)), states_(size) {
  if (!make_) throw ValueError("LazyDataset: expected a function that makes samples, got an empty function.");
  Shape all(input_shape_.size() + 1);
  all[0] = size;
  std::copy(input_shape_.begin(), input_shape_.end(), all.begin() + 1);
  resize(inputs_, all);  // the system provides the memory page by page, when it is first written
  resize(targets_, {size});
}

void LazyDataset::read(std::span<const std::size_t> indices, Batch& batch) const {
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::size_t index = indices[i];
    const std::span<Real> input = batch.input(i);
    Real& target = batch.target(i)[0];
    if (states_[index].load(std::memory_order_acquire) == State::stored) {
      std::copy_n(inputs_.data() + index * input.size(), input.size(), input.data());
      target = targets_.data()[index];
    } else {
      make_and_store(index, input, target);
    }
  }
}

// If two threads miss the same sample at once, both make it and one of them stores it. Neither thread waits, and both
// results have the same bits.
void LazyDataset::make_and_store(std::size_t index, std::span<Real> input, Real& target) const {
  target = make_(index, input);
  State expected = State::missing;
  if (!states_[index].compare_exchange_strong(expected, State::storing, std::memory_order_relaxed)) return;
  std::copy(input.begin(), input.end(), inputs_.data() + index * input.size());
  targets_.data()[index] = target;
  states_[index].store(State::stored, std::memory_order_release);
}

}  // namespace minnow::inline MINNOW_PRECISION
