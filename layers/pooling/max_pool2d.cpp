#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/detail/image_kernels.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// The argmax of each window, one per element of y.
struct Argmax {
  std::vector<std::uint8_t> in_tile;    // of 2 x 2 tiles
  std::vector<std::uint32_t> in_plane;  // of other windows; `none` if the window lies in the padding
};
constexpr auto none = std::numeric_limits<std::uint32_t>::max();

struct Planes {
  std::size_t count, height, width, out_height, out_width;
  Planes(const Shape& x, const Shape& y)
      : count(x[0] * x[1]), height(x[2]), width(x[3]), out_height(y[2]), out_width(y[3]) {}
  std::size_t size() const { return height * width; }
  std::size_t out_size() const { return out_height * out_width; }
};

/// Calls body(first plane, number of planes) on all threads.
template <class Body>
void for_planes(const Planes& planes, const Body& body) {
  parallel_for(planes.count, light_grain / (planes.size() + 1) + 1,
               [&](std::size_t begin, std::size_t end) { body(begin, end - begin); });
}

/// `argmax` may be null.
void pool_plane(const PoolingWindow& window, const Planes& planes, const Real* x, Real* y, std::uint32_t* argmax) {
  const Size2d step = window.dilation();
  for (std::size_t h = 0; h < planes.out_height; ++h)
    for (std::size_t w = 0; w < planes.out_width; ++w) {
      const PoolingWindow::Span rows = window.rows(h, planes.height), columns = window.columns(w, planes.width);
      const bool in_padding = rows.begin >= rows.end || columns.begin >= columns.end;
      std::size_t largest = in_padding ? none : rows.begin * planes.width + columns.begin;
      Real best = -std::numeric_limits<Real>::infinity();
      for (std::size_t i = rows.begin; i < rows.end; i += step.height)
        for (std::size_t j = columns.begin; j < columns.end; j += step.width) {
          const Real v = x[i * planes.width + j];
          if (!(v > best || std::isnan(v))) continue;
          best = v;
          largest = i * planes.width + j;
        }
      *y++ = best;
      if (argmax != nullptr) *argmax++ = static_cast<std::uint32_t>(largest);
    }
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
  const Planes planes(x.shape(), y.shape());
  if (window_.tiles_2x2()) {
    argmax.in_tile.resize(context.settings.backward_follows ? y.size() : 0);
    return for_planes(planes, [&](std::size_t first, std::size_t count) {
      std::uint8_t* tile_argmax =
          context.settings.backward_follows ? argmax.in_tile.data() + first * planes.out_size() : nullptr;
      kernels::max_pool_2x2({x.data() + first * planes.size(), planes.width, planes.size()},
                            {y.data() + first * planes.out_size(), planes.out_width, planes.out_size()},
                            {tile_argmax, planes.out_width, planes.out_size()}, {count, planes.height, planes.width});
    });
  }
  argmax.in_plane.resize(context.settings.backward_follows ? y.size() : 0);
  for_planes(planes, [&](std::size_t first, std::size_t count) {
    for (std::size_t p = first; p < first + count; ++p)
      pool_plane(window_, planes, x.data() + p * planes.size(), y.data() + p * planes.out_size(),
                 context.settings.backward_follows ? argmax.in_plane.data() + p * planes.out_size() : nullptr);
  });
}

void MaxPool2d::backward(const Tensor&, const Tensor& y, const Tensor& dy, Tensor* dx, Context& context) {
  if (dx == nullptr) return;
  const auto& argmax = context.scratch<Argmax>();
  const Planes planes(dx->shape(), y.shape());
  for_planes(planes, [&](std::size_t first, std::size_t count) {
    const std::size_t out = first * planes.out_size();
    Real* to = dx->data() + first * planes.size();
    if (window_.tiles_2x2())
      return kernels::image_backward({.dy = {dy.data() + out, planes.out_width, planes.out_size()},
                                      .argmax = {argmax.in_tile.data() + out, planes.out_width, planes.out_size()}},
                                     {to, planes.width, planes.size()}, {count, planes.height, planes.width});
    std::fill_n(to, count * planes.size(), Real{0});
    for (std::size_t i = 0; i < count * planes.out_size(); ++i)
      if (const std::uint32_t at = argmax.in_plane[out + i]; at != none)
        to[i / planes.out_size() * planes.size() + at] += dy.data()[out + i];
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
