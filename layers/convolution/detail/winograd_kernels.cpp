// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/layers/convolution/detail/winograd_kernels.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>
#include <minnow/layers/convolution/detail/winograd_kernels.hpp>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::channel_block;
using kernels::FilterOrder;
using kernels::TileRows;
using kernels::TransformedTiles;
using Lanes = hn::ScalableTag<Real>;
using Vector = hn::VFromD<Lanes>;

// ------------------------------------------------------------------------------------------------------------- filters

constexpr std::size_t filter_size = 9;

/// Computes G (a, b, c).
HWY_INLINE void multiply_by_g(Vector a, Vector b, Vector c, Vector (&to)[4]) {
  const Vector half = hn::Set(Lanes(), Real{0.5}), outer = hn::Mul(half, hn::Add(a, c)), inner = hn::Mul(half, b);
  to[0] = a;
  to[1] = hn::Add(outer, inner);
  to[2] = hn::Sub(outer, inner);
  to[3] = c;
}

/// Computes G^T (a, b, c, d).
HWY_INLINE void multiply_by_g_transposed(Vector a, Vector b, Vector c, Vector d, Vector (&to)[3]) {
  const Vector half = hn::Set(Lanes(), Real{0.5}), sum = hn::Mul(half, hn::Add(b, c));
  to[0] = hn::Add(a, sum);
  to[1] = hn::Mul(half, hn::Sub(b, c));
  to[2] = hn::Add(sum, d);
}

/// Reads `valid` filters from one input channel as vectors over the output channels: [element][output]. Returns true if
/// the elements are in reverse order.
HWY_INLINE bool read_filters(const FilterOrder& order, const Real* from, std::size_t valid, Real* to,
                             std::size_t width) {
  const auto row = static_cast<std::size_t>(order.out);
  const bool ascending = order.row == 3 && order.column == 1, descending = order.row == -3 && order.column == -1;
  if (ascending || descending) {
    transpose(descending ? from - (filter_size - 1) : from, valid, filter_size, row, to, width);
    return descending;
  }
  for (std::size_t e = 0; e < filter_size; ++e) {
    const Real* element =
        from + static_cast<std::ptrdiff_t>(e / 3) * order.row + static_cast<std::ptrdiff_t>(e % 3) * order.column;
    for (std::size_t o = 0; o < valid; ++o) to[e * width + o] = element[o * row];
  }
  return false;
}

/// Transforms the filters from channel c to the outputs of one panel.
HWY_INLINE void transform_panel(const FilterOrder& order, const Real* weight, const Real* scale, std::size_t start,
                                std::size_t width, std::size_t c, Real* to, std::size_t element) {
  const Lanes d;
  constexpr std::size_t max_width = 4 * channel_block;
  HWY_ALIGN Real elements[filter_size * max_width];
  const std::size_t valid = std::min(width, order.out_channels - start);
  if (valid < width) std::fill_n(elements, filter_size * width, Real{0});
  const bool reversed = read_filters(order, weight + order.position(start, c), valid, elements, width);
  if (scale != nullptr)
    for (std::size_t e = 0; e < filter_size; ++e)
      for (std::size_t o = 0; o < valid; ++o) elements[e * width + o] *= scale[start + o];
  for (std::size_t o = 0; o < width; o += hn::Lanes(d)) {
    const auto load = [&](std::size_t e)
                          HWY_ATTR { return hn::Load(d, elements + (reversed ? filter_size - 1 - e : e) * width + o); };
    Vector columns[3][4], row[4];
    for (std::size_t j = 0; j < 3; ++j) multiply_by_g(load(j), load(3 + j), load(6 + j), columns[j]);
    for (std::size_t i = 0; i < 4; ++i) {
      multiply_by_g(columns[0][i], columns[1][i], columns[2][i], row);
      for (std::size_t j = 0; j < 4; ++j) hn::StoreU(row[j], d, to + (4 * i + j) * element + o);
    }
  }
}

void transform_filters(const FilterOrder& order, const Real* weight, const Real* scale, std::size_t first,
                       std::size_t last, Real* to) {
  const kernels::Panels panels = kernels::panels_of(order.out_channels);
  const std::size_t element = order.in_channels * panels.vectors * panels.lanes;
  const auto transform = [&](std::size_t panel, std::size_t c) HWY_ATTR {
    const std::size_t start = panels.start(panel), width = panels.width(panel);
    transform_panel(order, weight, scale, start, width, c, to + start * order.in_channels + c * width, element);
  };
  for (std::size_t panel = first; panel < last; ++panel)
    for (std::size_t c = 0; c < order.in_channels; ++c) transform(panel, c);
}

