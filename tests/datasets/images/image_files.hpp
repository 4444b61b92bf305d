#pragma once

#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/images/image.hpp>
#include <minnow/datasets/images/image_folder.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

#include "encode_images.hpp"
#include <gtest/gtest.h>

namespace minnow::test {

using datasets::ImageFolder;
using datasets::ImageFolderOptions;

/// A temporary folder of image files. Each image has one grey value, its serial number.
class ImageFiles {
 public:
  fs::path root() const { return folder_ / ""; }

  void add(const fs::path& name) {
    fs::create_directories((root() / name).parent_path());
    const auto shade = static_cast<std::uint8_t>(++serial_);
    datasets::write_png(root() / name, {3, 5, Bytes(3 * 5 * 3, shade)});
  }
  void add_class(const fs::path& name, int count, const std::string& suffix = ".png") {
    for (int i = 0; i < count; ++i) add(name / ("p" + std::to_string(100 + i) + suffix));
  }
  void add_bytes(const fs::path& name, const Bytes& bytes = {}) {
    fs::create_directories((root() / name).parent_path());
    folder_.file(name.string(), bytes);
  }
  ImageFolder read(const ImageFolderOptions& options = {.size = 4}, std::uint64_t seed = 1) const {
    return datasets::read_image_folder(root(), options, Rng{seed});
  }
  std::string error(const ImageFolderOptions& options = {.size = 4}) const {
    try {
      read(options);
    } catch (const DataError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_EQ(std::string(error.what()).rfind("read_image_folder: ", 0), 0u);
      return error.what();
    }
    return "no error";
  }

 private:
  TemporaryFolder folder_;
  int serial_ = 0;
};

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

}  // namespace minnow::test
