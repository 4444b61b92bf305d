// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/normalization/detail/batch_norm_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/normalization/detail/batch_norm_kernels.hpp>

#include <algorithm>
#include <cmath>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::Planes;

/// The elements [begin, begin + length) of the planes [first, last).
struct Block {
  std::size_t first, last, begin, length;
  std::size_t count() const { return (last - first) * length; }
};

/// Calls body(block) for blocks of about 128 vectors: parts of a large plane, or several small planes. A block fits the
/// first-level cache, and its sum is accurate.
template <class Body>
HWY_INLINE void for_each_block(const Planes& planes, const Body& body) {
  const std::size_t most = 128 * hn::Lanes(hn::ScalableTag<Real>());
  const std::size_t together = std::max<std::size_t>(most / planes.size, 1), length = std::min(most, planes.size);
  for (std::size_t first = 0; first < planes.samples; first += together)
    for (std::size_t begin = 0; begin < planes.size; begin += length)
      body(Block{first, std::min(first + together, planes.samples), begin, std::min(length, planes.size - begin)});
}

struct Sums {
  double a, b;
};

template <class D>
HWY_INLINE double sum_of_lanes(D d, hn::VFromD<D> v) {
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, v)));
}

/// Adds four sums to a total and resets them to 0.
template <class D, class V>
HWY_INLINE void collect(D d, V& total, V& v0, V& v1, V& v2, V& v3) {
  total = hn::Add(total, hn::Add(hn::Add(v0, v1), hn::Add(v2, v3)));
  v0 = v1 = v2 = v3 = hn::Zero(d);
}

/// Returns two sums over a block: term(tag, i, a, b) adds the terms of the elements at i to a and b. Four independent
/// sums hide the latency of an addition. They collect at most sixteen vectors, which bounds the rounding error.
template <class Term>
HWY_INLINE Sums sum_terms(const Block& block, std::size_t stride, const Term& term) {
  const hn::ScalableTag<Real> wide;
  const hn::CappedTag<Real, 4> four;
  const hn::CappedTag<Real, 1> one;
  const std::size_t lanes = hn::Lanes(wide);
  auto a = hn::Zero(wide), a0 = a, a1 = a, a2 = a, a3 = a, b = a, b0 = a, b1 = a, b2 = a, b3 = a;
  auto a4 = hn::Zero(four), b4 = a4;
  auto a5 = hn::Zero(one), b5 = a5;
  std::size_t summed = 0;  // vectors in the four sums
  const auto count = [&](std::size_t vectors) HWY_ATTR {
    if ((summed += vectors) < 16) return;
    collect(wide, a, a0, a1, a2, a3);
    collect(wide, b, b0, b1, b2, b3);
    summed = 0;
  };
  for (std::size_t plane = block.first; plane < block.last; ++plane) {
    std::size_t i = plane * stride + block.begin;
    const std::size_t end = i + block.length;
    for (; i + 4 * lanes <= end; i += 4 * lanes) {
      term(wide, i, a0, b0);
      term(wide, i + lanes, a1, b1);
      term(wide, i + 2 * lanes, a2, b2);
      term(wide, i + 3 * lanes, a3, b3);
      count(4);
    }
    for (; i + lanes <= end; i += lanes) {
      term(wide, i, a0, b0);
      count(1);
    }
    for (; i + hn::Lanes(four) <= end; i += hn::Lanes(four)) term(four, i, a4, b4);
    for (; i < end; ++i) term(one, i, a5, b5);
  }
  collect(wide, a, a0, a1, a2, a3);
  collect(wide, b, b0, b1, b2, b3);
  return {sum_of_lanes(wide, a) + sum_of_lanes(four, a4) + sum_of_lanes(one, a5),
          sum_of_lanes(wide, b) + sum_of_lanes(four, b4) + sum_of_lanes(one, b5)};
}

/// Returns the moments if squares exceed the range of Real or elements are infinite, which makes the mean infinite.
kernels::Moments moments_in_double(const Real* x, const Planes& planes) {
  const auto sum = [&](auto&& term) {
    double total = 0;
    for (std::size_t plane = 0; plane < planes.samples; ++plane)
      for (std::size_t i = 0; i < planes.size; ++i) total += term(static_cast<double>(x[plane * planes.stride + i]));
    return total / static_cast<double>(planes.count());
  };
  const double mean = sum([](double v) { return v; });
  return {mean, sum([mean](double v) { return (v - mean) * (v - mean); })};
}

/// Returns the sum of x - from over a block, in double.
double sum_from(const Real* x, const Block& block, std::size_t stride, double from) {
  const hn::ScalableTag<double> wide;
  const hn::CappedTag<double, 1> one;
  const std::size_t lanes = hn::Lanes(wide);
  auto s0 = hn::Zero(wide), s1 = s0, s2 = s0, s3 = s0;
  auto rest = hn::Zero(one);
  const auto add = [=](auto d, auto& sum, std::size_t i)
                       HWY_ATTR { sum = hn::Add(sum, hn::Sub(load_double(d, x + i), hn::Set(d, from))); };
  for (std::size_t plane = block.first; plane < block.last; ++plane) {
    std::size_t i = plane * stride + block.begin;
    const std::size_t end = i + block.length;
    for (; i + 4 * lanes <= end; i += 4 * lanes) {
      add(wide, s0, i);
      add(wide, s1, i + lanes);
      add(wide, s2, i + 2 * lanes);
      add(wide, s3, i + 3 * lanes);
    }
    for (; i + lanes <= end; i += lanes) add(wide, s0, i);
    for (; i < end; ++i) add(one, rest, i);
  }
  return sum_of_lanes(wide, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))) + sum_of_lanes(one, rest);
}

