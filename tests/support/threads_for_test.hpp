#pragma once

#include <minnow/core/threading/threads.hpp>

#include <dlfcn.h>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Sets the number of threads, and puts back what it was.
class ThreadsForTest {
 public:
  explicit ThreadsForTest(int count) : before_(num_threads()) { set_threads(count); }
  ~ThreadsForTest() { set_threads(before_); }
  ThreadsForTest(const ThreadsForTest&) = delete;
  ThreadsForTest& operator=(const ThreadsForTest&) = delete;

 private:
  int before_;
};

/// One of OpenBLAS's own answers, by name at run time: who uses the shared library does not link it.
inline int ask_openblas(const char* question) {
  const auto answer = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, question));
  return answer != nullptr ? answer() : -1;
}
inline int openblas_threads() { return ask_openblas("openblas_get_num_threads"); }

}  // namespace minnow::inline MINNOW_PRECISION::testing
