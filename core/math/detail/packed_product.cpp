// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/packed_product.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/packed_product.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>

#include <algorithm>
#include <utility>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::PackedRoom;
using kernels::StridedProduct;

#if HWY_TARGET == HWY_AVX3  // 32 registers: 24 sums, two vectors of b
constexpr std::size_t tile_rows = PackedRoom::most_rows;
#else
constexpr std::size_t tile_rows = 4;
#endif

using Wide = hn::ScalableTag<Real>;
using V = hn::VFromD<Wide>;

constexpr std::size_t depth = PackedRoom::depth, panel_row = PackedRoom::panel_row;

/// Part of a, row after row or column after column, for tile_rows rows; rows beyond its end are 0.
struct Panel {
  const Real* data;
  std::size_t row, column;
};

/// c = a b + beta c for `rows` rows and `vectors` vectors of columns. The rows of b are b_row apart. Rows of c from
/// `there` on are left out.
template <std::size_t rows, std::size_t vectors>
HWY_INLINE void tile(Panel a, const Real* b, std::size_t b_row, std::size_t k, Real* c, std::size_t c_row,
                     std::size_t there, Real beta) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d), row = a.row, column = a.column;
  V sums[rows][vectors];
#pragma GCC unroll 12
  for (std::size_t i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = hn::Zero(d);
  const Real* first = a.data;
  for (std::size_t p = 0; p < k; ++p, first += column, b += b_row) {
    V columns[vectors];
#pragma GCC unroll 2
    for (std::size_t v = 0; v < vectors; ++v) columns[v] = hn::LoadU(d, b + v * lanes);
#pragma GCC unroll 12
    for (std::size_t i = 0; i < rows; ++i) {
      const V number = hn::Set(d, first[i * row]);
#pragma GCC unroll 2
      for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = hn::MulAdd(number, columns[v], sums[i][v]);
    }
  }
#pragma GCC unroll 12
  for (std::size_t i = 0; i < rows; ++i) {
    if (i >= there) break;
#pragma GCC unroll 2
    for (std::size_t v = 0; v < vectors; ++v) {
      Real* to = c + i * c_row + v * lanes;
      if (beta != 0) sums[i][v] = hn::MulAdd(hn::Set(d, beta), hn::LoadU(d, to), sums[i][v]);
      hn::StoreU(sums[i][v], d, to);
    }
  }
}

/// The smallest tile that holds the rows that are there.
template <std::size_t vectors>
HWY_INLINE void fitting_tile(Panel a, const Real* b, std::size_t b_row, std::size_t k, Real* c, std::size_t c_row,
                             std::size_t there, Real beta) {
  if (tile_rows <= 4 || there <= 4) return tile<4, vectors>(a, b, b_row, k, c, c_row, there, beta);
  if (there <= 8) return tile<8, vectors>(a, b, b_row, k, c, c_row, there, beta);
  tile<12, vectors>(a, b, b_row, k, c, c_row, there, beta);
}

/// How wide the next panel of b is, of the columns that are left.
std::size_t panel_width(std::size_t left) {
  const std::size_t lanes = hn::Lanes(Wide());
  return left > lanes ? 2 * lanes : lanes;
}

/// `columns` columns of k rows of b, in panels as wide as a tile, the last filled up with zeros.
void pack_block(const Real* b, std::size_t b_row, std::size_t b_column, std::size_t k, std::size_t columns, Real* to) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t j = 0; j < columns;) {
    const std::size_t width = panel_width(columns - j), there = std::min(width, columns - j);
    if (there < width) std::fill_n(to, k * width, Real{0});
    if (b_column != 1) {
      transpose(b + j * b_column, there, k, b_column, to, width);
    } else {
      for (std::size_t p = 0; p < k; ++p) {
        const Real* from = b + p * b_row + j;
        if (there == width)
          for (std::size_t v = 0; v < width; v += lanes) hn::Store(hn::LoadU(d, from + v), d, to + p * width + v);
        else
          std::copy_n(from, there, to + p * width);
      }
    }
    to += k * width;
    j += width;
  }
}

