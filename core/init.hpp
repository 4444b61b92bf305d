#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>

namespace minnow::inline MINNOW_PRECISION {

/// How a layer's weights start. fan_in and fan_out are the inputs and outputs that one unit is connected to.
enum class Init {
  he,       // normal with variance 2 / fan_in, for ReLU (He et al., "Delving deep into rectifiers", 2015); biases 0
  xavier,   // uniform with variance 2 / (fan_in + fan_out), for tanh, sigmoid and linear units (Glorot and Bengio,
            // 2010); biases 0
  pytorch,  // uniform in +-1 / sqrt(fan_in), biases too: what torch.nn.Linear starts with
};

/// Fills `weight` by the rule.
MINNOW_API void init_weight(Tensor& weight, Init rule, std::size_t fan_in, std::size_t fan_out, Rng& rng);

/// Fills `bias` by the rule.
MINNOW_API void init_bias(Tensor& bias, Init rule, std::size_t fan_in, Rng& rng);

}  // namespace minnow::inline MINNOW_PRECISION
