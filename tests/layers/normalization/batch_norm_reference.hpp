#pragma once

#include <minnow/core/error.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Returns an entry of state() by its name.
inline FixedTensor& entry(Layer& layer, const std::string& name) {
  for (const NamedTensor& found : layer.state())
    if (found.name == name) return *found.value;
  throw Error("no " + name);
}
/// Returns the gradient of a parameter by its name.
inline const Tensor& gradient(Layer& layer, const std::string& name) {
  for (const NamedTensor& found : layer.parameters())
    if (found.name == name) return found.parameter->grad;
  throw Error("no " + name);
}

/// The results by the definitions, in plain loops of long double.
struct Reference {
  std::vector<double> y, dx, dweight, dbias, mean, variance;

  Reference(const Tensor& x, const Tensor& dy, const Tensor& weight, const Tensor& bias, double eps = 1e-5) {
    const std::size_t channels = x.shape()[1], samples = x.shape()[0], size = x.size() / samples / channels;
    const auto n = static_cast<long double>(samples * size);
    y.resize(x.size());
    dx.resize(x.size());
    for (std::size_t c = 0; c < channels; ++c) {
      const auto sum = [&](const auto& term) {
        long double total = 0;
        for (std::size_t s = 0; s < samples; ++s)
          for (std::size_t i = 0; i < size; ++i) total += term((s * channels + c) * size + i);
        return total;
      };
      const auto at = [](const Tensor& t, std::size_t i) { return static_cast<long double>(t.data()[i]); };
      const long double m = sum([&](std::size_t i) { return at(x, i); }) / n;
      const long double v = sum([&](std::size_t i) { return (at(x, i) - m) * (at(x, i) - m); }) / n;
      const long double r = 1 / std::sqrt(v + static_cast<long double>(eps)), w = at(weight, c);
      const auto hat = [&](std::size_t i) { return (at(x, i) - m) * r; };
      const long double db = sum([&](std::size_t i) { return at(dy, i); });
      const long double dw = sum([&](std::size_t i) { return at(dy, i) * hat(i); });
      sum([&](std::size_t i) {
        y[i] = static_cast<double>(hat(i) * w + at(bias, c));
        dx[i] = static_cast<double>(w * r * (at(dy, i) - db / n - hat(i) * dw / n));
        return 0;
      });
      mean.push_back(static_cast<double>(m));
      variance.push_back(static_cast<double>(v));
      dweight.push_back(static_cast<double>(dw));
      dbias.push_back(static_cast<double>(db));
    }
  }
};

struct Pass {
  Tensor y, dx;
};

/// Runs forward and backward.
inline Pass run(Layer& layer, const Tensor& x, const Tensor& dy, Context& context) {
  Pass pass{zeros(layer.output_shape(x.shape())), zeros(x.shape())};
  layer.forward(x, pass.y, context);
  layer.backward(x, pass.y, dy, &pass.dx, context);
  return pass;
}

/// Sets weights and biases that differ between channels and from 1 and 0.
inline void set_affine(Layer& layer) {
  FixedTensor &weight = entry(layer, "weight"), &bias = entry(layer, "bias");
  for (std::size_t c = 0; c < weight.size(); ++c) {
    weight.data()[c] = static_cast<Real>(0.5 + 0.25 * static_cast<double>(c % 5));
    bias.data()[c] = static_cast<Real>(0.125 * static_cast<double>(c % 7) - 0.25);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
