#include <minnow/core/error.hpp>
#include <minnow/core/threads.hpp>

#include <string>

#include <cblas.h>

namespace minnow::inline MINNOW_PRECISION {

int num_threads() { return openblas_get_num_threads(); }

void set_threads(int count) {
  if (count < 1) throw ValueError("set_threads: expected at least 1 thread, got " + std::to_string(count) + ".");
  openblas_set_num_threads(count);
}

}  // namespace minnow::inline MINNOW_PRECISION
