// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/detail/image_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/layers/detail/image_kernels.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::Affine;
using kernels::BackwardAffine;
using kernels::OnTheWay;
using kernels::Pictures;
using kernels::Rows;
using kernels::WayBack;

template <class T>
HWY_INLINE T* row_of(const Rows<T>& rows, std::size_t image, std::size_t h) {
  return rows.data + image * rows.image + h * rows.row;
}

/// Calls body(image, row of it) for all of them.
template <class Body>
HWY_INLINE void for_each_row(std::size_t images, std::size_t height, const Body& body) {
  for (std::size_t i = 0; i < images; ++i)
    for (std::size_t h = 0; h < height; ++h) body(i, h);
}

/// Two vectors of neighbours: those at even places, and at odd ones.
template <class D>
HWY_INLINE void load_pairs(D d, const Real* p, hn::VFromD<D>& even, hn::VFromD<D>& odd) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    even = hn::LoadU(d, p);
    odd = hn::LoadU(d, p + 1);
  } else {
    hn::LoadInterleaved2(d, p, even, odd);
  }
}
template <class D>
HWY_INLINE void store_pairs(D d, hn::VFromD<D> even, hn::VFromD<D> odd, Real* p) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    hn::StoreU(even, d, p);
    hn::StoreU(odd, d, p + 1);
  } else {
    hn::StoreInterleaved2(even, odd, d, p);
  }
}

// ------------------------------------------------------------------------------------------------------------- forward

template <bool normalizes, class D>
HWY_INLINE hn::VFromD<D> normalize(D d, const Affine& affine, hn::VFromD<D> x) {
  if constexpr (!normalizes) return x;
  return hn::MulAdd(hn::Sub(x, hn::Set(d, affine.centre)), hn::Set(d, affine.scale), hn::Set(d, affine.shift));
}

template <bool normalizes, bool rectifies>
void copy_rows(Rows<const Real> x, Rows<Real> y, Pictures pictures, const Affine& affine) {
  for_each_row(pictures.count, pictures.height, [=](std::size_t i, std::size_t h) HWY_ATTR {
    const Real* from = row_of(x, i, h);
    Real* to = row_of(y, i, h);
    for_each_vector<Real>(pictures.width, [=](auto d, std::size_t w) HWY_ATTR {
      auto v = normalize<normalizes>(d, affine, hn::LoadU(d, from + w));
      if constexpr (rectifies) v = relu(d, v);
      hn::StoreU(v, d, to + w);
    });
  });
}

/// The larger number of best and v, and its place; NaN is larger than any.
template <class D, class V>
HWY_INLINE void take_larger(D d, V v, Real place, V& best, V& which) {
  const auto larger = hn::Or(hn::Gt(v, best), hn::IsNaN(v));  // Highway 1.0.3 has NaN Ne NaN false
  best = hn::IfThenElse(larger, v, best);
  which = hn::IfThenElse(larger, hn::Set(d, place), which);
}

template <class D>
HWY_INLINE void store_places(D d, hn::VFromD<D> places, std::uint8_t* p) {
  const hn::Rebind<std::int32_t, D> whole;
  const hn::Rebind<std::uint8_t, D> bytes;
  if constexpr (sizeof(Real) == sizeof(float))
    hn::StoreU(hn::DemoteTo(bytes, hn::ConvertTo(whole, places)), bytes, p);
  else
    hn::StoreU(hn::DemoteTo(bytes, hn::DemoteTo(whole, places)), bytes, p);
  (void)d;
}
template <class D>
HWY_INLINE hn::VFromD<D> load_places(D d, const std::uint8_t* p) {
  const hn::Rebind<std::int32_t, D> whole;
  const hn::Rebind<std::uint8_t, D> bytes;
  const auto places = hn::PromoteTo(whole, hn::LoadU(bytes, p));
  if constexpr (sizeof(Real) == sizeof(float))
    return hn::ConvertTo(d, places);
  else
    return hn::PromoteTo(d, places);
}

