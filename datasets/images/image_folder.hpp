#pragma once

#include <minnow/core/rng.hpp>
#include <minnow/datasets/images/skipped_file.hpp>
#include <minnow/datasets/tensor_dataset.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets {

struct ImageFolderOptions {
  std::size_t size = 32;                   ///< images are resized to (3, size, size), see resample
  double test_fraction = 0.2;              ///< of each class, if the folder has no train/ and test/
  std::vector<std::string> class_order{};  ///< these classes come first, in this order; then the others, by name
};

/// The training or the test part of an image folder, ordered by class and then by file name. Inputs are
/// (N, 3, size, size) in [0, 1], targets (N) indices into class_names.
struct LabelledImages : TensorDataset {
  LabelledImages(TensorDataset samples, std::vector<std::filesystem::path> files)
      : TensorDataset(std::move(samples)), paths(std::move(files)) {}

  std::vector<std::filesystem::path> paths;  ///< N
};

struct ImageFolder {
  LabelledImages train, test;
  std::vector<std::string> class_names;
  std::vector<SkippedFile> skipped;  ///< entries that are not read, then images that could not be decoded
};

/// Reads images laid out as `folder`/{train,test}/CLASS/* or as `folder`/CLASS/*. In the second layout, a random
/// `test_fraction` of each class (rounded, at least one image in each part) is the test part; the same seed and file
/// names give the same parts. Images are the files *.jpg, *.jpeg, *.jpe, *.jif, *.jfif, *.jfi, *.pjpeg, *.pjp and
/// *.png, in upper or lower case. Symbolic links are followed. Decodes on all cores; the result does not depend on
/// their number.
///
/// `skipped` lists the images and folders that are not read: images of other formats, JPEGs and PNGs without such a
/// suffix, images outside of the class folders, folders within a class, and folders beside train/ and test/. Other
/// files are ignored, and so are names that begin with a dot and folders of operating systems, such as __MACOSX and
/// @eaDir.
///
/// Throws ValueError if size is outside [1, 16384] or test_fraction outside (0, 1). Throws DataError if the folder
/// cannot be read, has no classes, has different classes in train/ and test/, or has a class without a usable image in
/// either part.
MINNOW_API ImageFolder read_image_folder(const std::filesystem::path& folder, const ImageFolderOptions& options,
                                         Rng rng);

}  // namespace minnow::inline MINNOW_PRECISION::datasets
