#pragma once

#include <minnow/core/precision.hpp>

#include <filesystem>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

/// Returns the entries of a folder, sorted by the bytes of their names, without the hidden entries and the folders of
/// operating systems. Throws DataError if the folder cannot be read.
std::vector<std::filesystem::path> visible_entries(const std::filesystem::path& folder);

bool is_folder(const std::filesystem::path& path);

enum class Entry {
  image,          ///< has the suffix of a JPEG or PNG; broken links are included, so that they are reported as skipped
  other_image,    ///< has the suffix of another image format
  unnamed_image,  ///< another file whose content is a JPEG or PNG
  folder,
  other,
};

Entry classify(const std::filesystem::path& path);

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
