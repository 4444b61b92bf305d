// The eXIf chunk of a PNG: a TIFF structure, without JPEG's prefix "Exif\0\0". The chunk may precede or follow the
// image data.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "encode_images.hpp"
#include "stored_as.hpp"
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

namespace {

using namespace minnow;
using namespace minnow::test;
using datasets::decode_image;

Bytes tiff(int orientation, bool big_endian) {
  Bytes bytes = exif(orientation, big_endian);
  bytes.erase(bytes.begin(), bytes.begin() + 6);
  return bytes;
}

Bytes chunk(const std::string& type, const Bytes& data) {
  Bytes bytes;
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(data.size() >> shift));
  bytes.insert(bytes.end(), type.begin(), type.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  const std::uint32_t crc = test::crc32(&bytes[4], bytes.data() + bytes.size());
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(crc >> shift));
  return bytes;
}

/// Returns the PNG with a chunk inserted before the first chunk of the type `before`.
Bytes with_chunk(Bytes bytes, const Bytes& inserted, const std::string& before) {
  const auto at = std::search(bytes.begin(), bytes.end(), before.begin(), before.end()) - 4;
  bytes.insert(at, inserted.begin(), inserted.end());
  return bytes;
}

/// Returns the largest resident size of the process so far, in kB.
long peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

const Image scene = slopes(24, 40);

::testing::AssertionResult shows_scene(const Bytes& bytes) {
  try {
    const Image image = decode_image(bytes);
    if (image.height == scene.height && image.width == scene.width && image.rgb == scene.rgb)
      return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "another image of " << image.height << " x " << image.width;
  } catch (const DataError& error) {
    return ::testing::AssertionFailure() << error.what();
  }
}

TEST(PngOrientation, IsAppliedBeforeAndAfterTheImageData) {
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (const bool big_endian : {false, true})
      for (const bool interlaced : {false, true})
        for (const char* before : {"IDAT", "IEND"}) {
          const Image stored = stored_as(scene, orientation);
          const Bytes bytes = png(stored.height, stored.width, stored.rgb, {.interlaced = interlaced});
          EXPECT_TRUE(shows_scene(with_chunk(bytes, chunk("eXIf", tiff(orientation, big_endian)), before)))
              << orientation << big_endian << interlaced << before;
        }
}

TEST(PngOrientation, IsAppliedToTransparentImages) {
  const Image stored = stored_as(scene, 6);
  Bytes rgba;
  for (std::size_t i = 0; i < stored.rgb.size(); i += 3) {
    rgba.insert(rgba.end(), &stored.rgb[i], &stored.rgb[i] + 3);
    rgba.push_back(255);
  }
  const Bytes bytes = png(stored.height, stored.width, rgba, {.type = PNG_COLOR_TYPE_RGBA});
  EXPECT_TRUE(shows_scene(with_chunk(bytes, chunk("eXIf", tiff(6, true)), "IDAT")));
}

// Some programs copy the prefix of JPEG's segment.
TEST(PngOrientation, ThePrefixOfJpegIsAccepted) {
  const Image stored = stored_as(scene, 6);
  const Bytes bytes = png(stored.height, stored.width, stored.rgb, {});
  for (const char* before : {"IDAT", "IEND"})
    EXPECT_TRUE(shows_scene(with_chunk(bytes, chunk("eXIf", exif(6, true)), before)));
}

TEST(PngOrientation, MalformedChunksAreIgnored) {
  const Bytes bytes = png(24, 40, scene.rgb, {}), whole = tiff(6, true);
  for (const char* before : {"IDAT", "IEND"}) {
    for (const int orientation : {0, 9, 65535})
      EXPECT_TRUE(shows_scene(with_chunk(bytes, chunk("eXIf", tiff(orientation, false)), before))) << orientation;
    for (std::size_t length = 0; length < 32; ++length)  // the value ends at 32
      EXPECT_TRUE(shows_scene(with_chunk(
          bytes, chunk("eXIf", Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))), before)))
          << length;
    for (const char* text : {"xxxxxxxxxxxxxxxxxxxxxxxxxx", "Exif", "MI", "II*"})
      EXPECT_TRUE(shows_scene(with_chunk(bytes, chunk("eXIf", Bytes(text, text + std::strlen(text))), before))) << text;
    Bytes wrong_checksum = chunk("eXIf", whole);
    wrong_checksum.back() ^= 1;
    EXPECT_TRUE(shows_scene(with_chunk(bytes, wrong_checksum, before)));
  }
}

TEST(PngOrientation, TheFirstValidChunkCounts) {
  const Image stored = stored_as(scene, 8);
  Bytes bytes = png(stored.height, stored.width, stored.rgb, {});
  bytes = with_chunk(bytes, chunk("eXIf", tiff(8, true)), "IDAT");
  EXPECT_TRUE(shows_scene(with_chunk(bytes, chunk("eXIf", tiff(3, true)), "IEND")));
  const Bytes plain = png(24, 40, scene.rgb, {});  // a chunk inside of another chunk is no chunk
  EXPECT_TRUE(shows_scene(with_chunk(plain, chunk("teXt", chunk("eXIf", tiff(3, true))), "IDAT")));
}

// Each zTXt chunk of about 8 kB unpacks to 8 MB. No such chunk is unpacked.
TEST(PngOrientation, OtherChunksAreSkippedWithoutUnpacking) {
  Bytes profile{'n', 0, 0};
  uLongf size = compressBound(7 << 20);
  Bytes packed(size);
  const Bytes text(7 << 20, 'x');
  ASSERT_EQ(compress2(packed.data(), &size, text.data(), text.size(), 9), Z_OK);
  profile.insert(profile.end(), packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
  const Bytes one = chunk("zTXt", profile);
  Bytes all;
  for (int i = 0; i < 60; ++i) all.insert(all.end(), one.begin(), one.end());
  const Bytes bytes = with_chunk(with_chunk(png(24, 40, scene.rgb, {}), all, "IDAT"), all, "IEND");
  const long before = peak_memory();
  EXPECT_TRUE(shows_scene(bytes));
  EXPECT_LT(peak_memory() - before, 100 << 10);  // in kB
}

TEST(PngOrientation, OfTheSharedFile) {
  const fs::path path = shared_case("exif-6.png");
  if (path.empty()) GTEST_SKIP() << "no shared/cases/exif-6.png beside the source tree: NOT TESTED";
  const Image image = datasets::read_image(path);
  EXPECT_EQ(image.height, 30u);
  EXPECT_EQ(image.width, 20u);
}

}  // namespace
