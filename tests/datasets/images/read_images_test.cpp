#include <minnow/datasets/images/image.hpp>
#include <minnow/datasets/images/read_images.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <vector>

#include "image_files.hpp"
#include <gtest/gtest.h>

namespace {

using namespace minnow;
using namespace minnow::test;
using datasets::read_images;

TEST(ReadImages, DecodesFilesInTheirOrderAndSkipsTheOthers) {
  test::ImageFiles files;
  files.add("1.png");
  files.add_bytes("2.jpg", {'x'});
  files.add("3.png");
  const std::vector<fs::path> paths{files.root() / "3.png", files.root() / "2.jpg", files.root() / "1.png",
                                    files.root() / "none.png"};
  const datasets::ImageFiles read = read_images(paths, 4);
  EXPECT_EQ(read.paths, (std::vector<fs::path>{paths[0], paths[2]}));
  ASSERT_EQ(read.images.shape(), (Shape{2, 3, 4, 4}));
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<Real> alone(3 * 4 * 4);
    datasets::resample(datasets::read_image(read.paths[i]), 4, alone);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), read.images.data() + i * alone.size()));
  }
  ASSERT_EQ(read.skipped.size(), 2u);
  EXPECT_EQ(read.skipped[0].path, paths[1]);
  EXPECT_EQ(read.skipped[0].reason.rfind("not a JPEG or PNG", 0), 0u) << read.skipped[0].reason;
  EXPECT_EQ(read.skipped[1].path, paths[3]);
}

TEST(ReadImages, AcceptsNoFilesAndRefusesInvalidSizes) {
  EXPECT_EQ(read_images({}, 4).images.shape(), (Shape{0, 3, 4, 4}));
  EXPECT_EQ(message<ValueError>([] { read_images({}, 0); }), "read_images: expected a size from 1 to 16384, got 0.");
}

}  // namespace