/// Whether a whole panel of a may be used as it lies: a is small, and its rows, or columns, do not all come to lie in
/// the same places of the cache.
bool lies_well(const StridedProduct& q) {
  const std::size_t stride = std::max(q.a_row, q.a_column);
  return q.m * q.k <= PackedRoom::block_numbers / 4 && (stride * sizeof(Real)) % 2048 != 0;
}

/// k columns of tile_rows rows of a, of which `rows` are there; the others are 0.
Panel pack_panel(const StridedProduct& q, std::size_t i, std::size_t p, std::size_t rows, std::size_t k, Real* to) {
  const Real* from = q.a + i * q.a_row + p * q.a_column;
  if (rows == tile_rows && lies_well(q)) return {from, q.a_row, q.a_column};
  if (q.a_column == 1) {
    for (std::size_t r = 0; r < tile_rows; ++r)
      if (r < rows)
        std::copy_n(from + r * q.a_row, k, to + r * panel_row);
      else
        std::fill_n(to + r * panel_row, k, Real{0});
    return {to, panel_row, 1};
  }
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  if (rows == tile_rows && lanes >= tile_rows && i + lanes <= q.m) {  // what is too much is overwritten by the next
    for (std::size_t s = 0; s < k; ++s) hn::StoreU(hn::LoadU(d, from + s * q.a_column), d, to + s * tile_rows);
  } else {
    for (std::size_t s = 0; s < k; ++s)
      for (std::size_t r = 0; r < tile_rows; ++r) to[s * tile_rows + r] = r < rows ? from[s * q.a_column + r] : Real{0};
  }
  return {to, 1, tile_rows};
}

/// Some rows and columns of c, for k numbers of the sum from `start` on; `block` is the part of b, packed.
struct Part {
  std::size_t top, rows, columns;
  std::size_t start, k;
  const Real* block;
  Real* c;
  std::size_t c_row;
  Real beta;
};

/// One panel of b, which is `width` wide and of which `there` columns are to be used, by one panel of a.
void multiply_panel(Panel a, const Real* b, std::size_t b_row, std::size_t k, std::size_t width, std::size_t there,
                    Real* c, std::size_t c_row, std::size_t rows, Real beta) {
  alignas(64) Real edge[tile_rows * 2 * HWY_MAX_BYTES / sizeof(Real)];
  const bool whole = there == width;
  Real* to = whole ? c : edge;
  const std::size_t to_row = whole ? c_row : width;
  if (width == hn::Lanes(Wide()))
    fitting_tile<1>(a, b, b_row, k, to, to_row, rows, whole ? beta : 0);
  else
    fitting_tile<2>(a, b, b_row, k, to, to_row, rows, whole ? beta : 0);
  if (whole) return;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < there; ++j) {
      Real& number = c[i * c_row + j];
      number = (beta == 0 ? Real{0} : beta * number) + edge[i * width + j];
    }
}

void multiply_part(const StridedProduct& q, const Part& part, Real* panel) {
  for (std::size_t i = 0; i < part.rows; i += tile_rows) {
    const std::size_t rows = std::min(tile_rows, part.rows - i);
    const Panel a = pack_panel(q, part.top + i, part.start, rows, part.k, panel);
    if (i + 2 * tile_rows <= part.rows && q.a_column == 1)  // the next panel arrives while this one is used
      for (std::size_t r = 0; r < tile_rows; ++r)
        for (std::size_t p = 0; p < part.k; p += 64 / sizeof(Real))
          hwy::Prefetch(q.a + (part.top + i + tile_rows + r) * q.a_row + part.start + p);
    const Real* b = part.block;
    for (std::size_t j = 0; j < part.columns;) {
      const std::size_t width = panel_width(part.columns - j), there = std::min(width, part.columns - j);
      multiply_panel(a, b, width, part.k, width, there, part.c + i * part.c_row + j, part.c_row, rows, part.beta);
      b += part.k * width;
      j += width;
    }
  }
}

/// c = turned^T + beta c. turned: (rows, columns); the rows of c are c_column apart.
void turn_back(const Real* turned, std::size_t rows, std::size_t columns, Real* c, std::size_t c_column, Real beta) {
  if (beta == 0) return transpose(turned, rows, columns, columns, c, c_column);
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t i = 0; i < rows; ++i) c[j * c_column + i] = beta * c[j * c_column + i] + turned[i * columns + j];
}