template <bool normalizes, bool rectifies>
void max_pool(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> which, Pictures pictures, const Affine& affine) {
  for_each_row(pictures.count, pictures.height / 2, [=](std::size_t i, std::size_t h) HWY_ATTR {
    const Real *top = row_of(x, i, 2 * h), *bottom = row_of(x, i, 2 * h + 1);
    Real* to = row_of(y, i, h);
    std::uint8_t* places = which.data != nullptr ? row_of(which, i, h) : nullptr;
    for_each_vector<Real>(pictures.width / 2, [=](auto d, std::size_t w) HWY_ATTR {
      hn::VFromD<decltype(d)> a, b, e, f;
      load_pairs(d, top + 2 * w, a, b);
      load_pairs(d, bottom + 2 * w, e, f);
      auto best = normalize<normalizes>(d, affine, a);
      auto place = hn::Zero(d);
      take_larger(d, normalize<normalizes>(d, affine, b), Real{1}, best, place);
      take_larger(d, normalize<normalizes>(d, affine, e), Real{2}, best, place);
      take_larger(d, normalize<normalizes>(d, affine, f), Real{3}, best, place);
      if constexpr (rectifies) {
        place = hn::IfThenElse(hn::Le(best, hn::Zero(d)), hn::Set(d, Real{kernels::no_maximum}), place);
        best = relu(d, best);
      }
      hn::StoreU(best, d, to + w);
      if (places != nullptr) store_places(d, place, places + w);
    });
  });
}

/// Calls the one of the four functions that does what is to be done on the way.
#define MINNOW_ON_THE_WAY(function, ...)                                                   \
  const Affine affine = way.affine != nullptr ? *way.affine : Affine{};                    \
  if (way.affine != nullptr && way.relu) return function<true, true>(__VA_ARGS__, affine); \
  if (way.affine != nullptr) return function<true, false>(__VA_ARGS__, affine);            \
  if (way.relu) return function<false, true>(__VA_ARGS__, affine);                         \
  function<false, false>(__VA_ARGS__, affine)

void copy_rows_on(Rows<const Real> x, Rows<Real> y, Pictures pictures, const OnTheWay& way) {
  MINNOW_ON_THE_WAY(copy_rows, x, y, pictures);
}

void max_pool_on(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> which, Pictures pictures, const OnTheWay& way) {
  MINNOW_ON_THE_WAY(max_pool, x, y, which, pictures);
}

#undef MINNOW_ON_THE_WAY

// ------------------------------------------------------------------------------------------------------------ backward

/// What becomes of g on its way to dx.
struct AsItIs {
  static constexpr bool reads_x = false;
  template <class D>
  HWY_INLINE hn::VFromD<D> operator()(D, hn::VFromD<D>, hn::VFromD<D> g) const {
    return g;
  }
};
struct ThroughNorm {
  static constexpr bool reads_x = true;
  BackwardAffine affine;
  template <class D>
  HWY_INLINE hn::VFromD<D> operator()(D d, hn::VFromD<D> x, hn::VFromD<D> g) const {
    const auto centred = hn::Sub(x, hn::Set(d, affine.centre));
    return hn::MulAdd(g, hn::Set(d, affine.of_dy),
                      hn::MulAdd(centred, hn::Set(d, affine.of_x), hn::Set(d, affine.constant)));
  }
};

template <class D>
HWY_INLINE hn::VFromD<D> gradient_at(D d, const Real* y, const Real* dy) {
  const auto g = hn::LoadU(d, dy);
  return y == nullptr ? g : relu_backward(d, hn::LoadU(d, y), g);
}

