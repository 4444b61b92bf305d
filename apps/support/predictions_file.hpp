#pragma once

#include <minnow/minnow.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// Returns the text as a field of a CSV file, quoted if it must be.
std::string csv_field(const std::string& text);

/// Writes a CSV file with a line for each image: its name, its class, the predicted class and the probability of each
/// class, with the digits of a float.
void write_predictions(const std::filesystem::path& path, const std::vector<std::string>& images,
                       const std::vector<std::string>& class_names, const minnow::Predictions& logits,
                       double temperature);
