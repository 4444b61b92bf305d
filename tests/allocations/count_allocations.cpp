#include <tests/allocations/count_allocations.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include <dlfcn.h>
#include <malloc.h>

std::atomic<bool> counting{false};
std::atomic<std::size_t> allocations{0}, openblas_allocations{0};

namespace {
void count(void* caller) {
  if (!counting.load(std::memory_order_relaxed)) return;
  Dl_info info{};
  const bool openblas = dladdr(caller, &info) != 0 && std::strstr(info.dli_fname, "openblas") != nullptr;
  ++(openblas ? openblas_allocations : allocations);
}
}  // namespace

// The C library's allocation functions, under the names that remain if a program replaces the functions.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_realloc(p, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t size) {
  count(__builtin_return_address(0));
  *p = __libc_memalign(alignment, size);
  return *p == nullptr ? ENOMEM : 0;
}
}

std::size_t count_during(const std::function<void()>& action) {
  allocations = openblas_allocations = 0;
  counting = true;
  action();
  counting = false;
  return allocations;
}
