#pragma once

/// \file
/// Sequential, Residual, Concat, and the layers that they run.

#include <minnow/models/branches.hpp>
#include <minnow/models/concat.hpp>
#include <minnow/models/repeats_forward.hpp>
#include <minnow/models/residual.hpp>
#include <minnow/models/sequential.hpp>
