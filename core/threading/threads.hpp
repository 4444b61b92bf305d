#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the number of threads for matrix products and long loops. The default is the number of CPUs that the process
/// may use: those of its affinity mask, limited by the CPU quota of its container (cgroup), rounded up. The library
/// sets this default as OpenBLAS's count when it is loaded. OPENBLAS_NUM_THREADS or OMP_NUM_THREADS in the environment
/// overrides it. Small work stays on the caller's thread.
MINNOW_API int num_threads();

/// Sets the number of threads for the whole process, OpenBLAS included. Throws ValueError if count < 1.
MINNOW_API void set_threads(int count);

}  // namespace minnow::inline MINNOW_PRECISION