void transform_gradients(const FilterOrder& order, const Real* m, std::size_t element, std::size_t row,
                         std::size_t first, std::size_t last, Real beta, Real* gradient) {
  const Lanes d;
  HWY_ALIGN Real elements[filter_size * channel_block];
  for (std::size_t block = 0; block < order.out_channels; block += channel_block)
    for (std::size_t c = first; c < last; ++c) {
      for (std::size_t o = 0; o < channel_block; o += hn::Lanes(d)) {
        const Real* from = m + c * row + block + o;
        const auto load = [&](std::size_t e) HWY_ATTR { return hn::LoadU(d, from + e * element); };
        Vector rows[4][3], column[3];
        for (std::size_t i = 0; i < 4; ++i)
          multiply_by_g_transposed(load(4 * i), load(4 * i + 1), load(4 * i + 2), load(4 * i + 3), rows[i]);
        for (std::size_t j = 0; j < 3; ++j) {
          multiply_by_g_transposed(rows[0][j], rows[1][j], rows[2][j], rows[3][j], column);
          for (std::size_t i = 0; i < 3; ++i) hn::Store(column[i], d, elements + (3 * i + j) * channel_block + o);
        }
      }
      const std::size_t valid = std::min(channel_block, order.out_channels - block);
      const auto out = static_cast<std::size_t>(order.out);
      Real* to = gradient + order.position(block, c);
      if (beta == 0) {
        transpose(static_cast<const Real*>(elements), filter_size, valid, channel_block, to, out);
        continue;
      }
      for (std::size_t o = 0; o < valid; ++o)
        for (std::size_t e = 0; e < filter_size; ++e)
          to[o * out + e] = elements[e * channel_block + o] + beta * to[o * out + e];
    }
}

// --------------------------------------------------------------------------------------------------------------- tiles

HWY_INLINE Vector load_pixel(const TileRows& from, std::size_t row, std::ptrdiff_t column, std::size_t channel) {
  const auto at = static_cast<std::size_t>(column);  // wraps around left of the image
  return from.rows[row] != nullptr && at < from.width ? hn::LoadU(Lanes(), from.rows[row] + at * from.stride + channel)
                                                      : hn::Zero(Lanes());
}

/// Computes B^T (a, b, c, d).
HWY_INLINE void multiply_by_b(Vector a, Vector b, Vector c, Vector d, Vector (&to)[4]) {
  to[0] = hn::Sub(a, c);
  to[1] = hn::Add(b, c);
  to[2] = hn::Sub(c, b);
  to[3] = hn::Sub(b, d);
}

void transform_input(const TileRows& from, std::size_t channels, std::size_t tiles, TransformedTiles<Real> to) {
  const Lanes d;
  for (std::size_t c = 0; c < channels; c += hn::Lanes(d)) {
    std::ptrdiff_t column = from.start;
    const auto next_column = [&](Vector(&into)[4]) HWY_ATTR {
      multiply_by_b(load_pixel(from, 0, column, c), load_pixel(from, 1, column, c), load_pixel(from, 2, column, c),
                    load_pixel(from, 3, column, c), into);
      ++column;
    };
    Vector columns[4][4], row[4];  // the last two columns of a tile are the first two of the next
    next_column(columns[2]);
    next_column(columns[3]);
    Real* into = to.data + c;
    for (std::size_t tile = 0; tile < tiles; ++tile, into += to.tile) {
      for (std::size_t i = 0; i < 4; ++i) {
        columns[0][i] = columns[2][i];
        columns[1][i] = columns[3][i];
      }
      next_column(columns[2]);
      next_column(columns[3]);
      for (std::size_t i = 0; i < 4; ++i) {
        multiply_by_b(columns[0][i], columns[1][i], columns[2][i], columns[3][i], row);
        for (std::size_t j = 0; j < 4; ++j) hn::StoreU(row[j], d, into + (4 * i + j) * to.element);
      }
    }
  }
}

