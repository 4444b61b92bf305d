#pragma once

/// \file
/// The export of models as ONNX files, in the target minnow::onnx.

#include <minnow/io/onnx/export_onnx.hpp>
