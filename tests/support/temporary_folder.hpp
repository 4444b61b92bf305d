#pragma once

#include <minnow/core/precision.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace minnow::inline MINNOW_PRECISION::testing {

/// A new empty folder, which the destructor deletes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "minnow-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace minnow::inline MINNOW_PRECISION::testing
