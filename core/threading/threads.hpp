#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// How many threads share matrix products and long loops: OpenBLAS's count, which is all cores, or OPENBLAS_NUM_THREADS
/// (OMP_NUM_THREADS for its OpenMP build) in the environment, until set. Small work stays on the caller's thread.
MINNOW_API int num_threads();

/// Sets it for the whole process, OpenBLAS included. Throws ValueError unless count >= 1.
MINNOW_API void set_threads(int count);

}  // namespace minnow::inline MINNOW_PRECISION
