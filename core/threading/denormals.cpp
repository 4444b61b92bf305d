#include <minnow/core/threading/denormals.hpp>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace minnow::inline MINNOW_PRECISION {
namespace detail {

#if defined(__SSE__)
constexpr std::uint64_t flush = 0x8040;  // flush denormal results and operands to zero
std::uint64_t floating_point_control() { return _mm_getcsr(); }
void set_floating_point_control(std::uint64_t control) { _mm_setcsr(static_cast<unsigned>(control)); }
#elif defined(__aarch64__)
constexpr std::uint64_t flush = std::uint64_t{1} << 24;  // flush denormal results and operands to zero
std::uint64_t floating_point_control() {
  std::uint64_t control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  return control;
}
void set_floating_point_control(std::uint64_t control) { asm volatile("msr fpcr, %0" : : "r"(control)); }
#else
constexpr std::uint64_t flush = 0;
std::uint64_t floating_point_control() { return 0; }
void set_floating_point_control(std::uint64_t) {}
#endif

}  // namespace detail

FlushDenormals::FlushDenormals() : before_(detail::floating_point_control()) {
  detail::set_floating_point_control(before_ | detail::flush);
}

FlushDenormals::~FlushDenormals() { detail::set_floating_point_control(before_); }

}  // namespace minnow::inline MINNOW_PRECISION
