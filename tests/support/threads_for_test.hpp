#pragma once

#include <minnow/core/threading/threads.hpp>

#include <dlfcn.h>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Sets the number of threads in a scope. The destructor restores the previous number.
class ThreadsForTest {
 public:
  explicit ThreadsForTest(int count) : before_(num_threads()) { set_threads(count); }
  ~ThreadsForTest() { set_threads(before_); }
  ThreadsForTest(const ThreadsForTest&) = delete;
  ThreadsForTest& operator=(const ThreadsForTest&) = delete;

 private:
  int before_;
};

/// Calls a function of OpenBLAS that returns an int. It is found by name at run time, because a user of the shared
/// library does not link OpenBLAS.
inline int call_openblas(const char* name) {
  const auto function = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, name));
  return function != nullptr ? function() : -1;
}
inline int openblas_threads() { return call_openblas("openblas_get_num_threads"); }

}  // namespace minnow::inline MINNOW_PRECISION::testing
