#pragma once

#include <minnow/core/precision.hpp>

#include <filesystem>
#include <string>

namespace minnow::inline MINNOW_PRECISION::datasets {

/// A file or folder that was not read, and the reason.
struct SkippedFile {
  std::filesystem::path path;
  std::string reason;
};

}  // namespace minnow::inline MINNOW_PRECISION::datasets
