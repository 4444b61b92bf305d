#pragma once

#include <minnow/minnow.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// Labelled images in [0, 1], not normalised.
struct ImageData {
  std::vector<std::string> class_names;
  std::unique_ptr<const minnow::Dataset> train, test;
  std::vector<std::string> train_names{}, test_names{};  // the path of each image, or its number
};

/// Prepares drawings of the four animals, (3, size, size), each drawn at its first use.
ImageData drawn_animals(std::size_t size, std::size_t train, std::size_t test, minnow::Rng rng);

/// Reads photographs in DIR/{train,test}/CLASS/* or DIR/CLASS/*, (3, size, size). Prints the files that are skipped.
ImageData read_photographs(const std::filesystem::path& folder, std::size_t size, std::vector<std::string> class_order,
                           minnow::Rng rng);

/// Reads a folder of IDX files, (1, H, W), as digits or, with `fashion`, as clothes.
ImageData read_idx_images(const std::filesystem::path& folder, bool fashion);

/// Indices of samples.
using Indices = std::vector<std::size_t>;

/// Returns 0 to count - 1.
Indices all_indices(std::size_t count);

/// Removes the first `fraction` of the indices, rounded to a whole number of indices, and returns them. Throws
/// ValueError, which names the option, if a part would be empty.
Indices hold_out(Indices& indices, double fraction, const char* option);

/// Returns the names of the samples `indices`.
std::vector<std::string> chosen(const std::vector<std::string>& names, const Indices& indices);

/// Returns the mean and deviation of the first samples of a part, at most 1000: enough for photographs.
minnow::Normalization fit_normalization(const minnow::Dataset& all, const Indices& part);

/// Returns the images `indices` of a part, not normalised, and their labels.
minnow::Batch read_images(const minnow::Dataset& part, std::span<const std::size_t> indices);
