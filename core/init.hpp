#pragma once

#include <minnow/core/fixed_tensor.hpp>
#include <minnow/core/rng.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// How a layer's weights start. fan_in and fan_out are the inputs and outputs that one unit is connected to.
enum class Init {
  he,       // normal with variance 2 / fan_in, for ReLU (He et al., "Delving deep into rectifiers", 2015); biases 0
  xavier,   // uniform with variance 2 / (fan_in + fan_out), for tanh, sigmoid and linear units (Glorot and Bengio,
            // 2010); biases 0
  pytorch,  // uniform in +-1 / sqrt(fan_in), biases too: what torch.nn.Linear and Conv2d start with
};

/// Fills `weight` by the rule.
MINNOW_API void init_weight(FixedTensor& weight, Init rule, std::size_t fan_in, std::size_t fan_out, Rng& rng);

/// Fills `bias` by the rule.
MINNOW_API void init_bias(FixedTensor& bias, Init rule, std::size_t fan_in, Rng& rng);

/// What to fill a weight with after a layer was built, as torch.nn.init does: init::orthogonal(*entry.value, rng).
namespace init {

struct Fans {
  std::size_t in, out;
};

/// Of a weight (out, in), or (out, in / groups, kh, kw) of a convolution: what a unit is connected to is its channels
/// at each place of the kernel. `out` counts a convolution's outputs of all groups, as PyTorch does. Throws ShapeError
/// for fewer than two axes.
MINNOW_API Fans fans(const Shape& weight);

/// Which of the two keeps its variance: activations on the way forward, or gradients on the way back.
enum class Fan { in, out };

/// sqrt(2) for what ReLU follows; with its slope for x < 0, for what LeakyReLU follows. 5 / 3 is usual for tanh, 1 for
/// sigmoid and linear units.
MINNOW_API double relu_gain(double negative_slope = 0);

/// With standard deviation gain sqrt(2 / (in + out)) (Glorot and Bengio, 2010).
MINNOW_API void xavier_uniform(FixedTensor& weight, Rng& rng, double gain = 1);
MINNOW_API void xavier_normal(FixedTensor& weight, Rng& rng, double gain = 1);

/// With standard deviation gain / sqrt(fan) (He et al., 2015).
MINNOW_API void kaiming_uniform(FixedTensor& weight, Rng& rng, Fan fan = Fan::in, double gain = relu_gain());
MINNOW_API void kaiming_normal(FixedTensor& weight, Rng& rng, Fan fan = Fan::in, double gain = relu_gain());

/// As a matrix (out, the rest), `gain` times one with orthonormal rows, or columns where there are fewer, uniform among
/// all such (Saxe, McClelland and Ganguli, 2014). Throws ShapeError for fewer than two axes.
MINNOW_API void orthogonal(FixedTensor& weight, Rng& rng, double gain = 1);

/// Normal with the given mean and standard deviation, conditioned on lying within [low, high]: all values there keep
/// their odds. Throws ValueError unless deviation > 0 and the interval is neither empty nor out of reach.
MINNOW_API void trunc_normal(FixedTensor& tensor, Rng& rng, double mean = 0, double deviation = 1, double low = -2,
                             double high = 2);

}  // namespace init
}  // namespace minnow::inline MINNOW_PRECISION
