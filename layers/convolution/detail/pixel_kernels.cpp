// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/convolution/detail/pixel_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/activations-inl.hpp>
#include <minnow/core/math/detail/product_tile-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>
#include <minnow/layers/convolution/detail/pixel_kernels.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::FilterOrder;
using kernels::Panels;
using kernels::PixelColumns;
using kernels::PixelProduct;
using Lanes = hn::ScalableTag<Real>;

#if HWY_TARGET == HWY_AVX3  // 32 registers: 24 sums
constexpr std::size_t panel_vectors = 4;
#else  // 16 registers: 12 sums
constexpr std::size_t panel_vectors = 2;
#endif

Panels panels_of(std::size_t channels) {
  const std::size_t lanes = hn::Lanes(Lanes()), vectors = (channels + lanes - 1) / lanes;
  return {lanes, vectors, (vectors + panel_vectors - 1) / panel_vectors};
}

/// Returns true if the elements of each filter are consecutive, in ascending order.
bool is_ascending(const FilterOrder& order) {
  return order.column == 1 && order.row == static_cast<std::ptrdiff_t>(order.columns);
}

void pack_filters(const FilterOrder& order, const Real* weight, const Real* scale, std::size_t panel, Real* to) {
  const Panels panels = panels_of(order.out_channels);
  const std::size_t start = panels.start(panel), width = panels.width(panel), in = order.in_channels;
  const std::size_t valid = std::min(width, order.out_channels - start);
  const auto row = static_cast<std::size_t>(order.out);
  std::fill_n(to, order.size() * in * width, Real{0});
  if (order.size() == 1 && order.in == 1) {
    transpose(weight + order.position(start, 0), valid, in, row, to, width);
  } else {
    for (std::size_t c = 0; c < in; ++c) {
      const Real* from = weight + order.position(start, c);
      if (is_ascending(order)) {
        transpose(from, valid, order.size(), row, to + c * width, in * width);
        continue;
      }
      for (std::size_t i = 0; i < order.rows; ++i)
        for (std::size_t j = 0; j < order.columns; ++j) {
          const Real* element =
              from + static_cast<std::ptrdiff_t>(i) * order.row + static_cast<std::ptrdiff_t>(j) * order.column;
          Real* into = to + ((i * order.columns + j) * in + c) * width;
          if (row == 1)
            std::copy_n(element, valid, into);
          else
            for (std::size_t o = 0; o < valid; ++o) into[o] = element[o * row];
        }
    }
  }
  if (scale != nullptr)
    for (std::size_t k = 0; k < order.size() * in; ++k)
      for (std::size_t o = 0; o < valid; ++o) to[k * width + o] *= scale[start + o];
}

void unpack_gradients(const FilterOrder& order, const Real* sums, std::size_t row, std::size_t first, std::size_t last,
                      Real beta, Real* gradient) {
  const auto out = static_cast<std::size_t>(order.out);
  if (beta == 0 && order.size() == 1)
    return transpose(sums + first * row, last - first, order.out_channels, row, gradient + order.position(0, first),
                     out);
  for (std::size_t c = first; c < last; ++c) {
    const Real* from = sums + c * row;
    Real* to = gradient + order.position(0, c);
    if (beta == 0) {
      transpose(from, order.size(), order.out_channels, order.in_channels * row, to, out);
      continue;
    }
    for (std::size_t o = 0; o < order.out_channels; ++o)
      for (std::size_t e = 0; e < order.size(); ++e)
        to[o * out + e] = beta * to[o * out + e] + from[e * order.in_channels * row + o];
  }
}

/// Copies n elements in whole vectors, and so up to a vector more.
HWY_INLINE void copy_vectors(const Real* from, std::size_t n, Real* to) {
  const Lanes d;
  for (std::size_t c = 0; c < n; c += hn::Lanes(d)) hn::StoreU(hn::LoadU(d, from + c), d, to + c);
}

