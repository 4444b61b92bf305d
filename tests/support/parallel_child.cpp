// A program that shares loops out among threads and ends in the way it is told: return, exit, exit_in_thread,
// destructor, product_in_destructor, fork, piece_zero.

#include <minnow/core/gemm.hpp>
#include <minnow/core/parallel.hpp>
#include <minnow/core/threads.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace minnow;

bool loop_is_right(std::size_t piece = 1) {
  std::atomic<std::size_t> sum{0};
  parallel_for(100, piece, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) sum += i;
  });
  return sum == 4950;
}

bool product_is_right() {
  Tensor a = zeros({200, 200}), c = a;
  a.fill(2);
  gemm(a, a, c);
  return c(3, 4) == 800;
}

struct AtTheEnd {
  ~AtTheEnd() {
    if (loop && !loop_is_right()) std::_Exit(1);
    if (product && !product_is_right()) std::_Exit(1);
  }
  bool loop = false, product = false;
} at_the_end;

/// Forks right after a loop, again and again, as a loader of one's own would: each child runs loops, and ends.
int fork_often() {
  for (int i = 0; i < 100; ++i) {
    if (!loop_is_right()) return 1;
    const pid_t child = fork();
    if (child == 0) {
      alarm(10);  // a child that hangs is killed
      for (int loop = 0; loop < 20; ++loop)
        if (!loop_is_right()) std::_Exit(1);
      if (i % 2 == 0) std::_Exit(0);
      std::exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
      std::printf("child %d ended with status %d\n", i, status);
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc == 2 ? argv[1] : "";
  set_threads(4);
  for (int i = 0; i < 100; ++i)
    if (!loop_is_right()) return 1;
  if (what == "return") return 0;
  if (what == "exit") std::exit(3);
  if (what == "exit_in_thread") std::thread([] { std::exit(loop_is_right() ? 3 : 1); }).join();
  if (what == "destructor") {
    at_the_end.loop = true;
    return 0;
  }
  if (what == "product_in_destructor") {
    at_the_end.product = product_is_right();
    return 0;
  }
  if (what == "fork") return fork_often();
  if (what == "piece_zero") return loop_is_right(0) ? 0 : 1;
  std::fprintf(stderr, "parallel_child: expected what to do, got '%s'\n", what.c_str());
  return 2;
}
