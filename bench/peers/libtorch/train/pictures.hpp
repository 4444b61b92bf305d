#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

#include <torch/torch.h>

/// What scripts/pictures_to_raw.py writes, normalised by the mean and deviation of each channel of the training part.
struct Pictures {
  torch::Tensor train, train_labels, test, test_labels;  // (N, C, H, W) and (N)
};

/// Normalises a channel by the mean and deviation of the training part, in place: what training needs at its peak is
/// measured too.
inline void normalise(torch::Tensor& train, torch::Tensor& test, std::int64_t channel) {
  const auto for_each = [&](torch::Tensor& pictures, auto body) {
    const std::int64_t planes = pictures.size(0) * pictures.size(1), pixels = pictures.size(2) * pictures.size(3);
    for (std::int64_t plane = channel; plane < planes; plane += pictures.size(1)) {
      float* values = pictures.data_ptr<float>() + plane * pixels;
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
}

inline Pictures read_pictures(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  std::int64_t train = 0, test = 0, channels = 0, side = 0;
  file >> magic >> train >> test >> channels >> side;
  if (magic != "pictures" || file.get() != '\n')
    throw std::invalid_argument(path + ": expected a file written by scripts/pictures_to_raw.py");
  const auto read = [&](at::IntArrayRef shape) {
    auto values = torch::empty(shape);
    file.read(reinterpret_cast<char*>(values.data_ptr<float>()), values.numel() * 4);
    if (!file) throw std::invalid_argument(path + ": ends too early");
    return values;
  };
  Pictures p;
  p.train = read({train, channels, side, side});
  p.train_labels = read({train}).to(torch::kInt64);
  p.test = read({test, channels, side, side});
  p.test_labels = read({test}).to(torch::kInt64);
  for (std::int64_t channel = 0; channel < channels; ++channel) normalise(p.train, p.test, channel);
  return p;
}

/// Copies the chosen pictures, each mirrored or not and moved by up to `shift` pixels each way, with 0 where nothing
/// was. A plain loop, so that the step waits for nothing.
class Augment {
 public:
  Augment(bool flip, int shift, unsigned seed) : flip_(flip), shift_(shift), random_(seed) {}

  /// pictures: (N, C, H, W), chosen: (B) -> (B, C, H, W)
  torch::Tensor operator()(const torch::Tensor& pictures, const torch::Tensor& chosen) {
    const std::int64_t channels = pictures.size(1), side = pictures.size(2), size = channels * side * side;
    auto batch = torch::zeros({chosen.size(0), channels, side, side});
    for (std::int64_t i = 0; i < chosen.size(0); ++i) {
      const float* from = pictures.data_ptr<float>() + chosen.data_ptr<std::int64_t>()[i] * size;
      float* to = batch.data_ptr<float>() + i * size;
      const bool mirror = flip_ && random_() % 2 == 1;
      const std::int64_t down = draw(), right = draw();
      for (std::int64_t plane = 0; plane < channels; ++plane)
        for (std::int64_t y = std::max<std::int64_t>(0, down); y < std::min(side, side + down); ++y)
          copy_row(from + (plane * side + y - down) * side, to + (plane * side + y) * side, side, right, mirror);
    }
    return batch;
  }

 private:
  std::int64_t draw() { return static_cast<std::int64_t>(random_() % static_cast<unsigned>(2 * shift_ + 1)) - shift_; }

  static void copy_row(const float* from, float* to, std::int64_t side, std::int64_t right, bool mirror) {
    const std::int64_t first = std::max<std::int64_t>(0, right), last = std::min(side, side + right);
    if (mirror)
      std::reverse_copy(from + side - (last - right), from + side - (first - right), to + first);
    else
      std::copy(from + first - right, from + last - right, to + first);
  }

  bool flip_;
  int shift_;
  std::mt19937 random_;
};
