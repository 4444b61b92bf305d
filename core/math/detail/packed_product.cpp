// Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE <minnow/core/math/detail/packed_product.cpp>
#include <hwy/foreach_target.h>

#include <minnow/core/math/detail/packed_product.hpp>
#include <minnow/core/math/detail/product_tile-inl.hpp>
#include <minnow/core/math/detail/simd-inl.hpp>
#include <minnow/core/math/detail/transpose-inl.hpp>

#include <algorithm>
#include <utility>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace minnow::simd::HWY_NAMESPACE {
namespace {

using kernels::PackedWorkspace;

#if HWY_TARGET == HWY_AVX3  // 32 registers: 24 sums and two vectors of b
constexpr std::size_t tile_rows = PackedWorkspace::max_rows;
#else
constexpr std::size_t tile_rows = 4;
#endif

using Wide = hn::ScalableTag<Real>;

constexpr std::size_t depth = PackedWorkspace::depth, panel_stride = PackedWorkspace::panel_stride;

/// Computes the smallest tile with at least `valid_rows` rows.
template <std::size_t vectors>
HWY_INLINE void fitting_tile(Panel a, const Real* b, std::size_t b_row, std::size_t k, Real* c, std::size_t c_row,
                             std::size_t valid_rows, Real beta) {
  if (tile_rows <= 4 || valid_rows <= 4) return product_tile<4, vectors>(a, b, b_row, k, c, c_row, valid_rows, beta);
  if (valid_rows <= 8) return product_tile<8, vectors>(a, b, b_row, k, c, c_row, valid_rows, beta);
  product_tile<12, vectors>(a, b, b_row, k, c, c_row, valid_rows, beta);
}

/// Returns the width of the next panel of b if `remaining` columns are left.
std::size_t panel_width(std::size_t remaining) {
  const std::size_t lanes = hn::Lanes(Wide());
  return remaining > lanes ? 2 * lanes : lanes;
}

/// Copies k rows and `columns` columns of b into panels as wide as a tile. The last panel is padded with zeros.
void pack_block(MatrixView b, std::size_t k, std::size_t columns, Real* to) {
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t j = 0; j < columns;) {
    const std::size_t width = panel_width(columns - j), valid_columns = std::min(width, columns - j);
    if (valid_columns < width) std::fill_n(to, k * width, Real{0});
    if (b.column_stride() != 1) {
      transpose(b.data + j * b.stride, valid_columns, k, b.stride, to, width);
    } else {
      for (std::size_t p = 0; p < k; ++p) {
        const Real* from = b.data + p * b.stride + j;
        if (valid_columns == width)
          for (std::size_t v = 0; v < width; v += lanes) hn::Store(hn::LoadU(d, from + v), d, to + p * width + v);
        else
          std::copy_n(from, valid_columns, to + p * width);
      }
    }
    to += k * width;
    j += width;
  }
}

/// Returns true if whole panels of a need no packing: a is small, and its stride does not map the rows (or columns) to
/// the same cache sets.
bool usable_unpacked(const Product& q) {
  return q.m * q.k <= PackedWorkspace::block_size / 4 && (q.a.stride * sizeof(Real)) % 2048 != 0;
}

/// Returns k columns, from column p on, of `rows` rows of a, from row i on, padded to tile_rows rows with zeros.
Panel pack_panel(const Product& q, std::size_t i, std::size_t p, std::size_t rows, std::size_t k, Real* to) {
  const std::size_t row = q.a.row_stride(), column = q.a.column_stride();
  const Real* from = q.a.data + i * row + p * column;
  if (rows == tile_rows && usable_unpacked(q)) return {from, row, column};
  if (column == 1) {
    for (std::size_t r = 0; r < tile_rows; ++r)
      if (r < rows)
        std::copy_n(from + r * row, k, to + r * panel_stride);
      else
        std::fill_n(to + r * panel_stride, k, Real{0});
    return {to, panel_stride, 1};
  }
  const Wide d;
  const std::size_t lanes = hn::Lanes(d);
  if (rows == tile_rows && lanes >= tile_rows && i + lanes <= q.m) {  // the next store overwrites the surplus lanes
    for (std::size_t s = 0; s < k; ++s) hn::StoreU(hn::LoadU(d, from + s * column), d, to + s * tile_rows);
  } else {
    for (std::size_t s = 0; s < k; ++s)
      for (std::size_t r = 0; r < tile_rows; ++r) to[s * tile_rows + r] = r < rows ? from[s * column + r] : Real{0};
  }
  return {to, 1, tile_rows};
}

/// A part of c: some rows and columns, and k terms of the sum from term `start` on.
struct Part {
  std::size_t top, rows, columns;
  std::size_t start, k;
  const Real* block;  // the packed part of b
  Real* c;
  std::size_t c_row;
  Real beta;
};

/// Multiplies a panel of a by a panel of b, which is `width` wide and of which `valid_columns` columns are used.
void multiply_panel(Panel a, const Real* b, std::size_t b_row, std::size_t k, std::size_t width,
                    std::size_t valid_columns, Real* c, std::size_t c_row, std::size_t rows, Real beta) {
  alignas(64) Real edge[tile_rows * 2 * HWY_MAX_BYTES / sizeof(Real)];
  const bool whole = valid_columns == width;
  Real* to = whole ? c : edge;
  const std::size_t to_row = whole ? c_row : width;
  if (width == hn::Lanes(Wide()))
    fitting_tile<1>(a, b, b_row, k, to, to_row, rows, whole ? beta : 0);
  else
    fitting_tile<2>(a, b, b_row, k, to, to_row, rows, whole ? beta : 0);
  if (whole) return;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < valid_columns; ++j) {
      Real& value = c[i * c_row + j];
      value = (beta == 0 ? Real{0} : beta * value) + edge[i * width + j];
    }
}

