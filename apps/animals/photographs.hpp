#pragma once

#include <apps/support/classifier.hpp>

#include <filesystem>
#include <vector>

/// Prints a line for each photograph: the class, and the probabilities as bars. Prints the files that are no images to
/// stderr, and returns their number.
std::size_t classify_photographs(const Classifier& classifier, const std::vector<std::filesystem::path>& paths);
