#pragma once

#include <minnow/core/fixed_tensor.hpp>
#include <minnow/core/rng.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// The initialisation of a layer's weights and biases. fan_in and fan_out count the inputs and outputs that a unit is
/// connected to.
enum class Init {
  he,       // normal with variance 2 / fan_in, for ReLU (He et al., "Delving deep into rectifiers", 2015); biases 0
  xavier,   // uniform with variance 2 / (fan_in + fan_out), for tanh, sigmoid and linear units (Glorot and Bengio,
            // 2010); biases 0
  pytorch,  // uniform in +-1 / sqrt(fan_in), biases too; as torch.nn.Linear and Conv2d
};

/// Fills `weight` according to `rule`.
MINNOW_API void init_weight(FixedTensor& weight, Init rule, std::size_t fan_in, std::size_t fan_out, Rng& rng);

/// Fills `bias` according to `rule`.
MINNOW_API void init_bias(FixedTensor& bias, Init rule, std::size_t fan_in, Rng& rng);

/// Functions that fill a weight of an existing layer, as in torch.nn.init: init::orthogonal(*entry.value, rng).
namespace init {

struct Fans {
  std::size_t in, out;
};

/// Returns the fans of a weight (out, in), or (out, in / groups, kh, kw) of a convolution, where each is multiplied by
/// kh kw. As in PyTorch, `out` counts the outputs of all groups. Throws ShapeError if the weight has fewer than two
/// axes.
MINNOW_API Fans fans(const Shape& weight);

/// Which variance is preserved: `in` that of the activations in forward, `out` that of the gradients in backward.
enum class Fan { in, out };

/// Returns sqrt(2 / (1 + negative_slope^2)), the gain of a layer before ReLU or LeakyReLU. Usual gains are 5 / 3 for
/// tanh, and 1 for sigmoid and linear units.
MINNOW_API double relu_gain(double negative_slope = 0);

/// Fills the weight with standard deviation gain sqrt(2 / (in + out)) (Glorot and Bengio, 2010).
MINNOW_API void xavier_uniform(FixedTensor& weight, Rng& rng, double gain = 1);
MINNOW_API void xavier_normal(FixedTensor& weight, Rng& rng, double gain = 1);

/// Fills the weight with standard deviation gain / sqrt(fan) (He et al., 2015).
MINNOW_API void kaiming_uniform(FixedTensor& weight, Rng& rng, Fan fan = Fan::in, double gain = relu_gain());
MINNOW_API void kaiming_normal(FixedTensor& weight, Rng& rng, Fan fan = Fan::in, double gain = relu_gain());

/// Fills the weight, as a matrix (out, product of the other axes), with `gain` times a uniformly random matrix with
/// orthonormal rows, or orthonormal columns if there are fewer columns (Saxe, McClelland and Ganguli, 2014). Throws
/// ShapeError if the weight has fewer than two axes.
MINNOW_API void orthogonal(FixedTensor& weight, Rng& rng, double gain = 1);

/// Fills the tensor with normal values with the given mean and standard deviation, conditioned on [low, high]. Throws
/// ValueError if deviation <= 0, if the interval is empty, or if it is 10^6 deviations or more away from the mean.
MINNOW_API void trunc_normal(FixedTensor& tensor, Rng& rng, double mean = 0, double deviation = 1, double low = -2,
                             double high = 2);

}  // namespace init
}  // namespace minnow::inline MINNOW_PRECISION
