// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/detail/image_backward_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/detail/image_kernels.hpp>
#include <minnow/layers/detail/image_rows-inl.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::BackwardAffine;
using kernels::Images;
using kernels::OutputGradient;
using kernels::Rows;

/// Steps from g to dx.
struct Identity {
  static constexpr bool reads_x = false;
  template <class D>
  HWY_INLINE hn::VFromD<D> operator()(D, hn::VFromD<D>, hn::VFromD<D> g) const {
    return g;
  }
};
struct AffineStep {
  static constexpr bool reads_x = true;
  BackwardAffine affine;
  template <class D>
  HWY_INLINE hn::VFromD<D> operator()(D d, hn::VFromD<D> x, hn::VFromD<D> g) const {
    const auto centred = hn::Sub(x, hn::Set(d, affine.centre));
    return hn::MulAdd(g, hn::Set(d, affine.dy_scale),
                      hn::MulAdd(centred, hn::Set(d, affine.x_scale), hn::Set(d, affine.constant)));
  }
};

template <class D>
HWY_INLINE hn::VFromD<D> gradient_at(D d, const Real* y, const Real* dy) {
  const auto g = hn::LoadU(d, dy);
  return y == nullptr ? g : relu_backward(d, hn::LoadU(d, y), g);
}

template <class Step>
void rows_backward(const OutputGradient& gradient, Rows<const Real> x, const Step step, Rows<Real> dx, Images images) {
  images = join_rows(images, gradient.dy, gradient.y, x, dx);
  for_each_row(images.count, images.height, [&](std::size_t i, std::size_t h) HWY_ATTR {
    const Real *dy = row_of(gradient.dy, i, h), *y = gradient.y.data != nullptr ? row_of(gradient.y, i, h) : nullptr;
    const Real* from = Step::reads_x ? row_of(x, i, h) : nullptr;
    Real* to = row_of(dx, i, h);
    for_each_vector<Real>(images.width, [=](auto d, std::size_t w) HWY_ATTR {
      auto v = hn::Zero(d);
      if constexpr (Step::reads_x) v = hn::LoadU(d, from + w);
      hn::StoreU(step(d, v, gradient_at(d, y != nullptr ? y + w : nullptr, dy + w)), d, to + w);
    });
  });
}

/// Writes dx of the elements in [begin, end), which belong to no window: g = 0.
template <class Step>
HWY_INLINE void write_outside_windows(const Real* from, const Step& step, Real* to, std::size_t begin,
                                      std::size_t end) {
  const hn::CappedTag<Real, 1> one;
  for (std::size_t w = begin; w < end; ++w) {
    auto v = hn::Zero(one);
    if constexpr (Step::reads_x) v = hn::LoadU(one, from + w);
    hn::StoreU(step(one, v, hn::Zero(one)), one, to + w);
  }
}

template <class Step>
void windows_backward(const OutputGradient& gradient, Rows<const Real> x, const Step step, Rows<Real> dx,
                      Images images) {
  const std::size_t width = images.width / 2;
  const auto x_row = [&](std::size_t i, std::size_t h) { return Step::reads_x ? row_of(x, i, h) : nullptr; };
  for_each_row(images.count, images.height / 2, [&](std::size_t i, std::size_t h) HWY_ATTR {
    const Real *x_top = x_row(i, 2 * h), *x_bottom = x_row(i, 2 * h + 1), *dy = row_of(gradient.dy, i, h);
    const std::uint8_t* argmax = row_of(gradient.argmax, i, h);
    Real *top = row_of(dx, i, 2 * h), *bottom = row_of(dx, i, 2 * h + 1);
    for_each_vector<Real>(width, [=](auto d, std::size_t w) HWY_ATTR {
      const auto g = hn::LoadU(d, dy + w);
      const auto largest = load_argmax(d, argmax + w);
      const auto at = [&](Real index) HWY_ATTR { return hn::IfThenElseZero(hn::Eq(largest, hn::Set(d, index)), g); };
      auto a = hn::Zero(d);
      auto b = a;
      auto e = a;
      auto f = a;
      if constexpr (Step::reads_x) {
        load_pairs(d, x_top + 2 * w, a, b);
        load_pairs(d, x_bottom + 2 * w, e, f);
      }
      store_pairs(d, step(d, a, at(Real{0})), step(d, b, at(Real{1})), top + 2 * w);
      store_pairs(d, step(d, e, at(Real{2})), step(d, f, at(Real{3})), bottom + 2 * w);
    });
    write_outside_windows(x_top, step, top, 2 * width, images.width);
    write_outside_windows(x_bottom, step, bottom, 2 * width, images.width);
  });
  if (images.height % 2 == 0) return;
  for (std::size_t i = 0; i < images.count; ++i)
    write_outside_windows(x_row(i, images.height - 1), step, row_of(dx, i, images.height - 1), 0, images.width);
}

void backward(const OutputGradient& gradient, Rows<Real> dx, Images images) {
  if (gradient.argmax.data != nullptr)
    windows_backward(gradient, {}, Identity(), dx, images);
  else
    rows_backward(gradient, {}, Identity(), dx, images);
}

void backward_affine(const OutputGradient& gradient, Rows<const Real> x, const BackwardAffine& affine, Rows<Real> dx,
                     Images images) {
  if (gradient.argmax.data != nullptr)
    windows_backward(gradient, x, AffineStep{affine}, dx, images);
  else
    rows_backward(gradient, x, AffineStep{affine}, dx, images);
}

