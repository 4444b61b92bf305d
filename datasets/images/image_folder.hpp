#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/tensor.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// A picture left out, and why.
struct SkippedFile {
  std::filesystem::path path;
  std::string reason;
};

struct ImageFolderOptions {
  std::size_t size = 32;                   ///< pictures become (3, size, size), see resample
  double test_fraction = 0.2;              ///< of each class, when the folder has no train/ and test/
  std::vector<std::string> class_order{};  ///< these first, in this order, when present; then the others, by name
};

/// One part of a folder of photographs, in memory: class by class, by file name within a class.
struct LabelledImages {
  Tensor images;                             ///< (N, 3, size, size) in [0, 1]
  Tensor labels;                             ///< (N), indices into class_names
  std::vector<std::filesystem::path> paths;  ///< N
};

struct ImageFolder {
  LabelledImages train, test;
  std::vector<std::string> class_names;
  std::vector<SkippedFile> skipped;  ///< the pictures that could not be decoded
};

/// Reads photographs laid out as `folder`/{train,test}/CLASS/* or as `folder`/CLASS/*, of which a random
/// `test_fraction` of each class (rounded, at least one picture in each part) becomes the test part; the same seed and
/// file names give the same parts. Pictures are the files *.jpg, *.jpeg and *.png in either case; other and hidden
/// files, and folders within a class, are ignored. Symbolic links are followed. Decodes on all cores; the result does
/// not depend on their number.
///
/// Throws ValueError for a size outside 1 to 16384 or a test_fraction outside (0, 1); DataError when the folder cannot
/// be read, has no classes, has other classes in train/ than in test/, or has a class without a usable picture in
/// either part.
MINNOW_API ImageFolder read_image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options,
                                         Rng rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