kernels::Moments plane_moments(const Real* x, const Planes& planes) {
  double count = 0, mean = 0, squares = 0;  // squares: about the mean
  for_each_block(planes, [&](const Block& block) HWY_ATTR {
    const auto n = static_cast<double>(block.count());
    const auto first = static_cast<double>(x[block.first * planes.stride + block.begin]);  // exact for equal elements
    const double block_mean = first + sum_from(x, block, planes.stride, first) / n;
    const Real centre = static_cast<Real>(block_mean);
    // While this block is read from the cache, the next block is prefetched.
    const bool plane_goes_on = block.begin + block.length < planes.size, last = block.last == planes.samples;
    const std::size_t ahead = plane_goes_on ? block.length
                              : last        ? 0
                                            : (block.last - block.first) * planes.stride - block.begin;
    const Sums sums = sum_terms(block, planes.stride, [=](auto d, std::size_t i, auto& a, auto&) HWY_ATTR {
      hwy::Prefetch(x + i + ahead);
      const auto off = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, centre));
      a = hn::MulAdd(off, off, a);
    });
    const double off = block_mean - static_cast<double>(centre), block_squares = sums.a - n * off * off;
    const double apart = block_mean - mean, share = n / (count + n);
    mean += apart * share;
    squares += (block_squares < 0 ? 0 : block_squares) + apart * apart * count * share;
    count += n;
  });
  if (!std::isfinite(squares)) return moments_in_double(x, planes);
  return {mean, squares / count};
}

/// Runs from the last plane to the first, as the backward kernel does: the plane read last is still in the cache.
void normalize_planes(const Real* x, Real* y, const Planes& planes, const kernels::Affine& affine) {
  for (std::size_t plane = planes.samples; plane-- > 0;) {
    const std::size_t at = plane * planes.stride;
    for_each_vector<Real>(planes.size, [=, &affine, from = x + at, to = y + at](auto d, std::size_t i) HWY_ATTR {
      const auto off = hn::Sub(hn::LoadU(d, from + i), hn::Set(d, affine.centre));
      hn::StoreU(hn::MulAdd(off, hn::Set(d, affine.scale), hn::Set(d, affine.shift)), d, to + i);
    });
  }
}

kernels::GradientSums plane_gradient_sums(const Real* x, const Real* dy, const Planes& planes, Real centre) {
  kernels::GradientSums total{0, 0};
  for_each_block(planes, [&](const Block& block) HWY_ATTR {
    const Sums sums = sum_terms(block, planes.stride, [=](auto d, std::size_t i, auto& a, auto& b) HWY_ATTR {
      const auto g = hn::LoadU(d, dy + i);
      a = hn::Add(a, g);
      b = hn::MulAdd(g, hn::Sub(hn::LoadU(d, x + i), hn::Set(d, centre)), b);
    });
    total.dy += sums.a;
    total.dy_x += sums.b;
  });
  return total;
}

void planes_backward(const Real* x, const Real* dy, Real* dx, const Planes& planes,
                     const kernels::BackwardAffine& affine) {
  for (std::size_t plane = planes.samples; plane-- > 0;) {
    const Real *from = x + plane * planes.stride, *gradient = dy + plane * planes.stride;
    Real* to = dx + plane * planes.stride;
    for_each_vector<Real>(planes.size, [=, &affine](auto d, std::size_t i) HWY_ATTR {
      const auto off = hn::Sub(hn::LoadU(d, from + i), hn::Set(d, affine.centre));
      const auto rest = hn::MulAdd(off, hn::Set(d, affine.x_scale), hn::Set(d, affine.constant));
      hn::StoreU(hn::MulAdd(hn::LoadU(d, gradient + i), hn::Set(d, affine.dy_scale), rest), d, to + i);
    });
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(plane_moments);
HWY_EXPORT(normalize_planes);
HWY_EXPORT(plane_gradient_sums);
HWY_EXPORT(planes_backward);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

Moments moments(const Real* x, const Planes& planes) { return HWY_DYNAMIC_DISPATCH(plane_moments)(x, planes); }

void normalize(const Real* x, Real* y, const Planes& planes, const Affine& affine) {
  HWY_DYNAMIC_DISPATCH(normalize_planes)(x, y, planes, affine);
}

GradientSums gradient_sums(const Real* x, const Real* dy, const Planes& planes, Real centre) {
  return HWY_DYNAMIC_DISPATCH(plane_gradient_sums)(x, dy, planes, centre);
}

void normalize_backward(const Real* x, const Real* dy, Real* dx, const Planes& planes, const BackwardAffine& affine) {
  HWY_DYNAMIC_DISPATCH(planes_backward)(x, dy, dx, planes, affine);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
