#pragma once

#include <minnow/core/precision.hpp>

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

/// For a child after fork(): no scope lives in it.
void restore_blas_after_fork();

/// Whether the kernels that OpenBLAS has chosen for this CPU use AVX-512. Some CPUs that have it are newer than the
/// OpenBLAS of a distribution, which then runs them at half their speed.
bool blas_has_avx512();

/// Whether OpenBLAS is the build that uses OpenMP: inside a parallel region it keeps to one thread by itself.
bool blas_uses_openmp();

}  // namespace minnow::inline MINNOW_PRECISION
