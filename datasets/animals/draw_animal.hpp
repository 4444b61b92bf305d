#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>

#include <cstddef>
#include <span>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// The classes of drawn animals; the values are the labels.
enum class Animal { dog, cat, horse, cheetah };

/// Draws one animal into `rgb`, (3, size, size), with values in [0, 1]. Pose, coat, position, scale, light, background
/// and occluders are random; all but pose and coat have the same distribution for every animal. The image depends only
/// on the arguments. `size` is only the resolution, except for the noise, which is drawn per pixel. Throws ValueError
/// if `size` is outside [8, 16384], ShapeError if `rgb` does not have 3 * size * size elements.
MINNOW_API void draw_animal(Animal animal, std::size_t size, Rng rng, std::span<Real> rgb);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
