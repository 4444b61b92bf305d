// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/convolution/detail/depthwise_square_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/convolution/detail/depthwise_kernels.hpp>

#include <algorithm>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::PlaneEpilogue;
using kernels::PlaneSeries;
using kernels::SquareFilter;
using Wide = hn::ScalableTag<Real>;
using V = hn::VFromD<Wide>;
using Signed = std::ptrdiff_t;

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2  // others have no masked loads

bool can_load_windows() { return true; }

constexpr Signed prefetch_distance = 1024;
constexpr Signed band_rows = 20;  // of planes that are wider than a vector: the rows stay in the L1 cache

/// Keeps GCC from loading the vector again for each use: loads limit the speed of the loops below.
HWY_INLINE void load_once(V& v) {
#if HWY_TARGET == HWY_AVX3
  asm("" : "+v"(v.raw));
#else
  asm("" : "+x"(v.raw));
#endif
}

HWY_INLINE Signed vector_lanes() { return static_cast<Signed>(hn::Lanes(Wide())); }

/// The lanes [begin, end) of a vector.
HWY_NOINLINE hn::MFromD<Wide> window(Signed begin, Signed end) {
  const Wide d;
  begin = std::clamp<Signed>(begin, 0, vector_lanes());
  end = std::clamp<Signed>(end, begin, vector_lanes());
  return hn::AndNot(hn::FirstN(d, static_cast<std::size_t>(begin)), hn::FirstN(d, static_cast<std::size_t>(end)));
}

/// A vector of columns of the outputs, and the lanes that are inside of the plane for each column of the filter.
struct Strip {
  Signed height, width, pad_top, pad_left, out_height, out_width;
  Signed first;  // column of the outputs
  hn::MFromD<Wide> windows[7];

  HWY_NOINLINE Strip(const SquareFilter& f, Signed c)
      : height(static_cast<Signed>(f.height)),
        width(static_cast<Signed>(f.width)),
        pad_top(static_cast<Signed>(f.pad_top)),
        pad_left(static_cast<Signed>(f.pad_left)),
        out_height(static_cast<Signed>(f.out_height())),
        out_width(static_cast<Signed>(f.out_width())),
        first(c) {
    for (Signed j = 0; j < static_cast<Signed>(f.size); ++j)
      windows[j] = window(pad_left - j - c, std::min(pad_left - j - c + width, out_width - c));
  }

  bool inside(Signed size) const { return first >= pad_left && first + vector_lanes() + size - 1 - pad_left <= width; }
};

/// The strips of a plane. Those at its sides are stored, and one of those between them.
class Strips {
 public:
  explicit Strips(const SquareFilter& f)
      : f_(f),
        last_((static_cast<Signed>(f.out_width()) - 1) / vector_lanes() * vector_lanes()),
        left_(f, 0),
        right_(f, last_),
        between_(f, 0) {}

  Signed last() const { return last_; }
  HWY_INLINE const Strip& at(Signed c) {
    if (c == last_) return right_;
    if (c == 0) return left_;
    const bool inside = between_.inside(static_cast<Signed>(f_.size));
    between_.first = c;
    if (!inside || !between_.inside(static_cast<Signed>(f_.size))) between_ = Strip(f_, c);
    return between_;
  }

 private:
  const SquareFilter& f_;
  Signed last_;
  Strip left_, right_, between_;
};

// --------------------------------------------------------------------------------------------------------- correlation

/// The weights of a filter, `step` apart, and its scale, bias and least output.
struct ScaledWeights {
  const Real* weights;
  Signed step;
  Real scale, bias, least;
};

