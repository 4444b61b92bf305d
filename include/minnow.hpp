#pragma once

/// \file
/// Everything but the readers of image files, in <minnow/images.hpp> and the target minnow::images, and the export of
/// ONNX files, in <minnow/onnx.hpp> and the target minnow::onnx.

#include <minnow/core.hpp>
#include <minnow/datasets.hpp>
#include <minnow/io.hpp>
#include <minnow/layers.hpp>
#include <minnow/losses.hpp>
#include <minnow/models.hpp>
#include <minnow/optim.hpp>
#include <minnow/training.hpp>
