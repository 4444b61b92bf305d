#pragma once

#include <apps/support/classifier.hpp>

#include <filesystem>
#include <vector>

/// Prints a line for each photograph: the class by the model in the file `model`, and the probabilities as bars. Throws
/// DataError after the last line if files are no images.
void classify_photographs(const std::filesystem::path& model, const std::vector<std::filesystem::path>& paths);
