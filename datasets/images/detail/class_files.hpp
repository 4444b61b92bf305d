#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/images/image_folder.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// The image files of one class.
struct ClassFiles {
  std::string name;
  std::vector<std::filesystem::path> train, test;
};

/// The classes of an image folder by name, and the entries that are not read.
struct FolderListing {
  std::vector<ClassFiles> classes;
  std::vector<SkippedFile> skipped;
};

/// Lists the images of each class, and splits them if the folder has no train/ and test/. Throws DataError if the
/// folder cannot be read or has no classes, or if a class has no image for each part.
FolderListing list_classes(const std::filesystem::path& folder, double test_fraction, const Rng& rng);

/// Throws DataError for read_image_folder.
[[noreturn]] void fail_to_read_folder(const std::string& what);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
