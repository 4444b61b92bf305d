#include <minnow/io/onnx/detail/layer_export.hpp>

#include <algorithm>
#include <limits>

namespace minnow::inline MINNOW_PRECISION::onnx_export {
namespace {

/// The attributes of a pooling layer.
struct Window {
  Size2d kernel, stride, padding, dilation = 1;
  bool ceil_mode;
};

Window read_window(ConfigReader& read) {
  return {.kernel = read.size2d("kernel"),
          .stride = read.size2d("stride"),
          .padding = read.size2d("padding"),
          .dilation = read.size2d("dilation", Size2d(1)),
          .ceil_mode = read.boolean("ceil_mode")};
}

/// Returns how far the last window of ceil_mode reaches beyond the padded image, along H and W. The attribute ceil_mode
/// of ONNX is not used: it also counts windows that begin behind the image.
std::vector<std::int64_t> overhang(const LayerExport& at, const Window& window) {
  const Size2d &kernel = window.kernel, &stride = window.stride, &padding = window.padding, &dilation = window.dilation;
  return {
      missing_elements(at.input[2] + 2 * padding.height, at.output[2], kernel.height, stride.height, dilation.height),
      missing_elements(at.input[3] + 2 * padding.width, at.output[3], kernel.width, stride.width, dilation.width)};
}

/// Adds a border of `value` around images.
std::string add_border(Graph& graph, const std::string& x, std::int64_t top, std::int64_t left, std::int64_t bottom,
                       std::int64_t right, double value) {
  if (top + left + bottom + right == 0) return x;
  const std::int64_t pads[] = {0, 0, top, left, 0, 0, bottom, right};
  return graph.add("Pad", {x, graph.integers(pads), graph.scalar(value)});
}

constexpr double lowest = -std::numeric_limits<double>::infinity();

/// Returns the input of a pooling. ONNX Runtime 1.19 to 1.21 fuse a Pad into the pooling after it and compute other
/// values. The operator max(x, -infinity) between them changes no value and prevents the fusion.
std::string unfused(Graph& graph, const std::string& x) {
  return x.starts_with("Pad_") ? graph.add("Max", {x, graph.scalar(lowest)}) : x;
}

/// Returns the share of the elements that each window along an axis has without the overhang of ceil_mode.
std::vector<double> shares(std::size_t padded, std::size_t out, std::size_t kernel, std::size_t stride) {
  std::vector<double> result;
  for (std::size_t i = 0; i < out; ++i)
    result.push_back(static_cast<double>(std::min(kernel, padded - i * stride)) / static_cast<double>(kernel));
  return result;
}

/// Divides the sums over windows by the number of elements without the overhang, which ONNX counts as padding.
std::string add_correction(const LayerExport& at, const Window& window, const std::string& y) {
  const std::size_t height = at.output[2], width = at.output[3];
  const std::vector<double> rows = shares(at.input[2] + 2 * window.padding.height, height, window.kernel.height,
                                          window.stride.height),
                            columns = shares(at.input[3] + 2 * window.padding.width, width, window.kernel.width,
                                             window.stride.width);
  std::vector<double> share;
  for (const double row : rows)
    for (const double column : columns) share.push_back(row * column);
  return at.graph.add(
      "Div", {y, at.graph.constant(at.graph.new_name("share"), {1, 1, height, width}, std::span<const double>(share))});
}

}  // namespace

std::string add_max_pool(const LayerExport& at) {
  ConfigReader read(at.config, "MaxPool2d");
  const Window window = read_window(read);
  read.finish();
  const std::vector<std::int64_t> beyond = overhang(at, window);
  const std::string x = add_border(at.graph, at.x, 0, 0, beyond[0], beyond[1], lowest);
  return at.graph.add("MaxPool", {unfused(at.graph, x)},
                      {{"kernel_shape", integers(window.kernel)},
                       {"strides", integers(window.stride)},
                       {"pads", integers(window.padding, window.padding)},
                       {"dilations", integers(window.dilation)}});
}

/// With count_include_pad the average is over the padding too, but never over the overhang of ceil_mode.
std::string add_avg_pool(const LayerExport& at) {
  ConfigReader read(at.config, "AvgPool2d");
  const Window window = read_window(read);
  const bool counts_padding = read.boolean("count_include_pad");
  read.finish();
  const std::vector<std::int64_t> beyond = overhang(at, window);
  std::vector<std::int64_t> pads = integers(window.padding, window.padding);
  pads[2] += beyond[0];
  pads[3] += beyond[1];
  const std::string y = at.graph.add("AveragePool", {unfused(at.graph, at.x)},
                                     {{"kernel_shape", integers(window.kernel)},
                                      {"strides", integers(window.stride)},
                                      {"pads", pads},
                                      {"count_include_pad", counts_padding ? 1 : 0}});
  return counts_padding && beyond[0] + beyond[1] > 0 ? add_correction(at, window, y) : y;
}

std::string add_zero_pad(const LayerExport& at) {
  ConfigReader read(at.config, "ZeroPad2d");
  const ConfigValue::Integers zeros = read.integers("padding");  // left, right, top, bottom
  read.finish();
  return add_border(at.graph, at.x, zeros[2], zeros[0], zeros[3], zeros[1], 0);
}

std::string add_global_avg_pool(const LayerExport& at) {
  ConfigReader(at.config, "GlobalAvgPool2d").finish();
  return at.graph.add("Flatten", {at.graph.add("GlobalAveragePool", {at.x})}, {{"axis", 1}});
}

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