/// Computes the rows [begin, end) of the outputs of a strip. Row u of the plane contributes to k rows of outputs, whose
/// sums are in registers. The first of these is complete after row u.
template <std::size_t k>
HWY_NOINLINE void correlate_strip(const Real* plane, const Strip& strip, const ScaledWeights& f, Signed begin,
                                  Signed end, Real* out) {
  const Wide d;
  const V bias = hn::Set(d, f.bias), scale = hn::Set(d, f.scale), least = hn::Set(d, f.least);
  V sums[k], weights[k * k];
  hn::MFromD<Wide> windows[k];
  const Signed width = strip.width, out_width = strip.out_width;
#pragma GCC unroll 7
  for (std::size_t i = 0; i < k; ++i) {
    sums[i] = bias;
    windows[i] = strip.windows[i];
  }
#pragma GCC unroll 49
  for (std::size_t i = 0; i < k * k; ++i)
    weights[i] = hn::Mul(scale, hn::Set(d, f.weights[static_cast<Signed>(i) * f.step]));
  const auto shift = [&]() HWY_ATTR {
#pragma GCC unroll 7
    for (std::size_t i = 0; i + 1 < k; ++i) sums[i] = sums[i + 1];
    sums[k - 1] = bias;
  };
  const Signed last = end - strip.pad_top + static_cast<Signed>(k) - 1, stop = std::min(last, strip.height);
  const Signed complete = begin - strip.pad_top + static_cast<Signed>(k) - 1;  // the first row that completes outputs
  Signed u = std::max<Signed>(begin - strip.pad_top, 0);
  const Real* row = plane + u * width + strip.first - strip.pad_left;
  out += begin * out_width + strip.first;
  for (; u < stop; ++u, row += width) {
    hwy::Prefetch(row + prefetch_distance);
#pragma GCC unroll 7
    for (std::size_t j = 0; j < k; ++j) {
      V x = hn::MaskedLoad(windows[j], d, row + j);
      load_once(x);
#pragma GCC unroll 7
      for (std::size_t i = 0; i < k; ++i) sums[k - 1 - i] = hn::MulAdd(weights[i * k + j], x, sums[k - 1 - i]);
    }
    hn::StoreU(hn::Max(least, sums[0]), d, out);  // keeps NaN; incomplete sums are overwritten
    out += u >= complete ? out_width : 0;
    shift();
  }
  for (; u < last; ++u) {
    hn::StoreU(hn::Max(least, sums[0]), d, out);
    out += u >= complete ? out_width : 0;
    shift();
  }
}

void correlate_square(PlaneSeries<const Real> planes, const SquareFilter& f, const Real* weights,
                      PlaneEpilogue epilogue, PlaneSeries<Real> out) {
  const auto correlate = f.size == 3 ? correlate_strip<3> : f.size == 5 ? correlate_strip<5> : correlate_strip<7>;
  Strips strips(f);
  const auto height = static_cast<Signed>(f.out_height()), rows = strips.last() > 0 ? band_rows : height;
  const std::size_t elements = f.size * f.size;
  for (std::size_t n = 0; n < planes.count; ++n, weights += elements) {
    const ScaledWeights scaled{f.flipped ? weights + elements - 1 : weights, f.flipped ? -1 : 1,
                               epilogue.scale != nullptr ? epilogue.scale[n] : Real{1},
                               epilogue.bias != nullptr ? epilogue.bias[n] : Real{0}, epilogue.least};
    for (Signed begin = 0; begin < height; begin += rows)
      for (Signed c = strips.last(); c >= 0; c -= vector_lanes())  // see correlate_planes for the order
        correlate(planes.data + n * planes.size, strips.at(c), scaled, begin, std::min(height, begin + rows),
                  out.data + n * out.size);
  }
}

// ---------------------------------------------------------------------------------------------- gradient of the filter

