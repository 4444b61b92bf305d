#include <minnow/core/error.hpp>
#include <minnow/core/threading/detail/blas.hpp>
#include <minnow/core/threading/detail/cpu_quota.hpp>
#include <minnow/core/threading/threads.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <string_view>

#include <cblas.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::mutex scopes_mutex;
int scopes = 0;                  // number of live SingleThreadedBlas
std::atomic<int> threads{0};     // OpenBLAS's count before the first scope; 0 without a scope
std::atomic<unsigned> begun{0};  // number of times that a first scope began

/// Returns true if the environment sets OpenBLAS's number of threads.
bool environment_sets_threads() {
  return std::ranges::any_of(std::array{"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"},
                             [](const char* name) {
                               const char* value = std::getenv(name);
                               return value != nullptr && std::atoi(value) > 0;
                             });
}

/// Limits OpenBLAS's default, one thread per CPU of the affinity mask, to the CPU quota when the library is loaded.
/// Later settings are the caller's.
[[maybe_unused]] const bool limited = [] {
  const int quota = environment_sets_threads() ? 0 : cpu_quota();
  if (quota == 0 || quota >= openblas_get_num_threads()) return false;
  openblas_set_num_threads(quota);
  return true;
}();

}  // namespace

SingleThreadedBlas::SingleThreadedBlas() {
  const std::lock_guard lock(scopes_mutex);
  if (scopes++ > 0) return;
  const int count = openblas_get_num_threads();
  if (count == 1) return;  // a scope of Minnow's other precision may have set it, and will restore it
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
  new (&scopes_mutex) std::mutex;  // the thread that locked it may not exist in this process
  if (blas_uses_openmp())
    openblas_set_num_threads(1);  // OpenMP's threads do not exist in the child either
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
    if (begun == seen) return now;  // otherwise `now` may be the count of a scope that began meanwhile
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
