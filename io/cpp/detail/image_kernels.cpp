#include <minnow/io/cpp/detail/kernels.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

const CppKernel cpp_image_kernels[] = {
    {"depthwise", "Image lanes finish ", R"(
// The sums of the channels of one vector in one output pixel, of a convolution with one filter per channel.
template <class V, class In, class Kernel, class Dilation, class W>
static inline void depthwise_sums(size_t top, size_t left, const W* weight, const float* x, float* sums) {
  V sum = V(), a, w;
  for (size_t i = 0; i < Kernel::rows; ++i)
    for (size_t j = 0; j < Kernel::columns; ++j) {
      const size_t row = top + i * Dilation::rows, column = left + j * Dilation::columns;
      if (row >= In::height || column >= In::width) continue;
      load(x + (row * In::width + column) * In::channels, a);
      load(weight + (i * Kernel::columns + j) * In::channels, w);
      sum += a * w;
    }
  store(sum, sums);
}

// A convolution with one filter per channel. weight: (kernel rows, kernel columns, channels)
template <class In, class Out, class Kernel, class Stride, class Padding, class Dilation, class Activation, class W>
static inline void depthwise(const W* weight, const float* scale, const float* bias, const float* x, float* y) {
  constexpr size_t lanes = sizeof(Lanes) / sizeof(float);
  float sums[lanes];
  for (size_t pixel = 0; pixel < Out::height * Out::width; ++pixel, y += Out::channels) {
    const size_t top = pixel / Out::width * Stride::rows - Padding::rows;  // a negative index wraps around
    const size_t left = pixel % Out::width * Stride::columns - Padding::columns;
    size_t c = 0;
    for (; c + lanes <= Out::channels; c += lanes) {
      depthwise_sums<Lanes, In, Kernel, Dilation>(top, left, weight + c, x + c, sums);
      finish<lanes, Activation>(sums, scale, bias, c, y + c);
    }
    for (; c < Out::channels; ++c) {
      depthwise_sums<float, In, Kernel, Dilation>(top, left, weight + c, x + c, sums);
      finish<1, Activation>(sums, scale, bias, c, y + c);
    }
  }
}
)"},
    {"max_pool", "Image ", R"(
// The maximum of each channel in each window; NaN if the window contains NaN.
template <class In, class Out, class Kernel, class Stride, class Padding, class Dilation>
static inline void max_pool(const float* x, float* y) {
  for (size_t pixel = 0; pixel < Out::height * Out::width; ++pixel, y += Out::channels) {
    for (size_t c = 0; c < Out::channels; ++c) y[c] = -INFINITY;
    for (size_t i = 0; i < Kernel::rows; ++i)
      for (size_t j = 0; j < Kernel::columns; ++j) {
        const size_t row = pixel / Out::width * Stride::rows + i * Dilation::rows - Padding::rows;
        const size_t column = pixel % Out::width * Stride::columns + j * Dilation::columns - Padding::columns;
        if (row >= In::height || column >= In::width) continue;
        const float* from = x + (row * In::width + column) * In::channels;
        for (size_t c = 0; c < Out::channels; ++c) y[c] = from[c] > y[c] || from[c] != from[c] ? from[c] : y[c];
      }
  }
}
)"},
    {"avg_pool", "Image ", R"(
// The number of positions of a window that starts at `first`, in the image alone or with its padding.
static inline size_t extent(size_t first, size_t kernel, size_t size, size_t padding, bool count_padding) {
  const size_t end = first + kernel < size + 2 * padding ? first + kernel : size + 2 * padding;
  if (count_padding) return end - first;
  return (end < size + padding ? end : size + padding) - (first > padding ? first : padding);
}

// The mean of each channel in each window.
template <class In, class Out, class Kernel, class Stride, class Padding, bool count_padding>
static inline void avg_pool(const float* x, float* y) {
  for (size_t pixel = 0; pixel < Out::height * Out::width; ++pixel, y += Out::channels) {
    const size_t top = pixel / Out::width * Stride::rows, left = pixel % Out::width * Stride::columns;
    for (size_t c = 0; c < Out::channels; ++c) y[c] = 0;
    for (size_t i = 0; i < Kernel::rows; ++i)
      for (size_t j = 0; j < Kernel::columns; ++j) {
        const size_t row = top + i - Padding::rows, column = left + j - Padding::columns;
        if (row >= In::height || column >= In::width) continue;
        const float* from = x + (row * In::width + column) * In::channels;
        for (size_t c = 0; c < Out::channels; ++c) y[c] += from[c];
      }
    const size_t count = extent(top, Kernel::rows, In::height, Padding::rows, count_padding) *
                         extent(left, Kernel::columns, In::width, Padding::columns, count_padding);
    for (size_t c = 0; c < Out::channels; ++c) y[c] /= static_cast<float>(count);
  }
}
)"},
    {"global_mean", "", R"(
// The mean of each channel over all pixels.
template <size_t pixels, size_t channels>
static inline void global_mean(const float* x, float* y) {
  for (size_t c = 0; c < channels; ++c) y[c] = 0;
  for (size_t pixel = 0; pixel < pixels; ++pixel)
    for (size_t c = 0; c < channels; ++c) y[c] += x[pixel * channels + c];
  for (size_t c = 0; c < channels; ++c) y[c] /= static_cast<float>(pixels);
}
)"},
    {"transpose", "", R"(
// Between images of (channels, height, width) and of (height, width, channels).
template <size_t rows, size_t columns>
static inline void transpose(const float* x, float* y) {
  for (size_t column = 0; column < columns; ++column)
    for (size_t row = 0; row < rows; ++row) *y++ = x[row * columns + column];
}
)"},
    {"zero_pad", "Image ", R"(
// Zeros around an image.
template <class In, class Out, size_t top, size_t left>
static inline void zero_pad(const float* x, float* y) {
  for (size_t i = 0; i < Out::height * Out::width * Out::channels; ++i) y[i] = 0;
  for (size_t row = 0; row < In::height; ++row)
    for (size_t i = 0; i < In::width * In::channels; ++i)
      y[((row + top) * Out::width + left) * Out::channels + i] = x[row * In::width * In::channels + i];
}
)"},
    {"copy_columns", "", R"(
// Copies rows into the columns of longer rows.
template <size_t rows, size_t from, size_t to>
static inline void copy_columns(const float* x, float* y) {
  for (size_t row = 0; row < rows; ++row)
    for (size_t i = 0; i < from; ++i) y[row * to + i] = x[row * from + i];
}
)"},
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
