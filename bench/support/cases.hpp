#pragma once

// The cases of bench/cases.txt, which explains the words of a network.

#include <bench/support/values.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// One pass of one network.
struct Case {
  std::string group, name, pass;    // pass: predict, forward, step, train
  std::vector<std::int64_t> input;  // (N, ...)
  std::vector<std::string> words;   // of the network

  std::string benchmark(const std::string& who) const {
    return group + "/" + who + "/" + name + "," + pass + "," + std::to_string(input[0]);
  }
  std::size_t size() const {
    std::size_t product = 1;
    for (const std::int64_t extent : input) product *= static_cast<std::size_t>(extent);
    return product;
  }
  /// Returns true if the network has no dropout, so that results must agree among contenders.
  bool deterministic() const {
    return std::none_of(words.begin(), words.end(), [](const std::string& word) { return word[0] == 'd'; });
  }
  bool reads_indices() const { return words[0][0] == 'e'; }
};

inline std::vector<std::string> split(const std::string& text, char separator = ' ') {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

/// Reads a file such as bench/cases.txt. Throws std::runtime_error if it cannot be read.
inline std::vector<Case> read_cases(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<Case> cases;
  std::size_t first = 0;  // of the network whose words follow
  for (std::string line; std::getline(file, line);) {
    const auto words = split(line);
    if (words.empty() || words[0] == "#") continue;
    if (line[0] == ' ') {
      for (std::size_t i = first; i < cases.size(); ++i)
        cases[i].words.insert(cases[i].words.end(), words.begin(), words.end());
      continue;
    }
    first = cases.size();
    for (std::size_t i = 3; i < words.size(); ++i) {
      const std::size_t digits = words[i].find_first_of("0123456789");
      Case c{words[0], words[1], words[i].substr(0, digits), {std::stol(words[i].substr(digits))}, {}};
      for (const auto& extent : split(words[2], 'x')) c.input.push_back(std::stol(extent));
      cases.push_back(c);
    }
  }
  return cases;
}

/// Makes the network of a list of words by the functions of a Maker, such as convolution(net, in, out, ...).
template <class Maker>
class NetworkBuilder {
 public:
  using Net = typename Maker::Net;

  /// `input`: the shape of a batch.
  NetworkBuilder(Maker& maker, const std::vector<std::string>& words, const std::vector<std::int64_t>& input)
      : maker_(maker), words_(words), channels_(input[1]), side_(input.size() > 2 ? input[2] : 0) {}

  Net build() {
    Net net = maker_.empty();
    for (; next_ < words_.size() && words_[next_] != "]" && words_[next_] != "|"; ++next_)
      if (words_[next_] == "[")
        residual(net);
      else
        add(net, words_[next_]);
    return net;
  }

  /// Returns the multiplications and additions of the convolutions and dense layers of one sample, forward.
  double flops() const { return flops_; }

 private:
  /// Returns the number after a letter of the word, such as 5 for k in c8k5.
  static std::int64_t value(const std::string& word, char letter, std::int64_t otherwise) {
    const std::size_t at = word.find(letter);
    return at == std::string::npos || at + 1 == word.size() ? otherwise : std::stol(word.substr(at + 1));
  }

  void residual(Net& net) {
    const auto channels = channels_, side = side_;
    ++next_;
    Net body = build();
    if (words_.at(next_) == "]") return maker_.residual(net, body);
    ++next_;
    channels_ = channels, side_ = side;
    Net projection = build();
    maker_.residual(net, body, projection);
  }

  void convolution(Net& net, const std::string& word) {
    const auto out = value(word, 'c', 0), kernel = value(word, 'k', 3), stride = value(word, 's', 1);
    const auto groups = value(word, 'g', 1);
    const bool bias = next_ + 1 == words_.size() || words_[next_ + 1] != "b";
    maker_.convolution(net, channels_, out, kernel, stride, groups, bias);
    side_ = (side_ - 1) / stride + 1;
    flops_ += 2 * static_cast<double>(side_ * side_ * out * (channels_ / groups) * kernel * kernel);
    channels_ = out;
  }

  void pooling(Net& net, const std::string& word) {
    const auto kernel = value(word, word[0], 2), stride = value(word, 's', kernel), padding = (kernel - 1) / 2;
    maker_.pooling(net, word[0] == 'p', kernel, stride, padding);
    side_ = (side_ + 2 * padding - kernel) / stride + 1;
  }

  void flatten() { channels_ *= side_ > 0 ? side_ * side_ : 1, side_ = 0; }

  void add(Net& net, const std::string& word) {
    if (word == "gelu" || word == "softmax" || word == "r" || word == "r6") return maker_.activation(net, word);
    if (word == "layer_norm") return maker_.layer_norm(net, channels_);
    if (word == "b") return maker_.batch_norm(net, channels_, side_ > 0);
    switch (word[0]) {
      case 'c':
        return convolution(net, word);
      case 'p':
      case 'a':
        return pooling(net, word);
      case 'g':
        side_ = 0;
        return maker_.mean(net);
      case 'f':
        flatten();
        return maker_.flatten(net);
      case 'd':
        return maker_.dropout(net, std::stod(word.substr(1)));
      case 'e':
        return maker_.embedding(net, value(word, 'e', 0), value(word, 'w', 0));
      case 'l': {
        const std::int64_t out = value(word, 'l', 0);
        flops_ += 2 * static_cast<double>(channels_ * out);
        maker_.dense(net, channels_, out);
        channels_ = out;
        return;
      }
      default:
        throw std::invalid_argument("unknown word '" + word + "' of a network");
    }
  }

  Maker& maker_;
  const std::vector<std::string>& words_;
  std::int64_t channels_, side_;  // side_: 0 if x is not an image
  std::size_t next_ = 0;
  double flops_ = 0;
};

/// Writes the input of a case.
template <class T>
void fill_input(const Case& c, T* x) {
  if (c.reads_indices())
    fill_labels(x, c.size(), std::stol(c.words[0].substr(1)));
  else
    for (std::size_t i = 0; i < c.size(); ++i) x[i] = static_cast<T>(uniform(i));
}

/// Writes the initial values of parameter `index`: weights of fan_in > 1 uniform with He's variance, biases small.
/// Returns without a change if the parameter is the weight of a norm. `rows`: the first axis of a weight.
inline void fill_parameter(const std::string& name, std::size_t index, float* values, std::size_t size,
                           std::size_t rows, bool vector) {
  const bool bias = name.size() >= 4 && name.substr(name.size() - 4) == "bias";
  if (vector && !bias) return;
  const auto fan_in = static_cast<float>(size / rows);
  fill_uniform(values, size, vector ? 0.1F : std::sqrt(6 / fan_in), static_cast<std::uint32_t>(index + 1));
}

/// Returns the sum of squares, which must agree among contenders.
inline double squares(const float* values, std::size_t size) {
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return sum;
}

}  // namespace bench
