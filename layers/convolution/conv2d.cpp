#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/convolution/detail/image_epilogue.hpp>

namespace minnow::inline MINNOW_PRECISION {

namespace {

constexpr std::size_t max_kernel_elements = 1 << 24;               // 4096 by 4096
constexpr std::size_t max_padded_elements = std::size_t{1} << 32;  // of one channel of a padded image

}  // namespace

/// Sets the options, and makes the parameters with elements of 0.
void Conv2d::set_up(std::size_t in, std::size_t out, Size2d kernel, const Conv2dOptions& options) {
  in_ = in;
  out_ = out;
  groups_ = options.groups;
  kernel_ = kernel;
  stride_ = options.stride;
  dilation_ = options.dilation;
  padding_ = options.padding;
  has_bias_ = options.bias;
  const auto refuse = [this](const char* what) { throw ValueError(name() + ": expected " + what + "."); };
  const auto outside = [](Size2d size) {
    constexpr std::size_t max_size = 1 << 16;  // keeps products of sizes from overflowing
    return size.height == 0 || size.width == 0 || size.height > max_size || size.width > max_size;
  };
  if (in == 0 || out == 0) refuse("at least 1 channel in and out");
  if (outside(kernel)) refuse("a kernel of 1 to 65536");
  if (kernel.height * kernel.width > max_kernel_elements) refuse("a kernel of at most 2^24 elements");
  if (outside(stride_)) refuse("a stride of 1 to 65536");
  if (outside(dilation_)) refuse("a dilation of 1 to 65536");
  if (padding_.zeros && outside({padding_.zeros->height + 1, padding_.zeros->width + 1}))
    refuse("a padding of 0 to 65535");
  if (groups_ == 0 || in % groups_ != 0 || out % groups_ != 0)
    throw ValueError(format_text("{}: expected groups to divide the channels in and out, got {}.", name(), groups_));
  weight_ = Parameter({out, in / groups_, kernel.height, kernel.width});
  if (has_bias_) bias_ = Parameter({out});
}

Conv2d::Conv2d(std::size_t in, std::size_t out, Size2d kernel, Rng& rng, const Conv2dOptions& options) {
  set_up(in, out, kernel, options);
  const std::size_t fan_in = in / groups_ * kernel.height * kernel.width;
  const std::size_t fan_out = out / groups_ * kernel.height * kernel.width;
  init_weight(weight_.value, options.init, fan_in, fan_out, rng);
  if (has_bias_) init_bias(bias_.value, options.init, fan_in, rng);
}

namespace {

Conv2dOptions read_options(ConfigReader& read) {
  Conv2dOptions options;
  options.stride = read.size2d("stride", Size2d(1));
  if (read.is_text("padding")) {
    if (const std::string padding = read.text("padding"); padding != "same")
      throw ValueError("Conv2d: expected attribute padding to be [height, width] or \"same\", got \"" + padding +
                       "\".");
    options.padding = Padding2d::same();
  } else {
    const Size2d padding = read.size2d("padding", Size2d(0));
    options.padding = {padding.height, padding.width};
  }
  options.dilation = read.size2d("dilation", Size2d(1));
  options.groups = read.size("groups", 1);
  options.bias = read.boolean("bias", true);
  read.finish();
  return options;
}

}  // namespace

Conv2d::Conv2d(const LayerConfig& config) {
  ConfigReader read(config, "Conv2d");
  const std::size_t in = read.size("in"), out = read.size("out");
  const Size2d kernel = read.size2d("kernel");
  set_up(in, out, kernel, read_options(read));
}

std::optional<LayerConfig> Conv2d::config() const {
  const ConfigValue padding = padding_.zeros ? ConfigValue(*padding_.zeros) : ConfigValue("same");
  return layer_config(*this, {"Conv2d",
                              {{"in", in_},
                               {"out", out_},
                               {"kernel", kernel_},
                               {"stride", stride_},
                               {"padding", padding},
                               {"dilation", dilation_},
                               {"groups", groups_},
                               {"bias", has_bias_}},
                              {}});
}

std::string Conv2d::name() const {
  std::string options = to_string(kernel_);
  if (stride_ != Size2d(1)) options += ", stride " + to_string(stride_);
  if (!padding_.zeros) options += ", padding same";
  if (padding_.zeros && *padding_.zeros != Size2d(0)) options += ", padding " + to_string(*padding_.zeros);
  if (dilation_ != Size2d(1)) options += ", dilation " + to_string(dilation_);
  if (groups_ != 1) options += ", groups " + std::to_string(groups_);
  return format_text("Conv2d({} -> {}, {})", in_, out_, options);
}

ConvolutionGeometry Conv2d::geometry(const Shape& input) const {
  if (input.size() != 4 || input[1] != in_)
    throw ShapeError(format_text("{}: expected input (N, {}, H, W), got {}.", name(), in_, to_string(input)));
  const auto axis = [&](std::size_t size, std::size_t kernel, std::size_t stride, std::size_t dilation,
                        std::optional<std::size_t> zeros) {
    const std::size_t last = size == 0 ? 0 : (size - 1) / stride * stride;  // position of the last window
    const std::size_t reach = last + dilation * (kernel - 1) + 1, same = reach > size ? reach - size : 0;
    ConvolutionAxis result{size, zeros.value_or(same / 2), zeros.value_or(same - same / 2), kernel, dilation, stride};
    result.stride =
        std::min(stride, std::max<std::size_t>(result.padded(), 1));  // a larger stride gives the same outputs
    return result;
  };
  using Zeros = std::optional<std::size_t>;
  const auto& zeros = padding_.zeros;
  const ConvolutionGeometry result{
      in_, out_, groups_,
      axis(input[2], kernel_.height, stride_.height, dilation_.height, zeros ? Zeros(zeros->height) : Zeros()),
      axis(input[3], kernel_.width, stride_.width, dilation_.width, zeros ? Zeros(zeros->width) : Zeros())};
  if (result.rows.padded() < result.rows.reach() || result.columns.padded() < result.columns.reach() || input[2] == 0 ||
      input[3] == 0)
    throw ShapeError(format_text("{}: expected padded images of at least {} by {}, got {} by {} from input {}.", name(),
                                 result.rows.reach(), result.columns.reach(), result.rows.padded(),
                                 result.columns.padded(), to_string(input)));
  if (result.rows.padded() > max_padded_elements / result.columns.padded())
    throw ShapeError(format_text("{}: expected padded images of at most 2^32 elements, got {} by {} from input {}.",
                                 name(), result.rows.padded(), result.columns.padded(), to_string(input)));
  return result;
}

Shape Conv2d::output_shape(const Shape& input) const {
  const ConvolutionGeometry g = geometry(input);
  return {input[0], out_, g.rows.out(), g.columns.out()};
}

ConvolutionParts Conv2d::parts(const Shape& input) { return {geometry(input), &weight_, has_bias_ ? &bias_ : nullptr}; }

void Conv2d::forward(const Tensor& x, Tensor& y, Context& context) {
  const ConvolutionParts parts = this->parts(x.shape());
  ImageEpilogue epilogue(parts.geometry);
  epilogue.y = y.data();
  convolution_forward(parts.geometry, parts.filters(context.settings), x.data(), x.shape()[0], epilogue,
                      context.scratch<ConvolutionWorkspace>());
}

void Conv2d::backward(const Tensor& x, const Tensor&, const Tensor& dy, Tensor* dx, Context& context) {
  const ConvolutionParts parts = this->parts(x.shape());
  ImageEpilogue epilogue(parts.geometry);
  epilogue.dy = dy.data();
  convolution_backward(parts, x.data(), dx != nullptr ? dx->data() : nullptr, x.shape()[0], epilogue,
                       context.scratch<ConvolutionWorkspace>());
}

std::vector<NamedTensor> Conv2d::state() {
  std::vector<NamedTensor> entries{{"weight", weight_}};
  if (has_bias_) entries.emplace_back("bias", bias_);
  return entries;
}

}  // namespace minnow::inline MINNOW_PRECISION
