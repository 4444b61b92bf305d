#include <minnow/training/report/detail/report_images.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

std::uint8_t to_byte(double value) {
  return std::isfinite(value) ? static_cast<std::uint8_t>(std::clamp(value, 0.0, 1.0) * 255 + 0.5) : 0;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < bytes.size() ? std::uint32_t{bytes[i + k]} : 0; };
    const std::uint32_t three = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? digits[three >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// Returns the mean of a channel over the pixels [y, y + factor) x [x, x + factor) of the image.
double mean_of(const Real* channel, std::size_t height, std::size_t width, std::size_t y, std::size_t x,
               std::size_t factor) {
  double sum = 0;
  std::size_t pixels = 0;
  for (std::size_t i = y; i < std::min(y + factor, height); ++i)
    for (std::size_t j = x; j < std::min(x + factor, width); ++j, ++pixels)
      sum += static_cast<double>(channel[i * width + j]);
  return sum / static_cast<double>(pixels);
}

}  // namespace

bool are_images(const Shape& input) {
  const std::size_t axes = input.size();
  if (axes != 2 && !(axes == 3 && (input[0] == 1 || input[0] == 3))) return false;
  return input[axes - 2] >= 4 && input[axes - 1] >= 4;
}

std::vector<Real> read_input(const Dataset& data, std::size_t index) {
  Batch batch;
  resize(batch, data, 1);
  data.read(std::span(&index, 1), batch);
  const std::span<const Real> values = std::as_const(batch).input(0);
  return {values.begin(), values.end()};
}

datasets::Image image_of(const std::vector<Real>& values, const Shape& input, std::size_t most) {
  const std::size_t height = input[input.size() - 2], width = input.back();
  const std::size_t channels = input.size() == 2 ? 1 : input[0];
  const std::size_t factor = (std::max(height, width) + most - 1) / most;
  datasets::Image image{(height + factor - 1) / factor, (width + factor - 1) / factor, {}};
  image.rgb.reserve(image.height * image.width * 3);
  for (std::size_t y = 0; y < height; y += factor)
    for (std::size_t x = 0; x < width; x += factor)
      for (std::size_t c = 0; c < 3; ++c)
        image.rgb.push_back(
            to_byte(mean_of(values.data() + (channels == 3 ? c : 0) * height * width, height, width, y, x, factor)));
  return image;
}

std::vector<datasets::Image> filter_images(const Tensor& filters, std::size_t most) {
  std::vector<datasets::Image> images;
  if (filters.dimension() != 4) return images;
  const Shape& shape = filters.shape();
  const std::size_t channels = shape[1], pixels = shape[2] * shape[3];
  for (std::size_t f = 0; f < std::min(most, shape[0]); ++f) {
    const std::span<const Real> weights(filters.data() + f * channels * pixels, channels * pixels);
    const auto weight = [&](std::size_t pixel, std::size_t colour) {
      if (channels == 3) return static_cast<double>(weights[colour * pixels + pixel]);
      double sum = 0;
      for (std::size_t c = 0; c < channels; ++c) sum += static_cast<double>(weights[c * pixels + pixel]);
      return sum / static_cast<double>(channels);
    };
    double largest = 0;
    for (std::size_t i = 0; i < 3 * pixels; ++i) largest = std::max(largest, std::abs(weight(i / 3, i % 3)));
    datasets::Image& image = images.emplace_back(datasets::Image{shape[2], shape[3], {}});
    for (std::size_t i = 0; i < 3 * pixels; ++i)
      image.rgb.push_back(to_byte(largest > 0 ? 0.5 + 0.5 * weight(i / 3, i % 3) / largest : 0.5));
  }
  return images;
}

std::string image_address(const datasets::Image& image) {
  const std::vector<std::uint8_t> png = encode_png(image);
  if (std::max(image.height, image.width) > 32) {
    const std::vector<std::uint8_t> jpeg = encode_jpeg(image, 88);
    if (jpeg.size() < png.size()) return "data:image/jpeg;base64," + base64(jpeg);
  }
  return "data:image/png;base64," + base64(png);
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
