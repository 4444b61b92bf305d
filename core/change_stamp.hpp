#pragma once

#include <minnow/core/precision.hpp>

#include <atomic>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// A number that identifies the elements of a tensor as they are, so that what is computed from them can be kept until
/// they may have changed. No two tensors have the same number at any time. Several threads may read it.
class ChangeStamp {
 public:
  ChangeStamp() = default;
  ChangeStamp(const ChangeStamp&) noexcept {}
  ChangeStamp& operator=(const ChangeStamp&) noexcept {
    clear();
    return *this;
  }

  /// Says that the elements may change from now on.
  void clear() noexcept { value_.store(0, std::memory_order_relaxed); }

  /// Returns the number, which is not 0. Assigns one first if the elements may have changed.
  std::uint64_t get() const noexcept {
    std::uint64_t value = value_.load(std::memory_order_relaxed);
    if (value == 0) {
      const std::uint64_t next = next_stamp();
      if (value_.compare_exchange_strong(value, next, std::memory_order_relaxed)) value = next;
    }
    return value;
  }

 private:
  MINNOW_API static std::uint64_t next_stamp() noexcept;

  mutable std::atomic<std::uint64_t> value_{0};
};

}  // namespace minnow::inline MINNOW_PRECISION
