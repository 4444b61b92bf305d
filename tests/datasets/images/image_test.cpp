#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include "encode_images.hpp"
#include "stored_as.hpp"
#include <gtest/gtest.h>

namespace {

using namespace minnow;
using namespace minnow::test;
using datasets::decode_image;

std::string reason(const Bytes& bytes) {
  try {
    decode_image(bytes);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

template <class F>
std::string data_error(F&& call) {
  try {
    call();
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

int largest_difference(const Image& a, const Image& b) {
  if (a.height != b.height || a.width != b.width || a.rgb.size() != b.rgb.size()) return 256;
  int largest = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) largest = std::max(largest, std::abs(a.rgb[i] - b.rgb[i]));
  return largest;
}

// ---- JPEG

TEST(DecodeJpeg, Rgb) {
  const Image image = slopes(37, 53);
  for (const bool progressive : {false, true})
    EXPECT_LE(largest_difference(decode_image(jpeg(37, 53, image.rgb, {.progressive = progressive})), image), 3);
}

TEST(DecodeJpeg, GreyBecomesThreeEqualChannels) {
  Bytes grey(20 * 30);
  for (std::size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<std::uint8_t>(i / 30 * 10 + 5);
  const Image image = decode_image(jpeg(20, 30, grey, {.space = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE}));
  ASSERT_EQ(image.rgb.size(), grey.size() * 3);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) ASSERT_NEAR(image.rgb[i], grey[i / 3], 2) << i;
}

// With Adobe's marker, CMYK values are inverted (255 = no ink); without it, 0 = no ink.
TEST(DecodeJpeg, CmykAndYcckInBothConventions) {
  const std::array<int, 4> light{200, 120, 40, 180};
  for (const J_COLOR_SPACE stored : {JCS_CMYK, JCS_YCCK})
    for (const bool adobe : {true, false}) {
      if (stored == JCS_YCCK && !adobe) continue;  // YCCK requires the marker
      Bytes samples;
      for (std::size_t i = 0; i < 16 * 16 * 4; ++i)
        samples.push_back(static_cast<std::uint8_t>(adobe ? light[i % 4] : 255 - light[i % 4]));
      const Image image = decode_image(jpeg(16, 16, samples, {.space = JCS_CMYK, .stored = stored, .adobe = adobe}));
      ASSERT_EQ(image.rgb.size(), 16u * 16 * 3);
      for (std::size_t i = 0; i < image.rgb.size(); ++i)
        ASSERT_NEAR(image.rgb[i], light[i % 3] * 180 / 255.0, 3) << stored << adobe;
    }
}

TEST(DecodeJpeg, AppliesEveryExifOrientation) {
  const Image scene = slopes(24, 40);
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (const bool big_endian : {false, true}) {
      const Image stored = stored_as(scene, orientation);
      const Bytes bytes = jpeg(stored.height, stored.width, stored.rgb, {.app1 = exif(orientation, big_endian)});
      EXPECT_LE(largest_difference(decode_image(bytes), scene), 3) << orientation << big_endian;
    }
}

TEST(DecodeJpeg, MalformedExifIsIgnored) {
  const Image scene = slopes(24, 40);
  const auto shows_scene = [&](const Bytes& app1) {
    return largest_difference(decode_image(jpeg(24, 40, scene.rgb, {.app1 = app1})), scene) <= 3;
  };
  for (const int orientation : {0, 9, 65535}) EXPECT_TRUE(shows_scene(exif(orientation, true)));
  const Bytes whole = exif(6, true);
  for (std::size_t length = 1; length < 38; ++length)  // the value ends at 38
    EXPECT_TRUE(shows_scene(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)))) << length;
  for (const std::size_t at :
       {6u, 9u, 10u, 14u, 28u, 31u, 35u}) {  // byte order, 42, directory, entries, tag, type, count
    Bytes changed = whole;
    changed[at] ^= 0xFF;
    if (at == 14) changed[15] = 1, changed[14] = 0;  // the second entry is unused
    EXPECT_TRUE(shows_scene(changed)) << at;
  }
}

// ---- PNG

TEST(DecodePng, RgbPlainAndInterlaced) {
  const Image image = slopes(37, 53);
  for (const bool interlaced : {false, true})
    EXPECT_EQ(decode_image(png(37, 53, image.rgb, {.interlaced = interlaced})).rgb, image.rgb);
}

TEST(DecodePng, GreyOfEveryDepth) {
  for (const int depth : {1, 2, 4, 8, 16}) {
    Bytes row(depth == 16 ? 16 : static_cast<std::size_t>(depth), 0);  // eight pixels
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<std::uint8_t>(0x1B + 37 * i);
    const Image image = decode_image(png(1, 8, row, {.type = PNG_COLOR_TYPE_GRAY, .depth = depth}));
    ASSERT_EQ(image.rgb.size(), 24u);
    for (std::size_t x = 0; x < 8; ++x) {
      unsigned value = 0;
      for (std::size_t bit = x * static_cast<unsigned>(depth); bit < (x + 1) * static_cast<unsigned>(depth); ++bit)
        value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1);
      const double expected = value * 255.0 / ((1u << depth) - 1);
      for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(image.rgb[3 * x + c], expected, 0.5001) << depth << " " << x;
    }
  }
}

TEST(DecodePng, SixteenBitSamplesAreScaledNotGammaCorrected) {
  const Bytes row{0x80, 0x00, 0x40, 0x00, 0x10, 0x10, 0xFF, 0xFF, 0x00, 0x00, 0x01, 0x01};
  for (const double gamma : {0.0, 1.0, 0.45455})
    EXPECT_EQ(decode_image(png(1, 2, row, {.depth = 16, .gamma = gamma})).rgb, (Bytes{128, 64, 16, 255, 0, 1}));
}

TEST(DecodePng, CompositesTransparencyOverWhite) {
  EXPECT_EQ(
      decode_image(png(1, 3, {10, 20, 30, 255, 10, 20, 30, 0, 100, 0, 200, 51}, {.type = PNG_COLOR_TYPE_RGBA})).rgb,
      (Bytes{10, 20, 30, 255, 255, 255, 224, 204, 244}));
  EXPECT_EQ(decode_image(png(1, 2, {90, 255, 90, 0}, {.type = PNG_COLOR_TYPE_GRAY_ALPHA})).rgb,
            (Bytes{90, 90, 90, 255, 255, 255}));
  EXPECT_EQ(decode_image(png(1, 2, {90, 91}, {.type = PNG_COLOR_TYPE_GRAY, .transparent_grey = 91})).rgb,
            (Bytes{90, 90, 90, 255, 255, 255}));
}

TEST(DecodePng, Palette) {
  const PngOptions options{.type = PNG_COLOR_TYPE_PALETTE, .depth = 4, .palette = {{1, 2, 3}, {40, 50, 60}, {7, 8, 9}}};
  EXPECT_EQ(decode_image(png(1, 4, {0x10, 0x21}, options)).rgb, (Bytes{40, 50, 60, 1, 2, 3, 7, 8, 9, 40, 50, 60}));
  PngOptions faded = options;
  faded.palette_alpha = {0};
  EXPECT_EQ(decode_image(png(1, 4, {0x10, 0x21}, faded)).rgb, (Bytes{40, 50, 60, 255, 255, 255, 7, 8, 9, 40, 50, 60}));
}

// ---- Invalid data

TEST(DecodeImage, ReportsTheReason) {
  EXPECT_EQ(reason({}), "empty (0 bytes)");
  const std::string text = "GIF89a\n\"";
  EXPECT_EQ(reason(Bytes(text.begin(), text.end())), "not a JPEG or PNG (starts with \"GIF89a\\x0a\"\")");
  EXPECT_EQ(reason({0xFF, 0xD8}), "not a JPEG or PNG (starts with \"\\xff\\xd8\")");
}

TEST(DecodeImage, RejectsHugeExtentsBeforeAllocating) {
  Bytes bytes = png(1, 1, {0, 0, 0}, {});
  for (const std::size_t at : {17u, 21u}) bytes[at] = 1;  // 65537 x 65537
  repair_checksums(bytes);
  EXPECT_NE(reason(bytes).find("too large (65537 x 65537 pixels"), std::string::npos) << reason(bytes);

  bytes = jpeg(8, 8, Bytes(8 * 8 * 3), {});
  for (std::size_t i = 0; i + 9 < bytes.size(); ++i)
    if (bytes[i] == 0xFF && bytes[i + 1] == 0xC0) bytes[i + 5] = bytes[i + 7] = 0xF0;  // 0xF008 x 0xF008
  EXPECT_NE(reason(bytes).find("too large (61448 x 61448 pixels"), std::string::npos) << reason(bytes);
}

TEST(DecodeImage, RejectsEveryTruncation) {
  const Image image = slopes(24, 40);
  for (const Bytes& whole :
       {jpeg(24, 40, image.rgb, {.app1 = exif(6, false)}), jpeg(24, 40, image.rgb, {.progressive = true}),
        png(24, 40, image.rgb, {}), png(24, 40, image.rgb, {.interlaced = true})}) {
    ASSERT_EQ(reason(whole), "");
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::string why = reason(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      ASSERT_NE(why, "") << length << " of " << whole.size();
      if (length > 8) {
        ASSERT_EQ(why.rfind("truncated", 0), 0u) << length << ": " << why;
      }
    }
  }
}

TEST(DecodeImage, HandlesDamagedData) {
  const Image image = slopes(24, 40);
  const Bytes rgba(24 * 40 * 4, 77);
  const std::vector<Bytes> encoded{
      jpeg(24, 40, image.rgb, {.app1 = exif(8, true)}),
      jpeg(24, 40, image.rgb, {.progressive = true}),
      jpeg(24, 40, rgba, {.space = JCS_CMYK, .stored = JCS_YCCK, .adobe = true}),
      png(24, 40, image.rgb, {.interlaced = true}),
      png(24, 40, rgba, {.type = PNG_COLOR_TYPE_RGBA}),
      png(24, 40, Bytes(24 * 10, 0x1B),
          {.type = PNG_COLOR_TYPE_PALETTE, .depth = 2, .palette = std::vector<png_color>(3), .palette_alpha = {9, 8}})};
  const Rng seed{20};
  for (std::size_t i = 0; i < 600; ++i) {
    Rng rng = seed.stream(i);
    Bytes bytes = encoded[i % encoded.size()];
    for (std::uint64_t n = 1 + rng.below(8); n > 0; --n)
      bytes[rng.below(rng.chance(0.5) ? bytes.size() : std::min<std::size_t>(bytes.size(), 200))] =
          static_cast<std::uint8_t>(rng.bits());
    if (bytes[0] == 0x89 && rng.chance(0.8)) repair_checksums(bytes);
    try {
      const Image decoded = decode_image(bytes);
      EXPECT_EQ(decoded.rgb.size(), decoded.height * decoded.width * 3);
    } catch (const DataError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

// ---- Files

TEST(ReadImage, DetectsTheFormatFromTheContent) {
  const TemporaryFolder folder;
  const Image image = slopes(9, 7);
  EXPECT_EQ(datasets::read_image(folder.file("really-a-png.jpg", png(9, 7, image.rgb, {}))).rgb, image.rgb);
}

TEST(ReadImage, ErrorsNameTheFile) {
  const TemporaryFolder folder;
  const auto error = [](const fs::path& path) { return data_error([&] { datasets::read_image(path); }); };
  const fs::path text = folder.file("a.jpg", {'h', 'e', 'l', 'l', 'o'});
  EXPECT_EQ(error(text), "read_image: expected a JPEG or PNG at '" + text.string() +
                             "', got: not a JPEG or PNG (starts with \"hello\").");
  EXPECT_NE(error(folder.file("empty.png", {})).find("empty (0 bytes)"), std::string::npos);
  EXPECT_NE(error(folder / "missing.jpg").find("No such file"), std::string::npos) << error(folder / "missing.jpg");
  EXPECT_NE(error(folder / "").find("not a regular file"), std::string::npos);
  const fs::path huge = folder.file("huge.jpg", {0xFF, 0xD8, 0xFF});
  fs::resize_file(huge, std::uintmax_t{1} << 36);  // a sparse file
  EXPECT_NE(error(huge).find("file too large"), std::string::npos) << error(huge);
}

TEST(WritePng, RoundTripLeavesNoOtherFiles) {
  const TemporaryFolder folder;
  const Image image = slopes(13, 29);
  for (int i = 0; i < 2; ++i) datasets::write_png(folder / "out.png", image);  // the second replaces the first
  const Image back = datasets::read_image(folder / "out.png");
  EXPECT_EQ(back.height, 13u);
  EXPECT_EQ(back.rgb, image.rgb);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()), 1);
}

TEST(WritePng, Errors) {
  const TemporaryFolder folder;
  EXPECT_THROW(datasets::write_png(folder / "a.png", {}), ShapeError);
  EXPECT_THROW(datasets::write_png(folder / "a.png", {2, 2, Bytes(11)}), ShapeError);
  EXPECT_NE(data_error([&] { datasets::write_png(folder / "no/a.png", slopes(2, 2)); }).find("No such file"),
            std::string::npos);
  fs::create_directory(folder / "taken.png");
  EXPECT_NE(data_error([&] { datasets::write_png(folder / "taken.png", slopes(2, 2)); }), "");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / ""), fs::directory_iterator()), 1);
}

}  // namespace
