#pragma once

/// \file
/// Optimizers, learning rate schedules, gradient clipping and weight averages.

#include <minnow/optim/adam.hpp>
#include <minnow/optim/adamw.hpp>
#include <minnow/optim/clip_gradients.hpp>
#include <minnow/optim/ema.hpp>
#include <minnow/optim/grouped_optimizer.hpp>
#include <minnow/optim/optimizer.hpp>
#include <minnow/optim/parameter_groups.hpp>
#include <minnow/optim/reduce_lr_on_plateau.hpp>
#include <minnow/optim/rmsprop.hpp>
#include <minnow/optim/schedules.hpp>
#include <minnow/optim/sgd.hpp>
