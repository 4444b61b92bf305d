#pragma once

#include <apps/animals/data.hpp>

/// Share of test pictures whose nearest class mean, by Euclidean distance between pixels, is their own class's.
double nearest_class_mean(const Pictures& pictures);
