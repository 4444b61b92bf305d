#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <torch/torch.h>

/// The images of a file of scripts/images_to_raw.py, normalised by the mean and deviation of each channel of the
/// training images.
struct Images {
  torch::Tensor train, train_labels, test, test_labels;  // (N, C, H, W) and (N)
  std::vector<float> mean, deviation;                    // per channel
};

/// Normalises a channel by the mean and deviation of the training images. Works in place, because peak memory is
/// measured too.
inline void normalise(Images& p, std::int64_t channel) {
  torch::Tensor &train = p.train, &test = p.test;
  const auto for_each = [&](torch::Tensor& images, auto body) {
    const std::int64_t planes = images.size(0) * images.size(1), pixels = images.size(2) * images.size(3);
    for (std::int64_t plane = channel; plane < planes; plane += images.size(1)) {
      float* values = images.data_ptr<float>() + plane * pixels;
      std::for_each(values, values + pixels, body);
    }
  };
  double sum = 0, squares = 0;
  for_each(train, [&](float value) { sum += value, squares += static_cast<double>(value) * value; });
  const auto count = static_cast<double>(train.numel() / train.size(1));
  const double mean = sum / count, deviation = std::sqrt(squares / count - mean * mean);
  const auto apply = [&](float& value) { value = static_cast<float>((value - mean) / deviation); };
  for_each(train, apply);
  for_each(test, apply);
  p.mean.push_back(static_cast<float>(mean));
  p.deviation.push_back(static_cast<float>(deviation));
}

/// Throws std::invalid_argument if the file is not of this format or too short.
inline Images read_images(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  std::int64_t train = 0, test = 0, channels = 0, side = 0;
  file >> magic >> train >> test >> channels >> side;
  if (magic != "images" || file.get() != '\n')
    throw std::invalid_argument(path + ": expected a file written by scripts/images_to_raw.py");
  const auto read = [&](at::IntArrayRef shape) {
    auto values = torch::empty(shape);
    file.read(reinterpret_cast<char*>(values.data_ptr<float>()), values.numel() * 4);
    if (!file) throw std::invalid_argument(path + ": the file is too short");
    return values;
  };
  Images p;
  p.train = read({train, channels, side, side});
  p.train_labels = read({train}).to(torch::kInt64);
  p.test = read({test, channels, side, side});
  p.test_labels = read({test}).to(torch::kInt64);
  for (std::int64_t channel = 0; channel < channels; ++channel) normalise(p, channel);
  return p;
}

struct AugmentOptions {
  bool flip;
  int shift;      // largest shift in pixels, in each direction; the border is filled with 0
  double jitter;  // largest relative change of brightness, contrast and saturation
  int cutout;     // side of the square that is set to 0
};

/// Copies the chosen images and augments each copy. Uses plain loops to avoid the overhead of LibTorch's operators.
class Augment {
 public:
  Augment(const Images& images, const AugmentOptions& options, unsigned seed)
      : images_(images), options_(options), random_(seed) {}

  /// Returns the augmented images (B, C, H, W) with the indices `chosen` (B).
  torch::Tensor operator()(const torch::Tensor& chosen) {
    const std::int64_t channels = images_.train.size(1), side = images_.train.size(2), size = channels * side * side;
    auto batch = torch::zeros({chosen.size(0), channels, side, side});
    for (std::int64_t i = 0; i < chosen.size(0); ++i) {
      const float* from = images_.train.data_ptr<float>() + chosen.data_ptr<std::int64_t>()[i] * size;
      float* to = batch.data_ptr<float>() + i * size;
      const bool mirror = options_.flip && random_() % 2 == 1;
      const std::int64_t down = draw_shift(), right = draw_shift();
      for (std::int64_t plane = 0; plane < channels; ++plane)
        for (std::int64_t y = std::max<std::int64_t>(0, down); y < std::min(side, side + down); ++y)
          copy_row(from + (plane * side + y - down) * side, to + (plane * side + y) * side, side, right, mirror);
      if (options_.jitter > 0 && channels == 3) jitter(to, side * side);
      if (options_.cutout > 0) cut_out(to, channels, side);
    }
    return batch;
  }

 private:
  /// Returns a random shift.
  std::int64_t draw_shift() {
    return static_cast<std::int64_t>(random_() % static_cast<unsigned>(2 * options_.shift + 1)) - options_.shift;
  }

  static void copy_row(const float* from, float* to, std::int64_t side, std::int64_t right, bool mirror) {
    const std::int64_t first = std::max<std::int64_t>(0, right), last = std::min(side, side + right);
    if (mirror)
      std::reverse_copy(from + side - (last - right), from + side - (first - right), to + first);
    else
      std::copy(from + first - right, from + last - right, to + first);
  }

  static float grey(const float* r, std::int64_t pixels, std::int64_t i) {
    return 0.299F * r[i] + 0.587F * r[pixels + i] + 0.114F * r[2 * pixels + i];
  }

  /// Applies torchvision's ColorJitter to an image (3, H, W) before normalisation: undoes it first and repeats it at
  /// the end.
  void jitter(float* image, std::int64_t pixels) {
    const auto convert = [&](bool to_normalised) {
      for (std::int64_t i = 0; i < 3 * pixels; ++i) {
        const auto c = static_cast<std::size_t>(i / pixels);
        image[i] = to_normalised ? (image[i] - images_.mean[c]) / images_.deviation[c]
                                 : image[i] * images_.deviation[c] + images_.mean[c];
      }
    };
    std::array<int, 3> order{0, 1, 2};
    std::shuffle(order.begin(), order.end(), random_);
    convert(false);
    for (const int kind : order) {
      const auto spread = static_cast<float>(options_.jitter);
      const float f = std::uniform_real_distribution<float>(1 - spread, 1 + spread)(random_);
      float mean = 0;
      if (kind == 1)
        for (std::int64_t i = 0; i < pixels; ++i) mean += grey(image, pixels, i) / static_cast<float>(pixels);
      for (std::int64_t i = 0; i < pixels; ++i) {
        const float other = kind == 0 ? 0 : kind == 1 ? mean : grey(image, pixels, i);
        for (float* v = image + i; v < image + 3 * pixels; v += pixels)
          *v = std::clamp(f * *v + (1 - f) * other, 0.0F, 1.0F);
      }
    }
    convert(true);
  }

  void cut_out(float* image, std::int64_t channels, std::int64_t side) {
    const auto middle = [&] { return static_cast<std::int64_t>(random_() % static_cast<unsigned>(side)); };
    const std::int64_t top = middle() - options_.cutout / 2, left = middle() - options_.cutout / 2;
    for (std::int64_t row = std::max<std::int64_t>(0, top); row < std::min(side, top + options_.cutout); ++row)
      for (std::int64_t c = 0; c < channels; ++c)
        std::fill(image + (c * side + row) * side + std::max<std::int64_t>(0, left),
                  image + (c * side + row) * side + std::min(side, left + options_.cutout), 0.0F);
  }

  const Images& images_;
  AugmentOptions options_;
  std::mt19937 random_;
};
