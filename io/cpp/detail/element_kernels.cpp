#include <minnow/io/cpp/detail/kernels.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

const CppKernel cpp_element_kernels[] = {
    {"Identity", "", R"(
struct Identity {
  static float of(float x) { return x; }
};
)"},
    {"ReLU", "", R"(
struct ReLU {
  static float of(float x) { return x < 0 ? 0 : x; }
};
)"},
    {"ReLU6", "", R"(
struct ReLU6 {
  static float of(float x) { return x < 0 ? 0 : (x > 6 ? 6 : x); }
};
)"},
    {"Hardsigmoid", "", R"(
struct Hardsigmoid {
  static float of(float x) { return x < -3 ? 0 : (x > 3 ? 1 : (x + 3) / 6); }
};
)"},
    {"Hardswish", "", R"(
struct Hardswish {
  static float of(float x) { return x < -3 ? 0 : (x > 3 ? x : x * (x + 3) / 6); }
};
)"},
    {"Sigmoid", "", R"(
struct Sigmoid {
  static float of(float x) { return 1 / (1 + std::exp(-x)); }
};
)"},
    {"SiLU", "", R"(
struct SiLU {
  static float of(float x) { return x / (1 + std::exp(-x)); }
};
)"},
    {"Tanh", "", R"(
struct Tanh {
  static float of(float x) { return std::tanh(x); }
};
)"},
    {"GELU", "", R"(
struct GELU {
  static float of(float x) { return 0.5f * x * (1 + std::erf(0.707106781f * x)); }
};
)"},
    {"GELUTanh", "", R"(
struct GELUTanh {
  static float of(float x) { return 0.5f * x * (1 + std::tanh(0.797884561f * (x + 0.044715f * x * x * x))); }
};
)"},
    {"map", "", R"(
template <size_t size, class Activation>
static inline void map(const float* x, float* y) {
  for (size_t i = 0; i < size; ++i) y[i] = Activation::of(x[i]);
}
)"},
    {"add", "", R"(
template <size_t size, class Activation>
static inline void add(const float* a, const float* b, float* y) {
  for (size_t i = 0; i < size; ++i) y[i] = Activation::of(a[i] + b[i]);
}
)"},
    {"multiply", "", R"(
// Each row of x times the same row of factors.
template <size_t rows, size_t columns, class Activation>
static inline void multiply(const float* x, const float* factors, float* y) {
  for (size_t row = 0; row < rows; ++row)
    for (size_t i = 0; i < columns; ++i) y[row * columns + i] = Activation::of(x[row * columns + i] * factors[i]);
}
)"},
    {"scale_shift", "", R"(
// y = f(scale x + shift), a scale and a shift per channel.
template <size_t rows, size_t channels, size_t length, class Activation>
static inline void scale_shift(const float* scale, const float* shift, const float* x, float* y) {
  for (size_t row = 0; row < rows; ++row)
    for (size_t c = 0; c < channels; ++c)
      for (size_t i = 0; i < length; ++i, ++x, ++y) *y = Activation::of(scale[c] * *x + shift[c]);
}
)"},
    {"softmax", "", R"(
template <size_t rows, size_t columns, bool logarithm>
static inline void softmax(const float* x, float* y) {
  for (size_t row = 0; row < rows; ++row, x += columns, y += columns) {
    float max = x[0], sum = 0;
    for (size_t i = 1; i < columns; ++i) max = x[i] > max ? x[i] : max;
    for (size_t i = 0; i < columns; ++i) {
      const float exponential = std::exp(x[i] - max);
      sum += exponential;
      y[i] = logarithm ? x[i] - max : exponential;
    }
    const float log_sum = logarithm ? std::log(sum) : 0, factor = 1 / sum;
    for (size_t i = 0; i < columns; ++i) y[i] = logarithm ? y[i] - log_sum : y[i] * factor;
  }
}
)"},
    {"layer_norm", "", R"(
// Each row with mean 0 and deviation 1, times weight plus bias. A null weight is 1, a null bias 0.
template <size_t rows, size_t columns>
static inline void layer_norm(const float* weight, const float* bias, float epsilon, const float* x, float* y) {
  for (size_t row = 0; row < rows; ++row, x += columns, y += columns) {
    float sum = 0, squares = 0;
    for (size_t i = 0; i < columns; ++i) sum += x[i];
    const float mean = sum / static_cast<float>(columns);
    for (size_t i = 0; i < columns; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const float variance = squares / static_cast<float>(columns) + epsilon;
    const float factor = variance < 1.17549435e-38f ? 0 : 1 / std::sqrt(variance);
    for (size_t i = 0; i < columns; ++i) {
      const float z = (x[i] - mean) * factor;
      y[i] = (weight != nullptr ? weight[i] * z : z) + (bias != nullptr ? bias[i] : 0);
    }
  }
}
)"},
    {"embedding", "", R"(
// The row of the table for each id. An id below 0 reads the first row, an id beyond the table the last row.
template <size_t ids, size_t rows, size_t columns, class W>
static inline void embedding(const W* weight, const float* scale, const float* x, float* y) {
  for (size_t n = 0; n < ids; ++n, y += columns) {
    const size_t row = !(x[n] >= 1) ? 0 : (x[n] < static_cast<float>(rows) ? static_cast<size_t>(x[n]) : rows - 1);
    for (size_t i = 0; i < columns; ++i) {
      const float w = static_cast<float>(weight[row * columns + i]);
      y[i] = scale != nullptr ? w * scale[row] : w;
    }
  }
}
)"},
    {"copy", "", R"(
template <size_t size>
static inline void copy(const float* from, float* to) {
  for (size_t i = 0; i < size; ++i) to[i] = from[i];
}
)"},
};

}  // namespace minnow::inline MINNOW_PRECISION::detail
