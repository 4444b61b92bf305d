#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t max_size = 1 << 16;  // keeps products of sizes from overflowing

/// Returns the number of windows along an axis.
std::size_t windows(std::size_t size, std::size_t kernel, std::size_t stride, std::size_t padding, std::size_t dilation,
                    bool ceil_mode) {
  const std::size_t reach = dilation * (kernel - 1) + 1, padded = size + 2 * padding;
  if (size == 0 || padded < reach) return 0;
  const std::size_t rest = padded - reach;
  if (!ceil_mode) return rest / stride + 1;
  const std::size_t count = (rest + stride - 1) / stride + 1;
  return (count - 1) * stride >= size + padding ? count - 1 : count;  // the last window must start inside the image
}

PoolingOptions read_pooling_options(ConfigReader& read) {
  PoolingOptions options;
  options.stride = read.size2d("stride", read.size2d("kernel"));
  options.padding = read.size2d("padding", Size2d(0));
  options.dilation = read.size2d("dilation", Size2d(1));
  options.ceil_mode = read.boolean("ceil_mode", false);
  return options;
}

}  // namespace

PoolingWindow::PoolingWindow(const std::string& name, Size2d kernel, const PoolingOptions& options)
    : kernel_(kernel),
      stride_(options.stride.value_or(kernel)),
      padding_(options.padding),
      dilation_(options.dilation),
      ceil_mode_(options.ceil_mode) {
  name_ = name + "(" + to_string(kernel_);
  if (stride_ != kernel_) name_ += ", stride " + to_string(stride_);
  if (padding_ != Size2d(0)) name_ += ", padding " + to_string(padding_);
  if (dilation_ != Size2d(1)) name_ += ", dilation " + to_string(dilation_);
  name_ += ceil_mode_ ? ", ceil mode)" : ")";
  const auto check = [this](const char* what, Size2d size) {
    if (size.height == 0 || size.width == 0 || size.height > max_size || size.width > max_size)
      throw ValueError(format_text("{}: expected a {} of 1 to {}, got {}.", name_, what, max_size, to_string(size)));
  };
  check("kernel", kernel_);
  check("stride", stride_);
  check("dilation", dilation_);
  if (padding_.height > kernel_.height / 2 || padding_.width > kernel_.width / 2)
    throw ValueError(
        format_text("{}: expected a padding of at most half of the kernel, got {}.", name_, to_string(padding_)));
}

PoolingWindow::PoolingWindow(const std::string& name, ConfigReader& read)
    : PoolingWindow{name, read.size2d("kernel"), read_pooling_options(read)} {}

void PoolingWindow::write(LayerConfig& config) const {
  config.attributes = {{"kernel", kernel_},
                       {"stride", stride_},
                       {"padding", padding_},
                       {"dilation", dilation_},
                       {"ceil_mode", ceil_mode_}};
}

Shape PoolingWindow::output_shape(const Shape& input) const {
  if (input.size() != 4)
    throw ShapeError(format_text("{}: expected input (N, C, H, W), got {}.", name_, to_string(input)));
  const std::size_t height =
      windows(input[2], kernel_.height, stride_.height, padding_.height, dilation_.height, ceil_mode_);
  const std::size_t width =
      windows(input[3], kernel_.width, stride_.width, padding_.width, dilation_.width, ceil_mode_);
  if (height == 0 || width == 0)
    throw ShapeError(
        format_text("{}: expected images of at least one window, got {} by {} from input {}. "
                    "Remove a pooling layer or use larger images.",
                    name_, input[2], input[3], to_string(input)));
  return {input[0], input[1], height, width};
}

bool PoolingWindow::tiles_2x2() const {
  return kernel_ == Size2d(2) && stride_ == Size2d(2) && padding_ == Size2d(0) && dilation_ == Size2d(1) && !ceil_mode_;
}

}  // namespace minnow::inline MINNOW_PRECISION
