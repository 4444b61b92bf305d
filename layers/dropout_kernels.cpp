// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/dropout_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/simd-inl.hpp>
#include <minnow/layers/dropout_kernels.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using D64 = hn::ScalableTag<std::uint64_t>;
using V64 = hn::VFromD<D64>;

/// The 64-bit product of the low halves; the high ones may hold anything.
HWY_INLINE V64 multiply_low(V64 a, std::uint32_t b) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(D64(), (hn::GetLane(a) & 0xFFFFFFFFu) * b);
#else
  const hn::RepartitionToNarrow<D64> half;
  return hn::MulEven(hn::BitCast(half, a), hn::Set(half, b));
#endif
}

/// Ten rounds of Philox4x32, as in core/rng.cpp, for a block a lane: each of its four words is the low half of a lane.
HWY_INLINE void philox(V64 (&counter)[4], std::uint64_t key) {
  const D64 d;
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const V64 a = multiply_low(counter[0], 0xD2511F53);
    const V64 b = multiply_low(counter[2], 0xCD9E8D57);
    counter[0] = hn::Xor(hn::Xor(hn::ShiftRight<32>(b), counter[1]), hn::Set(d, k0));
    counter[2] = hn::Xor(hn::Xor(hn::ShiftRight<32>(a), counter[3]), hn::Set(d, k1));
    counter[1] = b;
    counter[3] = a;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
}

/// Where the word, the low half of a lane, is below `keep`: a bit a lane.
HWY_INLINE std::uint64_t bits_below(V64 words, std::uint64_t keep) {
  const D64 d;
  const hn::RebindToSigned<D64> ds;
  const auto low = hn::BitCast(ds, hn::And(words, hn::Set(d, 0xFFFFFFFFu)));
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(ds, hn::Lt(low, hn::Set(ds, static_cast<std::int64_t>(keep))), bits);
  return bits[0];
}

// Word w of block b of a group, of 64 blocks, decides on element 64 w + b: lanes are neighbours then.
void draw_mask(std::uint64_t key, std::uint64_t first, std::size_t groups, std::uint64_t keep, std::uint64_t* mask) {
  const D64 d;
  for (std::size_t group = 0; group < groups; ++group, mask += 4) {
    std::fill_n(mask, 4, std::uint64_t{0});
    for (std::size_t b = 0; b < 64; b += hn::Lanes(d)) {
      const V64 number = hn::Iota(d, (first + group) * 64 + b);
      V64 words[4] = {number, hn::ShiftRight<32>(number), hn::Zero(d), hn::Zero(d)};
      philox(words, key);
      for (std::size_t w = 0; w < 4; ++w) mask[w] |= bits_below(words[w], keep) << b;
    }
  }
}

void apply_mask(const std::uint64_t* mask, Real scale, const Real* x, Real* y, std::size_t n) {
  for_each_vector<Real>(n, [=](auto d, std::size_t i) HWY_ATTR {
    const std::uint64_t word = mask[i / 64] >> (i % 64);
    std::uint8_t bits[8];
    for (int byte = 0; byte < 8; ++byte) bits[byte] = static_cast<std::uint8_t>(word >> (8 * byte));
    const auto factor = hn::IfThenElseZero(hn::LoadMaskBits(d, bits), hn::Set(d, scale));
    hn::StoreU(hn::Mul(hn::LoadU(d, x + i), factor), d, y + i);  // a dropped NaN stays one
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
