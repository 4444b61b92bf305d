#pragma once

#include <minnow/core/config.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// While one lives, OpenBLAS keeps to one thread; afterwards it has as many as before. It has a single count for the
/// whole process, so the scopes of all threads share one.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

/// Whether OpenBLAS is the build that uses OpenMP: inside a parallel region it keeps to one thread by itself.
bool blas_uses_openmp();

}  // namespace minnow::inline MINNOW_PRECISION
