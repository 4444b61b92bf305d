#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/layers/shape/zero_pad2d.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

namespace {

constexpr std::size_t max_zeros = 65535;

ZeroPad2dOptions read_zeros(const LayerConfig& config) {
  ConfigReader read(config, "ZeroPad2d");
  const ConfigValue::Integers sides = read.integers("padding");
  read.finish();
  if (sides.size() != 4 || *std::min_element(sides.begin(), sides.end()) < 0)
    throw ValueError("ZeroPad2d: expected attribute padding to be [left, right, top, bottom], each at least 0.");
  const auto side = [&](std::size_t i) { return static_cast<std::size_t>(sides[i]); };
  return {side(0), side(1), side(2), side(3)};
}

}  // namespace

ZeroPad2d::ZeroPad2d(const ZeroPad2dOptions& zeros) : zeros_(zeros) {
  if (std::max({zeros.left, zeros.right, zeros.top, zeros.bottom}) > max_zeros)
    throw ValueError(format_text("{}: expected at most {} zeros on each side.", name(), max_zeros));
}

ZeroPad2d::ZeroPad2d(const LayerConfig& config) : ZeroPad2d(read_zeros(config)) {}

std::optional<LayerConfig> ZeroPad2d::config() const {
  const auto& [left, right, top, bottom] = zeros_;
  return layer_config(*this, {"ZeroPad2d", {{"padding", Shape{left, right, top, bottom}}}, {}});
}

std::string ZeroPad2d::name() const {
  return format_text("ZeroPad2d(left {}, right {}, top {}, bottom {})", zeros_.left, zeros_.right, zeros_.top,
                     zeros_.bottom);
}

Shape ZeroPad2d::output_shape(const Shape& input) const {
  if (input.size() != 4)
    throw ShapeError(format_text("{}: expected input (N, C, H, W), got {}.", name(), to_string(input)));
  return {input[0], input[1], zeros_.top + input[2] + zeros_.bottom, zeros_.left + input[3] + zeros_.right};
}

void ZeroPad2d::forward(const Tensor& x, Tensor& y, Context&) {
  const std::size_t height = x.shape()[2], width = x.shape()[3], out_height = y.shape()[2], out_width = y.shape()[3];
  const std::size_t images = x.shape()[0] * x.shape()[1], size = out_height * out_width;
  parallel_for(images, light_grain / (size + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Real* from = x.data() + i * height * width;
      Real* to = std::fill_n(y.data() + i * size, zeros_.top * out_width, Real{0});
      for (std::size_t row = 0; row < height; ++row, from += width) {
        to = std::fill_n(to, zeros_.left, Real{0});
        to = std::copy_n(from, width, to);
        to = std::fill_n(to, zeros_.right, Real{0});
      }
      std::fill_n(to, zeros_.bottom * out_width, Real{0});
    }
  });
}

void ZeroPad2d::backward(const Tensor&, const Tensor&, const Tensor& dy, Tensor* dx, Context&) {
  if (dx == nullptr) return;
  const std::size_t height = dx->shape()[2], width = dx->shape()[3], out_width = dy.shape()[3];
  const std::size_t images = dx->shape()[0] * dx->shape()[1], size = dy.shape()[2] * out_width;
  parallel_for(images, light_grain / (size + 1) + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      for (std::size_t row = 0; row < height; ++row)
        std::copy_n(dy.data() + i * size + (zeros_.top + row) * out_width + zeros_.left, width,
                    dx->data() + (i * height + row) * width);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
