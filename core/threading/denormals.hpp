#pragma once

#include <minnow/core/precision.hpp>

#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// While it lives, numbers too small to be normal (below 1.2e-38 in float) count as 0 on this thread, and in the loops
/// it shares out: many CPUs take a hundred times as long for them, and momentum that fades away is made of them. `fit`
/// has one; a training loop of one's own may. Restores what was there before.
class MINNOW_API FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::uint64_t before_;
};

namespace detail {
/// The CPU's floating-point control word (rounding, denormals); 0 where it is not known.
std::uint64_t floating_point_control();
void set_floating_point_control(std::uint64_t control);
}  // namespace detail

}  // namespace minnow::inline MINNOW_PRECISION
