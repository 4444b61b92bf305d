#pragma once

/// \file
/// Sequential, Residual, Concat, Multiply, and the layers that they run.

#include <minnow/models/any_layer.hpp>
#include <minnow/models/branches.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/layer_table.hpp>
#include <minnow/models/multiply.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>
