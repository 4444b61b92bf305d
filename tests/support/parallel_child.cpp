// A program that runs parallel loops and then ends in the given way: return, exit, exit_in_thread,
// destructor, product_in_destructor, fork, grain_size_zero, no_memory; or prints the number of threads:
// default_threads.

#include <minnow/core/math/gemm.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/core/threading/threads.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace {
std::atomic<bool> no_memory{false};
}

// Replaces operator new in this program, and in the library if it is shared.
void* operator new(std::size_t size) {
  void* memory = no_memory ? nullptr : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace minnow;

bool loop_is_right(std::size_t grain_size = 1) {
  std::atomic<std::size_t> sum{0};
  parallel_for(100, grain_size, [&](std::size_t begin, std::size_t end) {
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

/// Returns true if a second thread runs a part of the loop. The first thread waits for it.
bool threads_help() {
  std::atomic<std::thread::id> first{};
  std::atomic<bool> helped{false};
  parallel_for(2, 1, [&](std::size_t, std::size_t) {
    std::thread::id other;
    const auto me = std::this_thread::get_id();
    if (!first.compare_exchange_strong(other, me)) {
      if (other != me) helped = true;
      return;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!helped && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  });
  return helped;
}

/// The first loop cannot allocate memory for a thread and runs on one thread. The next loops use more threads.
bool starts_threads_later() {
  no_memory = true;
  const bool right = loop_is_right();
  no_memory = false;
  return right && threads_help();
}

struct AtTheEnd {
  ~AtTheEnd() {
    if (loop && !loop_is_right()) std::_Exit(1);
    if (product && !product_is_right()) std::_Exit(1);
  }
  bool loop = false, product = false;
} at_the_end;

/// Forks repeatedly, each time directly after a loop. Each child runs loops and ends.
int fork_often() {
  for (int i = 0; i < 100; ++i) {
    if (!loop_is_right()) return 1;
    const pid_t child = fork();
    if (child == 0) {
      alarm(10);  // ends a child that hangs
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
  if (what == "default_threads") return std::printf("%d\n", num_threads()), 0;
  set_threads(4);
  if (what == "no_memory") return starts_threads_later() ? 0 : 1;
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
  if (what == "grain_size_zero") return loop_is_right(0) ? 0 : 1;
  std::fprintf(stderr, "parallel_child: expected what to do, got '%s'\n", what.c_str());
  return 2;
}