/// How much of k is summed up at once: about the same each time.
std::size_t piece_of(std::size_t k) {
  const std::size_t pieces = (k + depth - 1) / depth;
  return (k + pieces - 1) / pieces;
}

void packed_product(const StridedProduct& q, PackedRoom& room) {
  const std::size_t step = 2 * hn::Lanes(Wide()), each = piece_of(q.k);  // a step: the columns of a tile
  const bool turned = q.c_column != 1;
  const std::size_t most_rows = turned ? PackedRoom::turned_numbers / 64 : q.m;
  std::size_t most_columns = PackedRoom::block_numbers / each / step * step;
  if (turned)
    most_columns = std::min(most_columns, PackedRoom::turned_numbers / std::min(q.m, most_rows) / step * step);
  for (std::size_t j = 0; j < q.n; j += most_columns)
    for (std::size_t i = 0; i < q.m; i += most_rows) {
      Part part{};
      part.top = i;
      part.rows = std::min(most_rows, q.m - i);
      part.columns = std::min(most_columns, q.n - j);
      part.block = room.block;
      part.c = turned ? room.turned : q.c + i * q.c_row + j;
      part.c_row = turned ? part.columns : q.c_row;
      for (std::size_t p = 0; p < q.k; p += each) {
        part.k = std::min(each, q.k - p);
        part.start = p;
        part.beta = p > 0 ? Real{1} : turned ? Real{0} : q.beta;
        pack_block(q.b + p * q.b_row + j * q.b_column, q.b_row, q.b_column, part.k, part.columns, room.block);
        multiply_part(q, part, room.panel);
      }
      if (turned) turn_back(room.turned, part.rows, part.columns, q.c + i + j * q.c_column, q.c_column, q.beta);
    }
}

/// Few rows: each number of b is used once, so that packing it would cost more than it saves.
void flat_product(const StridedProduct& q, PackedRoom& room) {
  const std::size_t each = piece_of(q.k);  // as above, for the same bits
  for (std::size_t p = 0; p < q.k; p += each) {
    const std::size_t k = std::min(each, q.k - p);
    const Panel a = pack_panel(q, 0, p, q.m, k, room.panel);
    for (std::size_t j = 0; j < q.n;) {
      const std::size_t width = panel_width(q.n - j), there = std::min(width, q.n - j);
      const Real* b = q.b + p * q.b_row + j;
      if (there < width) pack_block(b, q.b_row, 1, k, there, room.block);
      multiply_panel(a, there < width ? room.block : b, there < width ? width : q.b_row, k, width, there, q.c + j,
                     q.c_row, q.m, p > 0 ? Real{1} : q.beta);
      j += width;
    }
  }
}

void multiply_packed(const StridedProduct& q) {
  PackedRoom& room = kernels::packed_room();
  if (q.m <= tile_rows && q.b_column == 1 && q.c_column == 1)
    flat_product(q, room);
  else
    packed_product(q, room);
}

bool is_fast() { return HWY_TARGET == HWY_AVX3; }

}  // namespace
}  // namespace minnow::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace minnow::simd {
namespace {
HWY_EXPORT(multiply_packed);
HWY_EXPORT(is_fast);
}  // namespace
}  // namespace minnow::simd

namespace minnow::inline MINNOW_PRECISION::kernels {

using namespace minnow::simd;

PackedRoom& packed_room() {
  thread_local PackedRoom* room = nullptr;
  struct Owner {
    ~Owner() { delete std::exchange(room_, nullptr); }  // who multiplies later still, in a static object's destructor,
    PackedRoom*& room_;                                 // takes another
  };
  thread_local const Owner owner{room};
  if (room == nullptr) room = new PackedRoom;  // not cleared
  return *room;
}

void packed_product(const StridedProduct& product) { HWY_DYNAMIC_DISPATCH(multiply_packed)(product); }

bool packed_product_is_fast() { return HWY_DYNAMIC_DISPATCH(is_fast)(); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