/// Adds the products of a strip with `columns` columns of the filter, from column j on, to their sums.
template <std::size_t k, std::size_t columns>
HWY_NOINLINE void add_strip(const Real* plane, const Strip& strip, const Real* gradient, std::size_t j, Real* sums) {
  const Wide d;
  V products[columns][k], g[k];
  hn::MFromD<Wide> windows[columns];
  const Signed width = strip.width, out_width = strip.out_width, out_height = strip.out_height;
#pragma GCC unroll 7
  for (std::size_t c = 0; c < columns; ++c) {
    windows[c] = strip.windows[j + c];
#pragma GCC unroll 7
    for (std::size_t i = 0; i < k; ++i) products[c][i] = hn::Load(d, sums + (c * k + i) * hn::Lanes(d));
  }
  // Row u of the plane meets the rows u + pad_top - i of the gradient, g[i].
  const auto outputs = window(0, out_width - strip.first);
  const auto load_gradient = [&](Signed r) HWY_ATTR {
    return r >= 0 && r < out_height ? hn::MaskedLoad(outputs, d, gradient + r * out_width + strip.first) : hn::Zero(d);
  };
#pragma GCC unroll 7
  for (std::size_t i = 0; i + 1 < k; ++i) g[i] = load_gradient(strip.pad_top - 1 - static_cast<Signed>(i));
  const Real* row = plane + strip.first - strip.pad_left + static_cast<Signed>(j);
  for (Signed newest = strip.pad_top; newest < strip.height + strip.pad_top; ++newest, row += width) {
    hwy::Prefetch(row + prefetch_distance);
#pragma GCC unroll 7
    for (std::size_t i = k - 1; i > 0; --i) g[i] = g[i - 1];
    g[0] = load_gradient(newest);
    V x[columns];
#pragma GCC unroll 7
    for (std::size_t c = 0; c < columns; ++c) {
      x[c] = hn::MaskedLoad(windows[c], d, row + c);
      load_once(x[c]);
    }
#pragma GCC unroll 7
    for (std::size_t i = 0; i < k; ++i) {
      const Signed r = newest - static_cast<Signed>(i);
      if (r < 0 || r >= out_height) continue;  // x may be infinite, and infinity times 0 is NaN
#pragma GCC unroll 7
      for (std::size_t c = 0; c < columns; ++c) products[c][i] = hn::MulAdd(g[i], x[c], products[c][i]);
    }
  }
#pragma GCC unroll 7
  for (std::size_t c = 0; c < columns; ++c)
#pragma GCC unroll 7
    for (std::size_t i = 0; i < k; ++i) hn::Store(products[c][i], d, sums + (c * k + i) * hn::Lanes(d));
}

void add_square(PlaneSeries<const Real> planes, const SquareFilter& f, PlaneSeries<const Real> gradient,
                PlaneSeries<Real> sums) {
  const auto add = f.size == 3 ? add_strip<3, 3> : f.size == 5 ? add_strip<5, 2> : add_strip<7, 1>;
  const std::size_t columns = f.size == 3 ? 3 : f.size == 5 ? 2 : 1;
  Strips strips(f);
  for (std::size_t n = 0; n < planes.count; ++n)
    for (Signed c = 0; c <= strips.last(); c += vector_lanes()) {
      const Strip& strip = strips.at(c);
      for (std::size_t j = 0; j < f.size; j += columns)
        (j + columns <= f.size ? add : add_strip<5, 1>)(planes.data + n * planes.size, strip,
                                                        gradient.data + n * gradient.size, j,
                                                        sums.data + n * sums.size + j * f.size * hn::Lanes(Wide()));
    }
}

#else
bool can_load_windows() { return false; }
void correlate_square(PlaneSeries<const Real>, const SquareFilter&, const Real*, PlaneEpilogue, PlaneSeries<Real>) {}
void add_square(PlaneSeries<const Real>, const SquareFilter&, PlaneSeries<const Real>, PlaneSeries<Real>) {}
#endif

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(can_load_windows);
HWY_EXPORT(correlate_square);
HWY_EXPORT(add_square);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

bool can_load_windows() { return HWY_DYNAMIC_DISPATCH(can_load_windows)(); }

void correlate_square(PlaneSeries<const Real> planes, const SquareFilter& filter, const Real* weights,
                      PlaneEpilogue epilogue, PlaneSeries<Real> out) {
  HWY_DYNAMIC_DISPATCH(correlate_square)(planes, filter, weights, epilogue, out);
}

void add_square(PlaneSeries<const Real> planes, const SquareFilter& filter, PlaneSeries<const Real> gradient,
                PlaneSeries<Real> sums) {
  HWY_DYNAMIC_DISPATCH(add_square)(planes, filter, gradient, sums);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
