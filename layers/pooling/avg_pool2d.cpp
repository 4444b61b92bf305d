#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/pooling/avg_pool2d.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Span = PoolingWindow::Span;

/// Calls body(plane of x, index in y, rows, columns, number of elements in the mean) for each window.
template <class Body>
void for_each_window(const PoolingWindow& window, bool count_padding, const Shape& x, const Shape& y,
                     const Body& body) {
  const std::size_t height = x[2], width = x[3], out_height = y[2], out_width = y[3];
  parallel_for(x[0] * x[1], light_grain / (height * width + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t plane = begin; plane < end; ++plane)
      for (std::size_t h = 0; h < out_height; ++h) {
        const Span rows = window.rows(h, height);
        for (std::size_t w = 0; w < out_width; ++w) {
          const Span columns = window.columns(w, width);
          const auto extent = [count_padding](const Span& span) {
            const auto all = static_cast<std::ptrdiff_t>(span.padded_end) - span.first;
            return count_padding ? static_cast<double>(all) : static_cast<double>(span.end - span.begin);
          };
          body(plane, (plane * out_height + h) * out_width + w, rows, columns, extent(rows) * extent(columns));
        }
      }
  });
}

}  // namespace

AvgPool2d::AvgPool2d(Size2d kernel, const AvgPoolOptions& options)
    : window_("AvgPool2d", kernel,
              {.stride = options.stride, .padding = options.padding, .ceil_mode = options.ceil_mode}),
      count_include_pad_(options.count_include_pad) {}

AvgPool2d::AvgPool2d(const LayerConfig& config) : AvgPool2d(Size2d(1)) {
  ConfigReader read(config, "AvgPool2d");
  window_ = PoolingWindow("AvgPool2d", read);
  count_include_pad_ = read.boolean("count_include_pad", true);
  read.finish();
  if (window_.dilation() != Size2d(1)) throw ValueError(name() + ": expected a dilation of 1.");
}

std::optional<LayerConfig> AvgPool2d::config() const {
  LayerConfig config{"AvgPool2d", {}, {}};
  window_.write(config);
  std::erase_if(config.attributes, [](const auto& attribute) { return attribute.first == "dilation"; });
  config.attributes.emplace_back("count_include_pad", count_include_pad_);
  return layer_config(*this, std::move(config));
}

void AvgPool2d::forward(const Tensor& x, Tensor& y, Context&) {
  const std::size_t width = x.shape()[3], plane_size = x.shape()[2] * width;
  for_each_window(window_, count_include_pad_, x.shape(), y.shape(),
                  [&](std::size_t plane, std::size_t index, Span rows, Span columns, double count) {
                    double sum = 0;
                    for (std::size_t i = rows.begin; i < rows.end; ++i)
                      for (std::size_t j = columns.begin; j < columns.end; ++j)
                        sum += static_cast<double>(x.data()[plane * plane_size + i * width + j]);
                    y.data()[index] = static_cast<Real>(sum / count);
                  });
}

void AvgPool2d::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  std::fill(dx->storage().begin(), dx->storage().end(), Real{0});
  const std::size_t width = dx->shape()[3], plane_size = dx->shape()[2] * width;
  for_each_window(window_, count_include_pad_, dx->shape(), y.shape(),
                  [&](std::size_t plane, std::size_t index, Span rows, Span columns, double count) {
                    const auto share = static_cast<Real>(static_cast<double>(dy.data()[index]) / count);
                    for (std::size_t i = rows.begin; i < rows.end; ++i)
                      for (std::size_t j = columns.begin; j < columns.end; ++j)
                        dx->data()[plane * plane_size + i * width + j] += share;
                  });
}

}  // namespace minnow::inline MINNOW_PRECISION
