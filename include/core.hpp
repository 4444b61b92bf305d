#pragma once

/// \file
/// Tensors, parameters, the Layer interface, random numbers, matrix products, threads and check_gradients.

#include <minnow/core/change_stamp.hpp>
#include <minnow/core/check_gradients.hpp>
#include <minnow/core/context.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/fixed_tensor.hpp>
#include <minnow/core/init.hpp>
#include <minnow/core/label_encoder.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/core/layer.hpp>
#include <minnow/core/layer_config.hpp>
#include <minnow/core/math/gemm.hpp>
#include <minnow/core/math/instruction_set.hpp>
#include <minnow/core/math/kernels.hpp>
#include <minnow/core/parameter.hpp>
#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/size2d.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/core/state_view.hpp>
#include <minnow/core/state_visitor.hpp>
#include <minnow/core/tensor.hpp>
#include <minnow/core/threading/denormals.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/core/version.hpp>