template <class Step>
void rows_back(const WayBack& back, Rows<const Real> x, const Step step, Rows<Real> dx, Pictures pictures) {
  for_each_row(pictures.count, pictures.height, [&](std::size_t i, std::size_t h) HWY_ATTR {
    const Real *dy = row_of(back.dy, i, h), *y = back.y.data != nullptr ? row_of(back.y, i, h) : nullptr;
    const Real* from = Step::reads_x ? row_of(x, i, h) : nullptr;
    Real* to = row_of(dx, i, h);
    for_each_vector<Real>(pictures.width, [=](auto d, std::size_t w) HWY_ATTR {
      auto v = hn::Zero(d);
      if constexpr (Step::reads_x) v = hn::LoadU(d, from + w);
      hn::StoreU(step(d, v, gradient_at(d, y != nullptr ? y + w : nullptr, dy + w)), d, to + w);
    });
  });
}

/// Numbers that no window holds: g = 0.
template <class Step>
HWY_INLINE void outside_windows(const Real* from, const Step& step, Real* to, std::size_t begin, std::size_t end) {
  const hn::CappedTag<Real, 1> one;
  for (std::size_t w = begin; w < end; ++w) {
    auto v = hn::Zero(one);
    if constexpr (Step::reads_x) v = hn::LoadU(one, from + w);
    hn::StoreU(step(one, v, hn::Zero(one)), one, to + w);
  }
}

