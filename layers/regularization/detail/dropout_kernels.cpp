// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/regularization/detail/dropout_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/regularization/detail/dropout_kernels.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using D64 = hn::CappedTag<std::uint64_t, 8>;  // at most 8 lanes: one byte of the mask
using V64 = hn::VFromD<D64>;

/// Returns the 64-bit products of the low halves. The high halves are ignored.
HWY_INLINE V64 multiply_low(V64 a, std::uint32_t b) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(D64(), (hn::GetLane(a) & 0xFFFFFFFFu) * b);
#else
  const hn::RepartitionToNarrow<D64> half;
  return hn::MulEven(hn::BitCast(half, a), hn::Set(half, b));
#endif
}

/// Computes ten rounds of Philox4x32, as in core/rng.cpp, with one block per lane. Each of the four words of a block is
/// the low half of a lane. Two vectors of blocks at a time hide the latency of the products.
HWY_INLINE void philox(V64 (&a)[4], V64 (&b)[4], std::uint64_t key) {
  const D64 d;
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  const auto round = [&](V64(&c)[4]) HWY_ATTR {
    const V64 p = multiply_low(c[0], 0xD2511F53), q = multiply_low(c[2], 0xCD9E8D57);
    c[0] = hn::Xor(hn::Xor(hn::ShiftRight<32>(q), c[1]), hn::Set(d, k0));
    c[2] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p), c[3]), hn::Set(d, k1));
    c[1] = q;
    c[3] = p;
  };
  for (int i = 0; i < 10; ++i) {
    round(a);
    round(b);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
}

/// Returns one bit per lane: set if the word, the low half of the lane, is below `keep`.
HWY_INLINE std::uint64_t bits_below(V64 words, std::uint64_t keep) {
  const D64 d;
  const hn::RebindToSigned<D64> ds;
  const auto low = hn::BitCast(ds, hn::And(words, hn::Set(d, 0xFFFFFFFFu)));
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(ds, hn::Lt(low, hn::Set(ds, static_cast<std::int64_t>(keep))), bits);
  // Reads one byte only: with little optimization, GCC 12 spills a mask as one byte and reads eight.
  return *static_cast<const volatile std::uint8_t*>(bits);
}

// A group has 64 blocks. Word w of block b decides element 64 w + b, so consecutive lanes are consecutive elements.
void draw_mask(std::uint64_t key, std::uint64_t first, std::size_t groups, std::uint64_t keep, std::uint64_t* mask) {
  const D64 d;
  for (std::size_t group = 0; group < groups; ++group, mask += 4) {
    std::fill_n(mask, 4, std::uint64_t{0});
    constexpr std::size_t blocks = 64;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t at = 0; at < blocks; at += 2 * lanes) {
      const V64 index = hn::Iota(d, (first + group) * blocks + at), next = hn::Add(index, hn::Set(d, lanes));
      V64 a[4] = {index, hn::ShiftRight<32>(index), hn::Zero(d), hn::Zero(d)};
      V64 b[4] = {next, hn::ShiftRight<32>(next), hn::Zero(d), hn::Zero(d)};
      philox(a, b, key);
      for (std::size_t w = 0; w < 4; ++w) mask[w] |= (bits_below(a[w], keep) | bits_below(b[w], keep) << lanes) << at;
    }
  }
}

void apply_mask(const std::uint64_t* mask, Real scale, const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const std::uint64_t word = mask[i / 64] >> (i % 64);
    std::uint8_t bits[8];
    for (int byte = 0; byte < 8; ++byte) bits[byte] = static_cast<std::uint8_t>(word >> (8 * byte));
    const auto factor = hn::IfThenElseZero(hn::LoadMaskBits(d, bits), hn::Set(d, scale));
    hn::StoreU(hn::Mul(hn::LoadU(d, x + i), factor), d, y + i);  // a dropped NaN stays NaN
  });
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(draw_mask);
HWY_EXPORT(apply_mask);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void draw_mask(std::uint64_t key, std::uint64_t first, std::size_t groups, std::uint64_t keep, std::uint64_t* mask) {
  HWY_DYNAMIC_DISPATCH(draw_mask)(key, first, groups, keep, mask);
}
void apply_mask(const std::uint64_t* mask, Real scale, const Real* x, Real* y, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(apply_mask)(mask, scale, x, y, n);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
