#pragma once

#include <minnow/core/precision.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// Restricts OpenBLAS to one thread during its lifetime. The end of the last scope restores the previous count.
/// OpenBLAS has one count per process, so the scopes of all threads share it.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  ~SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
};

/// Restores OpenBLAS's thread count in a child process after fork(), in which no scope is active.
void restore_blas_after_fork();

/// Returns true if the kernels that OpenBLAS has chosen for this CPU use AVX-512. An OpenBLAS older than the CPU may
/// choose slower kernels although the CPU has AVX-512.
bool blas_has_avx512();

/// Returns true if OpenBLAS is its OpenMP build. That build uses one thread inside a parallel region.
bool blas_uses_openmp();

}  // namespace minnow::inline MINNOW_PRECISION