template <class Step>
void windows_back(const WayBack& back, Rows<const Real> x, const Step step, Rows<Real> dx, Pictures pictures) {
  const std::size_t width = pictures.width / 2;
  const auto x_row = [&](std::size_t i, std::size_t h) { return Step::reads_x ? row_of(x, i, h) : nullptr; };
  for_each_row(pictures.count, pictures.height / 2, [&](std::size_t i, std::size_t h) HWY_ATTR {
    const Real *x_top = x_row(i, 2 * h), *x_bottom = x_row(i, 2 * h + 1), *dy = row_of(back.dy, i, h);
    const std::uint8_t* places = row_of(back.which, i, h);
    Real *top = row_of(dx, i, 2 * h), *bottom = row_of(dx, i, 2 * h + 1);
    for_each_vector<Real>(width, [=](auto d, std::size_t w) HWY_ATTR {
      const auto g = hn::LoadU(d, dy + w);
      const auto place = load_places(d, places + w);
      const auto at = [&](Real p) HWY_ATTR { return hn::IfThenElseZero(hn::Eq(place, hn::Set(d, p)), g); };
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
    outside_windows(x_top, step, top, 2 * width, pictures.width);
    outside_windows(x_bottom, step, bottom, 2 * width, pictures.width);
  });
  if (pictures.height % 2 == 0) return;
  for (std::size_t i = 0; i < pictures.count; ++i)
    outside_windows(x_row(i, pictures.height - 1), step, row_of(dx, i, pictures.height - 1), 0, pictures.width);
}

void way_back(const WayBack& back, Rows<Real> dx, Pictures pictures) {
  if (back.which.data != nullptr)
    windows_back(back, {}, AsItIs(), dx, pictures);
  else
    rows_back(back, {}, AsItIs(), dx, pictures);
}

void way_back_norm(const WayBack& back, Rows<const Real> x, const BackwardAffine& affine, Rows<Real> dx,
                   Pictures pictures) {
  if (back.which.data != nullptr)
    windows_back(back, x, ThroughNorm{affine}, dx, pictures);
  else
    rows_back(back, x, ThroughNorm{affine}, dx, pictures);
}

/// The numbers of the windows at the places.
template <class D>
HWY_INLINE hn::VFromD<D> at_places(D d, const Real* top, const Real* bottom, hn::VFromD<D> place) {
  hn::VFromD<D> a, b, e, f;
  load_pairs(d, top, a, b);
  load_pairs(d, bottom, e, f);
  a = hn::IfThenElse(hn::Eq(place, hn::Set(d, Real{1})), b, a);
  a = hn::IfThenElse(hn::Eq(place, hn::Set(d, Real{2})), e, a);
  return hn::IfThenElse(hn::Eq(place, hn::Set(d, Real{3})), f, a);
}

/// A part of a row at a time, and its products in double: what cancels costs no digits.
kernels::GradientSums way_back_sums(const WayBack& back, Rows<const Real> x, Real centre, Pictures pictures) {
  const bool pools = back.which.data != nullptr;
  const std::size_t height = pools ? pictures.height / 2 : pictures.height;
  const std::size_t width = pools ? pictures.width / 2 : pictures.width;
  constexpr std::size_t part = 256;
  alignas(64) Real gradient[part], centred[part];
  const hn::ScalableTag<double> wide;
  const std::size_t lanes = hn::Lanes(wide);
  auto sum = hn::Zero(wide);  // two of each: one would wait for itself
  auto sum_x = sum;
  auto odd_sum = sum;
  auto odd_sum_x = sum;
  for_each_row(pictures.count, height, [&](std::size_t i, std::size_t h) HWY_ATTR {
    for (std::size_t first = 0; first < width; first += part) {
      const std::size_t n = std::min(part, width - first);
      const Real* dy = row_of(back.dy, i, h) + first;
      const Real* y = back.y.data != nullptr ? row_of(back.y, i, h) + first : nullptr;
      const Real* top = row_of(x, i, pools ? 2 * h : h) + (pools ? 2 * first : first);
      const std::uint8_t* places = pools ? row_of(back.which, i, h) + first : nullptr;
      for_each_vector<Real>(n, [&](auto d, std::size_t w) HWY_ATTR {
        auto g = hn::Zero(d);
        auto v = g;
        if (pools) {
          const auto place = load_places(d, places + w);
          const auto none = hn::Eq(place, hn::Set(d, Real{kernels::no_maximum}));
          g = hn::IfThenZeroElse(none, hn::LoadU(d, dy + w));
          v = at_places(d, top + 2 * w, top + x.row + 2 * w, place);
        } else {
          g = gradient_at(d, y != nullptr ? y + w : nullptr, dy + w);
          v = hn::LoadU(d, top + w);
        }
        hn::StoreU(g, d, gradient + w);
        hn::StoreU(hn::Sub(v, hn::Set(d, centre)), d, centred + w);
      });
      const std::size_t whole = (n + 2 * lanes - 1) / (2 * lanes) * (2 * lanes);
      std::fill(gradient + n, gradient + whole, Real{0});
      std::fill(centred + n, centred + whole, Real{0});
      for (std::size_t w = 0; w < whole; w += 2 * lanes) {
        const auto g = load_double(wide, gradient + w);
        const auto odd_g = load_double(wide, gradient + w + lanes);
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
HWY_EXPORT(copy_rows_on);
HWY_EXPORT(max_pool_on);
HWY_EXPORT(way_back);
HWY_EXPORT(way_back_norm);
HWY_EXPORT(way_back_sums);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void copy_rows(Rows<const Real> x, Rows<Real> y, Pictures pictures, const OnTheWay& way) {
  HWY_DYNAMIC_DISPATCH(copy_rows_on)(x, y, pictures, way);
}

void max_pool_2x2(Rows<const Real> x, Rows<Real> y, Rows<std::uint8_t> which, Pictures pictures, const OnTheWay& way) {
  HWY_DYNAMIC_DISPATCH(max_pool_on)(x, y, which, pictures, way);
}

void way_back(const WayBack& back, Rows<Real> dx, Pictures pictures) {
  HWY_DYNAMIC_DISPATCH(way_back)(back, dx, pictures);
}

void way_back(const WayBack& back, Rows<const Real> x, const BackwardAffine& affine, Rows<Real> dx, Pictures pictures) {
  HWY_DYNAMIC_DISPATCH(way_back_norm)(back, x, affine, dx, pictures);
}

GradientSums way_back_sums(const WayBack& back, Rows<const Real> x, Real centre, Pictures pictures) {
  return HWY_DYNAMIC_DISPATCH(way_back_sums)(back, x, centre, pictures);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
