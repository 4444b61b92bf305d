#pragma once

#include <minnow/core/precision.hpp>

#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {

/// Flushes denormals (below 1.2e-38 in float) to zero during its lifetime, on this thread and in its parallel loops.
/// Many CPUs compute a hundred times slower with denormals, which decaying momentum produces. `fit` uses one; use one
/// in a training loop of your own. The destructor restores the previous setting.
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
/// Returns the CPU's floating-point control word (rounding, denormals), or 0 on an unsupported CPU.
std::uint64_t floating_point_control();
void set_floating_point_control(std::uint64_t control);
}  // namespace detail

}  // namespace minnow::inline MINNOW_PRECISION
