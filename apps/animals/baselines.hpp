#pragma once

#include <apps/animals/data.hpp>

/// Returns the share of test images whose nearest class mean, by Euclidean distance of the pixels, is that of their
/// class.
double nearest_class_mean(const Images& images);
