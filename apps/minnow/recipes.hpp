#pragma once

#include <minnow/minnow.hpp>

#include <apps/minnow/data.hpp>
#include <apps/support/networks.hpp>

#include <cstddef>
#include <memory>
#include <string>

/// Returns the settings with the defaults for their kind of data and model, and the architecture in the file that
/// --model names. Throws ValueError if settings contradict each other, or a `given` setting, one of the command line,
/// has no effect on such data.
Settings resolved(Settings settings, const Settings& given = {});

/// Makes the model for samples of this shape. Throws ValueError or ShapeError, with both shapes, if the model does not
/// fit the data.
minnow::Sequential make_model(const Settings& settings, const minnow::Shape& sample, std::size_t outputs,
                              minnow::Rng rng);

/// Returns the changes of training images.
ImageChanges image_changes(const Settings& settings);

/// Returns the optimizer with its schedule.
std::unique_ptr<minnow::Optimizer> make_optimizer(const Settings& settings, minnow::Layer& model, std::size_t steps);
