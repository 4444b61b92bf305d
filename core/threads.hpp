#pragma once

#include <minnow/core/config.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// How many threads matrix products use. Left as OpenBLAS chose it (all cores, or OPENBLAS_NUM_THREADS) until set.
MINNOW_API int num_threads();

/// Sets it for the whole process. Throws ValueError unless count >= 1.
MINNOW_API void set_threads(int count);

}  // namespace minnow::inline MINNOW_PRECISION