/// Returns the elements of the windows at the argmax.
template <class D>
HWY_INLINE hn::VFromD<D> at_argmax(D d, const Real* top, const Real* bottom, hn::VFromD<D> argmax) {
  hn::VFromD<D> a, b, e, f;
  load_pairs(d, top, a, b);
  load_pairs(d, bottom, e, f);
  a = hn::IfThenElse(hn::Eq(argmax, hn::Set(d, Real{1})), b, a);
  a = hn::IfThenElse(hn::Eq(argmax, hn::Set(d, Real{2})), e, a);
  return hn::IfThenElse(hn::Eq(argmax, hn::Set(d, Real{3})), f, a);
}

/// Part of a row of outputs. y and argmax may be null; with an argmax, x is the upper row of the windows.
struct RowPart {
  const Real *dy, *y, *x;
  std::size_t x_row;  // to the next row of x
  const std::uint8_t* argmax;
};

/// Writes g and x - centre of the n elements of a part.
HWY_INLINE void load_part(const RowPart& part, Real centre, std::size_t n, Real* gradient, Real* centred) {
  for_each_vector<Real>(n, [=, &part](auto d, std::size_t w) HWY_ATTR {
    auto g = hn::Zero(d);
    auto v = g;
    if (part.argmax != nullptr) {
      const auto argmax = load_argmax(d, part.argmax + w);
      const auto none = hn::Eq(argmax, hn::Set(d, Real{kernels::no_maximum}));
      g = hn::IfThenZeroElse(none, hn::LoadU(d, part.dy + w));
      v = at_argmax(d, part.x + 2 * w, part.x + part.x_row + 2 * w, argmax);
    } else {
      g = gradient_at(d, part.y != nullptr ? part.y + w : nullptr, part.dy + w);
      v = hn::LoadU(d, part.x + w);
    }
    hn::StoreU(g, d, gradient + w);
    hn::StoreU(hn::Sub(v, hn::Set(d, centre)), d, centred + w);
  });
}

/// Processes a part of a row at a time. Products are computed in double, so that cancellation loses no digits.
kernels::GradientSums gradient_sums(const OutputGradient& gradient, Rows<const Real> x, Real centre, Images images) {
  const bool pools = gradient.argmax.data != nullptr;
  if (!pools) images = join_rows(images, gradient.dy, gradient.y, x);
  const std::size_t height = pools ? images.height / 2 : images.height;
  const std::size_t width = pools ? images.width / 2 : images.width;
  constexpr std::size_t part_size = 256;
  alignas(64) Real part_g[part_size], centred[part_size];
  const hn::ScalableTag<double> wide;
  const std::size_t lanes = hn::Lanes(wide);
  auto sum = hn::Zero(wide);  // two of each sum, because one sum would wait for its last addition
  auto sum_x = sum;
  auto odd_sum = sum;
  auto odd_sum_x = sum;
  for_each_row(images.count, height, [&](std::size_t i, std::size_t h) HWY_ATTR {
    for (std::size_t first = 0; first < width; first += part_size) {
      const std::size_t n = std::min(part_size, width - first);
      load_part(
          {row_of(gradient.dy, i, h) + first, gradient.y.data != nullptr ? row_of(gradient.y, i, h) + first : nullptr,
           row_of(x, i, pools ? 2 * h : h) + (pools ? 2 * first : first), x.row,
           pools ? row_of(gradient.argmax, i, h) + first : nullptr},
          centre, n, part_g, centred);
      const std::size_t whole = (n + 2 * lanes - 1) / (2 * lanes) * (2 * lanes);
      std::fill(part_g + n, part_g + whole, Real{0});
      std::fill(centred + n, centred + whole, Real{0});
      for (std::size_t w = 0; w < whole; w += 2 * lanes) {
        const auto g = load_double(wide, part_g + w);
        const auto odd_g = load_double(wide, part_g + w + lanes);
        sum = hn::Add(sum, g);
        odd_sum = hn::Add(odd_sum, odd_g);
        sum_x = hn::MulAdd(g, load_double(wide, centred + w), sum_x);
        odd_sum_x = hn::MulAdd(odd_g, load_double(wide, centred + w + lanes), odd_sum_x);
      }
    }
  });
  return {hn::GetLane(hn::SumOfLanes(wide, hn::Add(sum, odd_sum))),
          hn::GetLane(hn::SumOfLanes(wide, hn::Add(sum_x, odd_sum_x)))};
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(backward);
HWY_EXPORT(backward_affine);
HWY_EXPORT(gradient_sums);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void image_backward(const OutputGradient& gradient, Rows<Real> dx, Images images) {
  HWY_DYNAMIC_DISPATCH(backward)(gradient, dx, images);
}

void image_backward(const OutputGradient& gradient, Rows<const Real> x, const BackwardAffine& affine, Rows<Real> dx,
                    Images images) {
  HWY_DYNAMIC_DISPATCH(backward_affine)(gradient, x, affine, dx, images);
}

GradientSums image_gradient_sums(const OutputGradient& gradient, Rows<const Real> x, Real centre, Images images) {
  return HWY_DYNAMIC_DISPATCH(gradient_sums)(gradient, x, centre, images);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
