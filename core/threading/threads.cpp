#include <minnow/core/error.hpp>
#include <minnow/core/threading/detail/blas.hpp>
#include <minnow/core/threading/threads.hpp>

#include <atomic>
#include <mutex>
#include <new>
#include <string>
#include <string_view>

#include <cblas.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::mutex scopes_mutex;
int scopes = 0;                  // how many SingleThreadedBlas live
std::atomic<int> threads{0};     // OpenBLAS's count from before the first of them; 0 while there is none
std::atomic<unsigned> begun{0};  // how often a first one began

}  // namespace

SingleThreadedBlas::SingleThreadedBlas() {
  const std::lock_guard lock(scopes_mutex);
  if (scopes++ > 0) return;
  const int count = openblas_get_num_threads();
  if (count == 1) return;  // perhaps by the scope of Minnow in the other precision, which will put back what was before
  threads = count;
  ++begun;
  openblas_set_num_threads(1);
}

SingleThreadedBlas::~SingleThreadedBlas() {
  const std::lock_guard lock(scopes_mutex);
  if (--scopes > 0 || threads == 0) return;
  openblas_set_num_threads(threads);
  threads = 0;
}

bool blas_has_avx512() {
  static const bool has = [] {
    const std::string_view core = openblas_get_corename();
    return core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
  }();
  return has;
}

bool blas_uses_openmp() {
  static const bool openmp = openblas_get_parallel() == OPENBLAS_OPENMP;
  return openmp;
}

void restore_blas_after_fork() {
  new (&scopes_mutex) std::mutex;  // whoever held it is not in this process
  if (blas_uses_openmp())
    openblas_set_num_threads(1);  // OpenMP's threads are not either, and it does not know
  else if (threads > 0)
    openblas_set_num_threads(threads);
  scopes = 0;
  threads = 0;
}

int num_threads() {
  for (;;) {
    const unsigned seen = begun;
    if (const int before = threads; before > 0) return before;
    const int now = openblas_get_num_threads();
    if (begun == seen) return now;  // else it may be that of a scope
  }
}

void set_threads(int count) {
  if (count < 1) throw ValueError("set_threads: expected at least 1 thread, got " + std::to_string(count) + ".");
  const std::lock_guard lock(scopes_mutex);
  if (scopes > 0)
    threads = count;
  else
    openblas_set_num_threads(count);
}

}  // namespace minnow::inline MINNOW_PRECISION
