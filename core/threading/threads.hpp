#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Returns the number of threads for matrix products and long loops. The default is OpenBLAS's count: all cores, or the
/// environment variable OPENBLAS_NUM_THREADS (OMP_NUM_THREADS for the OpenMP build). Small work stays on the caller's
/// thread.
MINNOW_API int num_threads();

/// Sets the number of threads for the whole process, OpenBLAS included. Throws ValueError if count < 1.
MINNOW_API void set_threads(int count);

}  // namespace minnow::inline MINNOW_PRECISION
