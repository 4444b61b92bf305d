#include <minnow/core/tensor.hpp>
#include <minnow/core/threading/detail/scratch.hpp>

#include <limits>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

Real* scratch_memory(std::size_t n) {
  thread_local std::vector<Real, AlignedAllocator<Real>> memory;
#ifdef __SANITIZE_ADDRESS__  // an exact size, so that the sanitizer finds accesses beyond it; NaN for unset elements
  if (memory.size() != n) memory = {};
  memory.assign(n, std::numeric_limits<Real>::quiet_NaN());
#else
  if (memory.size() < n) {
    memory = {};  // frees the old elements before it allocates the new ones
    memory.resize(n);
  }
#endif
  return memory.data();
}

}  // namespace minnow::inline MINNOW_PRECISION
