#include <minnow/io/cpp/detail/kernels.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

const CppKernel cpp_product_kernels[] = {
    {"Image", "", R"(
template <size_t height_, size_t width_, size_t channels_>
struct Image {
  static constexpr size_t height = height_, width = width_, channels = channels_;
};
template <size_t rows_, size_t columns_>
struct Size {
  static constexpr size_t rows = rows_, columns = columns_;
};
)"},
    {"lanes", "", R"(
// Lanes is the widest vector of floats of the target, Quad a vector of 4. Without vectors both are float.
#if (defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 9)) && \
    (defined(__SSE2__) || defined(__ARM_NEON) || defined(__wasm_simd128__))
template <size_t n>
struct Vector {
  typedef float Float __attribute__((vector_size(4 * n)));
  typedef std::int32_t Int __attribute__((vector_size(4 * n)));
  typedef std::int16_t Short __attribute__((vector_size(2 * n)));
  typedef std::int8_t Byte __attribute__((vector_size(n)));
};
#if defined(__AVX512F__)
typedef Vector<16>::Float Lanes;
constexpr size_t tile_rows = 8, row_blocks = 4;
#elif defined(__AVX__)
typedef Vector<8>::Float Lanes;
constexpr size_t tile_rows = 6, row_blocks = 4;
#else
typedef Vector<4>::Float Lanes;
constexpr size_t tile_rows = 3, row_blocks = 2;
#endif
typedef Vector<4>::Float Quad;

template <class V>
static inline void load(const float* from, V& to) {
  __builtin_memcpy(&to, from, sizeof(V));
}
template <class V>
static inline void load(const std::int8_t* from, V& to) {
  typedef Vector<sizeof(V) / sizeof(float)> Types;
  typedef typename Types::Short Short;
  typedef typename Types::Int Int;
  typename Types::Byte bytes;
  __builtin_memcpy(&bytes, from, sizeof(bytes));
  to = __builtin_convertvector(__builtin_convertvector(__builtin_convertvector(bytes, Short), Int), V);
}
template <class V>
static inline void store(const V& from, float* to) {
  __builtin_memcpy(to, &from, sizeof(V));
}
#else
typedef float Lanes, Quad;
constexpr size_t tile_rows = 1, row_blocks = 1;
#endif

static inline void load(const float* from, float& to) { to = *from; }
static inline void load(const std::int8_t* from, float& to) { to = static_cast<float>(*from); }
static inline void store(const float& from, float* to) { *to = from; }
)"},
    {"finish", "", R"(
// y = f(scale sum + bias) for the outputs [first, first + count). A null scale is 1, a null bias 0.
template <size_t count, class Activation>
static inline void finish(const float* sums, const float* scale, const float* bias, size_t first, float* y) {
  for (size_t j = 0; j < count; ++j) {
    const float sum = scale != nullptr ? sums[j] * scale[first + j] : sums[j];
    y[j] = Activation::of(bias != nullptr ? sum + bias[first + j] : sum);
  }
}
)"},
    {"product", "lanes ", R"(
// The sums of `vectors` vectors of outputs, and of `rows` such rows. Recursive structs stay in registers; arrays do not.
template <class V, size_t vectors>
struct Row {
  V first;
  Row<V, vectors - 1> rest;
  Row() : first(), rest() {}
  template <class W>
  inline void add(float x, const W* weight) {
    V w;
    load(weight, w);
    first += w * x;
    rest.add(x, weight + sizeof(V) / sizeof(float));
  }
  inline void write(float* to) const {
    store(first, to);
    rest.write(to + sizeof(V) / sizeof(float));
  }
};
template <class V>
struct Row<V, 0> {
  template <class W>
  inline void add(float, const W*) {}
  inline void write(float*) const {}
};
template <class V, size_t vectors, size_t rows>
struct Tile {
  Row<V, vectors> first;
  Tile<V, vectors, rows - 1> rest;
  template <size_t x_step, size_t weight_step, class W>
  inline void add(const float* x, const W* weight) {
    first.add(*x, weight);
    rest.template add<x_step, weight_step>(x + x_step, weight + weight_step);
  }
  template <size_t width>
  inline void write(float* to) const {
    first.write(to);
    rest.template write<width>(to + width);
  }
};
template <class V, size_t vectors>
struct Tile<V, vectors, 0> {
  template <size_t x_step, size_t weight_step, class W>
  inline void add(const float*, const W*) {}
  template <size_t width>
  inline void write(float*) const {}
};

// sums[r][j] = sum over k of x[r x_step + k] weight[r weight_step + k width + j] for r < rows, j < width, k < depth
template <class V, size_t rows, size_t width, size_t depth, size_t x_step, size_t weight_step, class W>
static inline void product(const float* x, const W* weight, float* sums) {
  Tile<V, width * sizeof(float) / sizeof(V), rows> tile;
  for (size_t k = 0; k < depth; ++k) tile.template add<x_step, weight_step>(x + k, weight + k * width);
  tile.template write<width>(sums);
}
)"},
    {"dense", "product finish ", R"(
// y = f(W x + b) for each row of x. The weights are stored in blocks of 16 outputs; the last block has a multiple of 4.
template <size_t rows, size_t in, size_t out, class Activation, class W>
static inline void dense(const W* weight, const float* scale, const float* bias, const float* x, float* y) {
  constexpr size_t wide = 16 * row_blocks, tail = out % 16 > 0 ? out % 16 : 1;
  float sums[wide];
  for (size_t row = 0; row < rows; ++row, x += in, y += out) {
    size_t o = 0;
    for (; o + wide <= out; o += wide) {
      product<Lanes, row_blocks, 16, in, 0, 16 * in>(x, weight + o * in, sums);
      finish<wide, Activation>(sums, scale, bias, o, y + o);
    }
    for (; o + 16 <= out; o += 16) {
      product<Lanes, 1, 16, in, 0, 0>(x, weight + o * in, sums);
      finish<16, Activation>(sums, scale, bias, o, y + o);
    }
    if (o < out) {
      product<Quad, 1, (tail + 3) / 4 * 4, in, 0, 0>(x, weight + o * in, sums);
      finish<tail, Activation>(sums, scale, bias, o, y + o);
    }
  }
}
)"},
    {"convolution", "Image copy product finish ", R"(
// Copies the inputs of an output pixel, (kernel rows, kernel columns, channels of the group), with zeros outside of the
// image. A row or column before the image wraps around to a large number.
template <class In, class Kernel, class Dilation, size_t groups>
static inline void copy_patch(size_t top, size_t left, const float* x, float* to) {
  constexpr size_t channels = In::channels / groups, length = Kernel::columns * channels;
  const bool contiguous = groups == 1 && Dilation::columns == 1 && left < In::width && left + Kernel::columns <= In::width;
  for (size_t i = 0; i < Kernel::rows; ++i, to += length) {
    const size_t row = top + i * Dilation::rows;
    if (row < In::height && contiguous) {
      copy<length>(x + (row * In::width + left) * In::channels, to);
      continue;
    }
    for (size_t j = 0; j < Kernel::columns; ++j) {
      const size_t column = left + j * Dilation::columns;
      if (row < In::height && column < In::width)
        copy<channels>(x + (row * In::width + column) * In::channels, to + j * channels);
      else
        for (size_t c = 0; c < channels; ++c) to[j * channels + c] = 0;
    }
  }
}

// y = max(y, values) for the elements of a vector; NaN stays.
template <class V>
static inline void keep_max(const float* values, float* y) {
  V a, b;
  load(values, a);
  load(y, b);
  store(((a > b) | (a != a)) ? a : b, y);
}

// Writes the outputs [first, first + count) of a pixel, or their maximum over the pixels of a pooling window.
template <class V, size_t count, class Pool, class Activation>
static inline void finish_pixel(float* sums, const float* scale, const float* bias, size_t first, size_t pixel, float* y) {
  if (pixel % (Pool::rows * Pool::columns) == 0) return finish<count, Activation>(sums, scale, bias, first, y);
  finish<count, Activation>(sums, scale, bias, first, sums);
  for (size_t j = 0; j < count; j += sizeof(V) / sizeof(float)) keep_max<V>(sums + j, y + j);
}

// y = f(W * x + b) for images of (height, width, channels), and the maximum of each window of Pool. The weights of a group
// are stored as those of dense, for a patch as input. `patches` has memory for tile_rows patches.
template <class In, class Out, class Kernel, class Stride, class Padding, class Dilation, size_t groups, class Pool,
          class Activation, class W>
static inline void convolution(const W* weight, const float* scale, const float* bias, const float* x, float* y,
                               float* patches) {
  constexpr size_t window = Pool::rows * Pool::columns, pixels = Out::height * Out::width * window;
  constexpr size_t rows = pixels < tile_rows ? pixels : tile_rows, in = In::channels / groups, out = Out::channels / groups;
  constexpr size_t depth = Kernel::rows * Kernel::columns * in, padded_out = (out + 3) / 4 * 4;
  constexpr size_t tail = out % 16 > 0 ? out % 16 : 1, tail_width = (tail + 3) / 4 * 4;
  constexpr bool copies = depth != In::channels || Stride::rows * Stride::columns != 1 || window != 1 ||
                          Padding::rows + Padding::columns != 0 || In::height != Out::height || In::width != Out::width;
  float sums[rows * 16];
  for (size_t group = 0; group < groups; ++group, weight += depth * padded_out)
    for (size_t pixel = 0; pixel < pixels; pixel += rows) {
      const size_t first = pixel + rows <= pixels ? pixel : pixels - rows;  // the last tile overlaps the one before it
      for (size_t r = 0; r < rows && copies; ++r) {
        const size_t place = (first + r) / window, within = (first + r) % window;
        const size_t row = place / Out::width * Pool::rows + within / Pool::columns;
        const size_t column = place % Out::width * Pool::columns + within % Pool::columns;
        copy_patch<In, Kernel, Dilation, groups>(row * Stride::rows - Padding::rows,
                                                 column * Stride::columns - Padding::columns, x + group * in,
                                                 patches + r * depth);
      }
      const float* from = copies ? patches : x + first * depth;
      float* to = y + group * out;
      size_t o = 0;
      for (; o + 16 <= out; o += 16) {
        product<Lanes, rows, 16, depth, depth, 0>(from, weight + o * depth, sums);
        for (size_t r = 0; r < rows; ++r)
          finish_pixel<Lanes, 16, Pool, Activation>(sums + r * 16, scale, bias, group * out + o, first + r,
                                             to + (first + r) / window * Out::channels + o);
      }
      if (o < out) {
        product<Quad, rows, tail_width, depth, depth, 0>(from, weight + o * depth, sums);
        for (size_t r = 0; r < rows; ++r)
          finish_pixel<float, tail, Pool, Activation>(sums + r * tail_width, scale, bias, group * out + o, first + r,
                                               to + (first + r) / window * Out::channels + o);
      }
    }
}
)"},
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
