#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/detail/image_kernels.hpp>
#include <minnow/layers/pooling/detail/argmax_kernels.hpp>
#include <minnow/layers/pooling/detail/pool_kernels.hpp>
#include <minnow/layers/pooling/detail/pooling_passes.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>

#include <algorithm>
#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The argmax of each window, one per element of y.
struct Argmax {
  std::vector<std::uint8_t> in_tile;    // of 2 x 2 tiles
  std::vector<std::uint32_t> in_plane;  // of other windows
  detail::PoolingTables tables;
};

/// Calls body(first plane, number of planes) on all threads.
template <class Body>
void for_planes(const kernels::PoolingAxes& axes, std::size_t planes, const Body& body) {
  parallel_for(planes, light_grain / (axes.rows.size * axes.columns.size + 1) + 1,
               [&](std::size_t begin, std::size_t end) { body(begin, end - begin); });
}

}  // namespace

MaxPool2d::MaxPool2d(const LayerConfig& config) : MaxPool2d(Size2d(1)) {
  ConfigReader read(config, "MaxPool2d");
  window_ = PoolingWindow("MaxPool2d", read);
  read.finish();
}

std::optional<LayerConfig> MaxPool2d::config() const {
  LayerConfig config{"MaxPool2d", {}, {}};
  window_.write(config);
  return layer_config(*this, std::move(config));
}

void MaxPool2d::forward(const Tensor& x, Tensor& y, Context& context) {
  auto& argmax = context.scratch<Argmax>();
  const bool indexed = context.settings.backward_follows;
  const auto axes = argmax.tables.describe(window_, x.shape(), y.shape());
  const std::size_t planes = x.shape()[0] * x.shape()[1], out_width = axes.columns.windows;
  if (window_.tiles_2x2()) {
    const std::size_t width = axes.columns.size, size = axes.rows.size * width,
                      out_size = axes.rows.windows * out_width;
    argmax.in_tile.resize(indexed ? y.size() : 0);
    return for_planes(axes, planes, [&](std::size_t first, std::size_t count) {
      kernels::max_pool_2x2({x.data() + first * size, width, size}, {y.data() + first * out_size, out_width, out_size},
                            {indexed ? argmax.in_tile.data() + first * out_size : nullptr, out_width, out_size},
                            {count, axes.rows.size, width});
    });
  }
  argmax.in_plane.resize(indexed ? y.size() : 0);
  const std::size_t workspace_size =
      indexed ? kernels::ArgmaxGroup(axes).workspace(axes.columns) : kernels::pooling_workspace(axes);
  detail::for_rows(planes * axes.rows.windows, axes.rows.kernel * axes.columns.size, workspace_size, argmax.tables,
                   [&](std::size_t first, std::size_t last, Real* workspace) {
                     if (indexed)
                       kernels::max_pool_argmax_rows(axes, x.data(), y.data(), argmax.in_plane.data(), first, last,
                                                     workspace);
                     else
                       kernels::max_pool_rows(axes, x.data(), y.data(), first, last, workspace);
                   });
}

void MaxPool2d::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  if (dx == nullptr) return;
  auto& argmax = context.scratch<Argmax>();
  const auto axes = argmax.tables.describe(window_, dx->shape(), y.shape());
  const std::size_t width = axes.columns.size, size = axes.rows.size * width, out_width = axes.columns.windows;
  const std::size_t out_size = axes.rows.windows * out_width;
  for_planes(axes, y.shape()[0] * y.shape()[1], [&](std::size_t first, std::size_t count) {
    if (window_.tiles_2x2())
      return kernels::image_backward({.dy = {dy.data() + first * out_size, out_width, out_size},
                                      .argmax = {argmax.in_tile.data() + first * out_size, out_width, out_size}},
                                     {dx->data() + first * size, width, size}, {count, axes.rows.size, width});
    for (std::size_t plane = first; plane < first + count; ++plane) {
      const std::uint32_t* at = argmax.in_plane.data() + plane * out_size;
      const Real* gradient = dy.data() + plane * out_size;
      Real* to = dx->data() + plane * size;
      std::fill_n(to, size, Real{0});
      for (std::size_t h = 0; h < axes.rows.windows; ++h, at += out_width, gradient += out_width) {
        const Real* next = to + size + h * axes.rows.stride * width;  // of the next plane
        for (std::size_t i = 0; i < axes.rows.stride * width; i += 16) __builtin_prefetch(next + i, 1);
        for (std::size_t w = 0; w < out_width; ++w)
          if (at[w] < size) to[at[w]] += gradient[w];
      }
    }
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