void gather_pixels(const Real* row, const PixelColumns& columns, std::size_t channels, std::size_t stride,
                   std::size_t outputs, Real* to, std::size_t to_row) {
  const Lanes d;
  for (std::size_t o = 0; o < outputs; ++o, to += to_row) {
    Real* into = to;  // in ascending order: the next copy overwrites surplus elements
    const std::ptrdiff_t left = columns.start + static_cast<std::ptrdiff_t>(o * columns.step);
    for (std::size_t j = 0; j < columns.kernel; ++j, into += channels) {
      const auto column = static_cast<std::size_t>(left + static_cast<std::ptrdiff_t>(j * columns.dilation));
      if (row != nullptr && column < columns.width)  // left of the image it wraps around
        copy_vectors(row + column * stride, channels, into);
      else
        for (std::size_t c = 0; c < channels; c += hn::Lanes(d)) hn::StoreU(hn::Zero(d), d, into + c);
    }
  }
}

constexpr std::size_t product_depth = 128;  // of a part of a sum: the part of b stays in the L1 cache

template <std::size_t rows, std::size_t vectors>
HWY_INLINE void multiply_rows(const PixelProduct& q) {
  for (std::size_t p = 0; p < q.k; p += product_depth) {
    const std::size_t k = std::min(product_depth, q.k - p);
    const Real beta = p > 0 ? 1 : q.beta;
    for (std::size_t i = 0; i < q.rows; i += rows) {
      const Panel a{q.a + i * q.a_row + p * q.a_column, q.a_row, q.a_column};
      const std::size_t valid = std::min(rows, q.rows - i);
      const Real* b = q.b + p * q.b_row;
      Real* to = q.to + i * q.to_row;
      if (valid > rows / 2)
        product_tile<rows, vectors>(a, b, q.b_row, k, to, q.to_row, valid, beta);
      else
        product_tile<rows / 2, vectors>(a, b, q.b_row, k, to, q.to_row, valid, beta);
    }
  }
}

void multiply_pixels(const PixelProduct& q) {
  switch (q.width / hn::Lanes(Lanes())) {
#if HWY_TARGET == HWY_AVX3
    case 4:
      return multiply_rows<6, 4>(q);
    case 3:
      return multiply_rows<8, 3>(q);
    case 2:
      return multiply_rows<12, 2>(q);
#else
    case 2:
      return multiply_rows<6, 2>(q);
#endif
    default:
      return multiply_rows<12, 1>(q);
  }
}

void rectify(Real* x, std::size_t n) {
  for_each_vector<Real>(n, [&](auto d, std::size_t i) HWY_ATTR { hn::StoreU(relu(d, hn::LoadU(d, x + i)), d, x + i); });
}

void transpose_matrix(const Real* from, std::size_t rows, std::size_t columns, std::size_t from_row, Real* to,
                      std::size_t to_row) {
  transpose(from, rows, columns, from_row, to, to_row);
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(panels_of);
HWY_EXPORT(pack_filters);
HWY_EXPORT(unpack_gradients);
HWY_EXPORT(gather_pixels);
HWY_EXPORT(multiply_pixels);
HWY_EXPORT(rectify);
HWY_EXPORT(transpose_matrix);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

Panels panels_of(std::size_t channels) { return HWY_DYNAMIC_DISPATCH(panels_of)(channels); }

void pack_filters(const FilterOrder& order, const Real* weight, const Real* scale, std::size_t panel, Real* to) {
  HWY_DYNAMIC_DISPATCH(pack_filters)(order, weight, scale, panel, to);
}

void unpack_gradients(const FilterOrder& order, const Real* sums, std::size_t row, std::size_t first, std::size_t last,
                      Real beta, Real* gradient) {
  HWY_DYNAMIC_DISPATCH(unpack_gradients)(order, sums, row, first, last, beta, gradient);
}

void gather_pixels(const Real* row, const PixelColumns& columns, std::size_t channels, std::size_t stride,
                   std::size_t outputs, Real* to, std::size_t to_row) {
  HWY_DYNAMIC_DISPATCH(gather_pixels)(row, columns, channels, stride, outputs, to, to_row);
}

void multiply_pixels(const PixelProduct& product) { HWY_DYNAMIC_DISPATCH(multiply_pixels)(product); }

void rectify(Real* x, std::size_t n) { HWY_DYNAMIC_DISPATCH(rectify)(x, n); }

void transpose_matrix(const Real* from, std::size_t rows, std::size_t columns, std::size_t from_row, Real* to,
                      std::size_t to_row) {
  HWY_DYNAMIC_DISPATCH(transpose_matrix)(from, rows, columns, from_row, to, to_row);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
