#pragma once

/// \file
/// Every layer. The containers that combine layers are in <minnow/models.hpp>.

#include <minnow/layers/activation/gelu.hpp>
#include <minnow/layers/activation/hardsigmoid.hpp>
#include <minnow/layers/activation/hardswish.hpp>
#include <minnow/layers/activation/leaky_relu.hpp>
#include <minnow/layers/activation/log_softmax.hpp>
#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/activation/relu6.hpp>
#include <minnow/layers/activation/sigmoid.hpp>
#include <minnow/layers/activation/silu.hpp>
#include <minnow/layers/activation/softmax.hpp>
#include <minnow/layers/activation/tanh.hpp>
#include <minnow/layers/convolution/conv2d.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/layers/linear/embedding.hpp>
#include <minnow/layers/normalization/batch_norm.hpp>
#include <minnow/layers/normalization/layer_norm.hpp>
#include <minnow/layers/pooling/avg_pool2d.hpp>
#include <minnow/layers/pooling/global_avg_pool2d.hpp>
#include <minnow/layers/pooling/max_pool2d.hpp>
#include <minnow/layers/pooling/pooling_window.hpp>
#include <minnow/layers/regularization/dropout.hpp>
#include <minnow/layers/shape/flatten.hpp>
#include <minnow/layers/shape/reshape.hpp>
#include <minnow/layers/shape/zero_pad2d.hpp>