void multiply_part(const Product& q, const Part& part, Real* panel) {
  for (std::size_t i = 0; i < part.rows; i += tile_rows) {
    const std::size_t rows = std::min(tile_rows, part.rows - i);
    const Panel a = pack_panel(q, part.top + i, part.start, rows, part.k, panel);
    if (i + 2 * tile_rows <= part.rows && q.a.column_stride() == 1)  // prefetches the next panel
      for (std::size_t r = 0; r < tile_rows; ++r)
        for (std::size_t p = 0; p < part.k; p += 64 / sizeof(Real))
          hwy::Prefetch(q.a.data + (part.top + i + tile_rows + r) * q.a.stride + part.start + p);
    const Real* b = part.block;
    for (std::size_t j = 0; j < part.columns;) {
      const std::size_t width = panel_width(part.columns - j), valid_columns = std::min(width, part.columns - j);
      multiply_panel(a, b, width, part.k, width, valid_columns, part.c + i * part.c_row + j, part.c_row, rows,
                     part.beta);
      b += part.k * width;
      j += width;
    }
  }
}

/// Computes c = from^T + beta c. from: (rows, columns); c_column is the column stride of c, whose row stride is 1.
void add_transposed(const Real* from, std::size_t rows, std::size_t columns, Real* c, std::size_t c_column, Real beta) {
  if (beta == 0) return transpose(from, rows, columns, columns, c, c_column);
  for (std::size_t j = 0; j < columns; ++j)
    for (std::size_t i = 0; i < rows; ++i) c[j * c_column + i] = beta * c[j * c_column + i] + from[i * columns + j];
}

/// Returns how many of the k terms of a sum are added per part, at most `depth`. The parts are about equal.
std::size_t part_depth(std::size_t k) {
  const std::size_t parts = (k + depth - 1) / depth;
  return (k + parts - 1) / parts;
}

void packed_product(const Product& q, PackedWorkspace& workspace) {
  const std::size_t tile_columns = 2 * hn::Lanes(Wide()), step = part_depth(q.k);
  const bool transposed = q.c_column_stride != 1;
  const std::size_t max_rows = transposed ? PackedWorkspace::transposed_size / 64 : q.m;
  std::size_t max_columns = PackedWorkspace::block_size / step / tile_columns * tile_columns;
  if (transposed)
    max_columns =
        std::min(max_columns, PackedWorkspace::transposed_size / std::min(q.m, max_rows) / tile_columns * tile_columns);
  for (std::size_t j = 0; j < q.n; j += max_columns)
    for (std::size_t i = 0; i < q.m; i += max_rows) {
      Part part{};
      part.top = i;
      part.rows = std::min(max_rows, q.m - i);
      part.columns = std::min(max_columns, q.n - j);
      part.block = workspace.block;
      part.c = transposed ? workspace.transposed : q.c + i * q.c_row_stride + j;
      part.c_row = transposed ? part.columns : q.c_row_stride;
      for (std::size_t p = 0; p < q.k; p += step) {
        part.k = std::min(step, q.k - p);
        part.start = p;
        part.beta = p > 0 ? Real{1} : transposed ? Real{0} : q.beta;
        pack_block(q.b.from_row(p).from_column(j), part.k, part.columns, workspace.block);
        multiply_part(q, part, workspace.panel);
      }
      if (transposed)
        add_transposed(workspace.transposed, part.rows, part.columns, q.c + i + j * q.c_column_stride,
                       q.c_column_stride, q.beta);
    }
}

/// Computes a product of few rows. Every element of b is used once, so packing b would cost more than it saves.
void flat_product(const Product& q, PackedWorkspace& workspace) {
  const std::size_t step = part_depth(q.k);  // as in packed_product, for the same bits
  for (std::size_t p = 0; p < q.k; p += step) {
    const std::size_t k = std::min(step, q.k - p);
    const Panel a = pack_panel(q, 0, p, q.m, k, workspace.panel);
    for (std::size_t j = 0; j < q.n;) {
      const std::size_t width = panel_width(q.n - j), valid_columns = std::min(width, q.n - j);
      const MatrixView b = q.b.from_row(p).from_column(j);
      const bool whole = valid_columns == width;
      if (!whole) pack_block(b, k, valid_columns, workspace.block);
      multiply_panel(a, whole ? b.data : workspace.block, whole ? b.stride : width, k, width, valid_columns, q.c + j,
                     q.c_row_stride, q.m, p > 0 ? Real{1} : q.beta);
      j += width;
    }
  }
}

void multiply_packed(const Product& q) {
  PackedWorkspace& workspace = kernels::packed_workspace();
  if (q.m <= tile_rows && q.b.column_stride() == 1 && q.c_column_stride == 1)
    flat_product(q, workspace);
  else
    packed_product(q, workspace);
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

PackedWorkspace& packed_workspace() {
  thread_local PackedWorkspace* workspace = nullptr;
  struct Owner {
    // A static object's destructor may still multiply later; it then allocates another workspace.
    ~Owner() { delete std::exchange(workspace_, nullptr); }
    PackedWorkspace*& workspace_;
  };
  thread_local const Owner owner{workspace};
  if (workspace == nullptr) workspace = new PackedWorkspace;  // not cleared
  return *workspace;
}

void packed_product(const Product& product) { HWY_DYNAMIC_DISPATCH(multiply_packed)(product); }

bool packed_product_is_fast() { return HWY_DYNAMIC_DISPATCH(is_fast)(); }

}  // namespace minnow::inline MINNOW_PRECISION::kernels
#endif
