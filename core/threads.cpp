#include <minnow/core/blas.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threads.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include <cblas.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::mutex scopes_mutex;
int scopes = 0;               // how many SingleThreadedBlas live
std::atomic<int> threads{0};  // OpenBLAS's count from before the first of them; 0 while there is none

}  // namespace

SingleThreadedBlas::SingleThreadedBlas() {
  const std::lock_guard lock(scopes_mutex);
  if (scopes++ > 0) return;
  threads = openblas_get_num_threads();
  openblas_set_num_threads(1);
}

SingleThreadedBlas::~SingleThreadedBlas() {
  const std::lock_guard lock(scopes_mutex);
  if (--scopes > 0) return;
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

int num_threads() {
  const int before = threads.load(std::memory_order_relaxed);
  return before > 0 ? before : openblas_get_num_threads();
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