/// Computes A (a, b).
HWY_INLINE void multiply_by_a(Vector a, Vector b, Vector (&to)[4]) {
  to[0] = a;
  to[1] = hn::Add(a, b);
  to[2] = hn::Sub(a, b);
  to[3] = hn::Neg(b);
}

void transform_output_gradient(const TileRows& from, std::size_t channels, std::size_t tiles,
                               TransformedTiles<Real> to) {
  const Lanes d;
  for (std::size_t c = 0; c < channels; c += hn::Lanes(d)) {
    Real* into = to.data + c;
    for (std::size_t tile = 0; tile < tiles; ++tile, into += to.tile) {
      Vector columns[2][4], row[4];
      for (std::size_t j = 0; j < 2; ++j) {
        const auto column = from.start + static_cast<std::ptrdiff_t>(2 * tile + j);
        multiply_by_a(load_pixel(from, 0, column, c), load_pixel(from, 1, column, c), columns[j]);
      }
      for (std::size_t i = 0; i < 4; ++i) {
        multiply_by_a(columns[0][i], columns[1][i], row);
        for (std::size_t j = 0; j < 4; ++j) hn::StoreU(row[j], d, into + (4 * i + j) * to.element);
      }
    }
  }
}

void transform_output(TransformedTiles<const Real> from, std::size_t channels, std::size_t tiles, const Real* bias,
                      Real* top, Real* bottom, std::size_t stride) {
  const Lanes d;
  const auto sum = [](Vector a, Vector b, Vector c) HWY_ATTR { return hn::Add(hn::Add(a, b), c); };
  const auto difference = [](Vector a, Vector b, Vector c) HWY_ATTR { return hn::Sub(hn::Sub(a, b), c); };
  for (std::size_t tile = 0; tile < tiles; ++tile, top += 2 * stride, bottom += 2 * stride) {
    const Real* m = from.data + tile * from.tile;
    for (std::size_t c = 0; c < channels; c += hn::Lanes(d)) {
      Vector rows[2][4];
      for (std::size_t j = 0; j < 4; ++j) {
        const auto load = [&](std::size_t i) HWY_ATTR { return hn::LoadU(d, m + (4 * i + j) * from.element + c); };
        const Vector m1 = load(1), m2 = load(2);
        rows[0][j] = sum(load(0), m1, m2);
        rows[1][j] = difference(m1, m2, load(3));
      }
      const Vector start = bias != nullptr ? hn::LoadU(d, bias + c) : hn::Zero(d);
      const auto finish = [&](const Vector(&r)[4], Real* to) HWY_ATTR {
        hn::StoreU(hn::Add(start, sum(r[0], r[1], r[2])), d, to + c);
        hn::StoreU(hn::Add(start, difference(r[1], r[2], r[3])), d, to + stride + c);
      };
      finish(rows[0], top);
      finish(rows[1], bottom);
    }
  }
}

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(transform_filters);
HWY_EXPORT(transform_gradients);
HWY_EXPORT(transform_input);
HWY_EXPORT(transform_output_gradient);
HWY_EXPORT(transform_output);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

void transform_filters(const FilterOrder& order, const Real* weight, const Real* scale, std::size_t first,
                       std::size_t last, Real* to) {
  HWY_DYNAMIC_DISPATCH(transform_filters)(order, weight, scale, first, last, to);
}

void transform_gradients(const FilterOrder& order, const Real* m, std::size_t element, std::size_t row,
                         std::size_t first, std::size_t last, Real beta, Real* gradient) {
  HWY_DYNAMIC_DISPATCH(transform_gradients)(order, m, element, row, first, last, beta, gradient);
}

void transform_input(const TileRows& from, std::size_t channels, std::size_t tiles, TransformedTiles<Real> to) {
  HWY_DYNAMIC_DISPATCH(transform_input)(from, channels, tiles, to);
}

void transform_output_gradient(const TileRows& from, std::size_t channels, std::size_t tiles,
                               TransformedTiles<Real> to) {
  HWY_DYNAMIC_DISPATCH(transform_output_gradient)(from, channels, tiles, to);
}

void transform_output(TransformedTiles<const Real> from, std::size_t channels, std::size_t tiles, const Real* bias,
                      Real* top, Real* bottom, std::size_t stride) {
  HWY_DYNAMIC_DISPATCH(transform_output)(from, channels, tiles, bias, top, bottom, stride);
}

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
