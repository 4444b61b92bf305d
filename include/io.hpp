#pragma once

/// \file
/// Files of models and tensors.

#include <minnow/io/architecture.hpp>
#include <minnow/io/checkpoint.hpp>
#include <minnow/io/cpp/export_cpp.hpp>
#include <minnow/io/element_type.hpp>
#include <minnow/io/model.hpp>
#include <minnow/io/npy.hpp>
#include <minnow/io/npz.hpp>
#include <minnow/io/output_file.hpp>
#include <minnow/io/pytorch.hpp>
#include <minnow/io/safetensors.hpp>
#include <minnow/io/tensor_reader.hpp>
#include <minnow/io/weights.hpp>
