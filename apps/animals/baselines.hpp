#pragma once

#include <minnow/minnow.hpp>

/// Share of test pictures whose nearest class mean, by Euclidean distance between pixels, is their own class's.
double nearest_class_mean(const minnow::Dataset& train, const minnow::Dataset& test, std::size_t classes);
