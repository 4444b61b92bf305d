#pragma once

/// \file
/// All of Minnow but the reader of photographs, <minnow/datasets/image_folder.hpp>.

#include <minnow/core/check_gradients.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/gemm.hpp>
#include <minnow/core/init.hpp>
#include <minnow/core/kernels.hpp>
#include <minnow/core/labels.hpp>
#include <minnow/core/layer.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>
#include <minnow/core/threads.hpp>
#include <minnow/core/version.hpp>
#include <minnow/datasets/animals.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/draw_animal.hpp>
#include <minnow/datasets/normalization.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/layers/dense.hpp>
#include <minnow/layers/flatten.hpp>
#include <minnow/layers/relu.hpp>
#include <minnow/layers/sequential.hpp>
#include <minnow/layers/sigmoid.hpp>
#include <minnow/layers/softmax.hpp>
#include <minnow/layers/tanh.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/losses/entropy.hpp>
#include <minnow/optim/sgd.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/find_non_finite.hpp>
#include <minnow/training/fit.hpp>
#include <minnow/training/metrics.hpp>
