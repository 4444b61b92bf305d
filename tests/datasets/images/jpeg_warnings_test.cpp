// libjpeg warns of deviations from the standard. Warnings that leave all pixels intact are ignored; the others are
// errors. The tests cover the warnings
// of jerror.h except JWRN_ARITH_BAD_CODE, JWRN_BOGUS_ICC and JWRN_TOO_MUCH_DATA.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "encode_images.hpp"
#include "stored_as.hpp"
#include <gtest/gtest.h>

namespace {

using namespace minnow;
using namespace minnow::test;
using datasets::decode_image;

/// A marker of a JPEG: its code and its position. A scan's entropy-coded data follow the marker's segment.
struct Marker {
  int code;
  std::size_t at;
};

std::vector<Marker> markers(const Bytes& bytes) {
  std::vector<Marker> list;
  for (std::size_t at = 0; at + 1 < bytes.size(); ++at) {
    const int code = bytes[at + 1];
    if (bytes[at] != 0xFF || code == 0 || code == 0xFF) continue;
    list.push_back({code, at});
    const bool has_length = code < 0xD0 || code > 0xD9;
    at += has_length ? std::size_t{bytes[at + 2]} * 256 + bytes[at + 3] + 1 : 1;
  }
  return list;
}

std::size_t find(const Bytes& bytes, int code) {
  for (const Marker& marker : markers(bytes))
    if (marker.code == code) return marker.at;
  ADD_FAILURE() << "no marker " << code;
  return 0;
}

Bytes inserted(Bytes bytes, std::size_t at, const Bytes& more) {
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
  return bytes;
}

Bytes erased(Bytes bytes, std::size_t begin, std::size_t end) {
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(end));
  return bytes;
}

std::string reason(const Bytes& bytes) {
  try {
    decode_image(bytes);
  } catch (const DataError& error) {
    return error.what();
  }
  return "decoded";
}

::testing::AssertionResult same_pixels(const Bytes& bytes, const Bytes& intact) {
  try {
    if (decode_image(bytes).rgb == decode_image(intact).rgb) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "other pixels";
  } catch (const DataError& error) {
    return ::testing::AssertionFailure() << error.what();
  }
}

const Image scene = slopes(40, 56);

Bytes encode(const JpegOptions& options) { return jpeg(40, 56, scene.rgb, options); }

/// Writes Ss, Se and AhAl, the last three bytes of the first scan's header.
Bytes with_scan_parameters(Bytes bytes, const std::array<int, 3>& parameters) {
  const std::size_t at = find(bytes, 0xDA);
  const std::size_t end = at + 2 + std::size_t{bytes[at + 2]} * 256 + bytes[at + 3];
  for (std::size_t i = 0; i < 3; ++i) bytes[end - 3 + i] = static_cast<std::uint8_t>(parameters[i]);
  return bytes;
}

// JWRN_NOT_SEQUENTIAL: a sequential decoder ignores the three parameters.
TEST(JpegWarnings, ScanParametersOfASequentialFileAreIgnored) {
  for (const JpegOptions& options :
       {JpegOptions{}, JpegOptions{.restart_interval = 2}, JpegOptions{.arithmetic = true}})
    for (const std::array<int, 3>& parameters : {std::array{0, 0, 0}, {0, 62, 0}, {1, 63, 0}, {63, 0, 0x21}})
      EXPECT_TRUE(same_pixels(with_scan_parameters(encode(options), parameters), encode(options))) << parameters[1];
}

TEST(JpegWarnings, ScanParametersOfTheSharedFile) {
  const fs::path path = shared_case("wrong-scan-header.jpg");
  if (path.empty()) GTEST_SKIP() << "no shared/cases/wrong-scan-header.jpg beside the source tree: NOT TESTED";
  std::ifstream stream(path, std::ios::binary);
  const Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_TRUE(same_pixels(bytes, with_scan_parameters(bytes, {0, 63, 0})));
  EXPECT_EQ(decode_image(bytes).rgb.size(), 20u * 30 * 3);
}

// JWRN_EXTRANEOUS_DATA: padding by zeros contains no data.
TEST(JpegWarnings, ZerosBeforeAMarkerAreIgnored) {
  for (const JpegOptions& options : {JpegOptions{.app1 = exif(1, true)}, JpegOptions{.progressive = true},
                                     JpegOptions{.arithmetic = true}, JpegOptions{.restart_interval = 2}}) {
    const Bytes whole = encode(options);
    for (const Marker& marker : markers(whole)) {
      const bool identifies_file = marker.at <= 2, is_restart = marker.code >= 0xD0 && marker.code <= 0xD7;
      if (identifies_file || is_restart) continue;
      for (const std::size_t count : {1u, 2u, 3u, 500u})
        EXPECT_TRUE(same_pixels(inserted(whole, marker.at, Bytes(count)), whole))
            << std::hex << marker.code << " at " << marker.at << ", zeros " << count;
    }
  }
}

TEST(JpegWarnings, OtherBytesAreIgnoredBeforeTheEndOnly) {
  const Bytes junk{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (const bool progressive : {false, true}) {
    const Bytes whole = encode({.progressive = progressive});
    for (const Marker& marker : markers(whole)) {
      if (marker.at <= 2) continue;
      if (marker.code == 0xD9)
        EXPECT_TRUE(same_pixels(inserted(whole, marker.at, junk), whole));
      else
        EXPECT_NE(reason(inserted(whole, marker.at, junk)).find("extraneous bytes before marker"), std::string::npos)
            << marker.code;
    }
  }
}

// A damaged marker hides its segment: the bytes look extraneous, but the image needs them.
TEST(JpegWarnings, ASegmentWithADamagedMarkerIsAnError) {
  const Bytes whole = encode({.stored = JCS_RGB, .adobe = true, .app1 = exif(6, true)});
  for (const Marker& marker : markers(whole)) {
    if (marker.at <= 2 || marker.code == 0xD9) continue;
    Bytes damaged = whole;
    damaged[marker.at] = 0;
    EXPECT_NE(reason(damaged), "decoded") << std::hex << marker.code;
  }
}

// JWRN_ADOBE_XFORM and JWRN_JFIF_MAJOR
TEST(JpegWarnings, UnknownRevisionsAreIgnored) {
  const Bytes adobe = encode({.adobe = true}), jfif = encode({});
  Bytes changed = adobe;
  changed[find(adobe, 0xEE) + 15] = 7;
  EXPECT_TRUE(same_pixels(changed, adobe));
  changed = jfif;
  changed[find(jfif, 0xE0) + 9] = 9;
  EXPECT_TRUE(same_pixels(changed, jfif));
}

/// Returns the scans of a progressive file, each with the tables before it, and the header before all scans.
std::pair<Bytes, std::vector<Bytes>> split_scans(const Bytes& bytes) {
  Bytes header;
  std::vector<Bytes> scans;
  std::size_t begin = 0;
  const std::vector<Marker> list = markers(bytes);
  for (std::size_t i = 1; i < list.size(); ++i) {
    const bool ends = list[i].code == 0xD9, starts = list[i].code == 0xC4 && list[i - 1].code != 0xC4;
    if (!starts && !ends) continue;
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                     bytes.begin() + static_cast<std::ptrdiff_t>(list[i].at));
    if (begin == 0)
      header = part;
    else
      scans.push_back(part);
    begin = list[i].at;
  }
  return {header, scans};
}

Bytes join_scans(Bytes header, const std::vector<Bytes>& scans) {
  for (const Bytes& scan : scans) header.insert(header.end(), scan.begin(), scan.end());
  header.insert(header.end(), {0xFF, 0xD9});
  return header;
}

// JWRN_BOGUS_PROGRESSION. The scans of a colour image: DC; four AC scans; the others refine these.
TEST(JpegWarnings, AcScansMayPrecedeTheDcScan) {
  const auto [header, scans] = split_scans(encode({.progressive = true}));
  ASSERT_EQ(scans.size(), 9u);
  const Bytes whole = join_scans(header, scans);
  std::vector<Bytes> order = scans;
  std::rotate(order.begin(), order.begin() + 1, order.begin() + 5);  // DC after four AC scans
  EXPECT_TRUE(same_pixels(join_scans(header, order), whole));
}

TEST(JpegWarnings, MissingScansAreAnError) {
  const auto [header, scans] = split_scans(encode({.progressive = true}));
  for (const std::size_t i : {0u, 1u, 2u, 3u, 4u, 5u}) {  // a later scan refines each of these
    std::vector<Bytes> some = scans;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(reason(join_scans(header, some)).find("Inconsistent progression"), std::string::npos)
        << i << ": " << reason(join_scans(header, some));
  }
  EXPECT_EQ(reason(join_scans(header, {scans[1], scans[2], scans[3]})),
            "damaged or unsupported JPEG (no DC scan of component 0)");
}

// JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_MUST_RESYNC and JWRN_JPEG_EOF
TEST(JpegWarnings, MissingAndDamagedDataAreAnError) {
  const auto expect = [](const Bytes& bytes, const std::string& part) {
    EXPECT_NE(reason(bytes).find(part), std::string::npos) << reason(bytes);
  };
  const Bytes whole = encode({}), restarts = encode({.restart_interval = 2});
  const std::size_t data = find(whole, 0xDA) + 14, end = find(whole, 0xD9);
  expect(erased(whole, (data + end) / 2, end), "premature end of data segment");
  expect(Bytes(whole.begin(), whole.end() - 2), "truncated JPEG");
  Bytes bad = whole;
  for (std::size_t i = data; i < end; i += 2) bad[i] = 0xFF, bad[i + 1] = 0;  // all ones is no Huffman code
  expect(bad, "bad Huffman code");
  bad = restarts;
  bad[find(restarts, 0xD1) + 1] = 0xD5;
  expect(bad, "found marker 0xd5 instead of RST1");
}

// Thousands of scans of a few bytes each would visit a large image thousands of times.
TEST(JpegWarnings, TooManyScansAreAnError) {
  const Bytes grey(40 * 56, 90);
  const auto [header, scans] = split_scans(
      jpeg(40, 56, grey,
           {.space = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE, .scans = {{1, {0}, 0, 0, 0, 0}, {1, {0}, 1, 63, 0, 0}}}));
  ASSERT_EQ(scans.size(), 2u);
  const Bytes whole = join_scans(header, scans);
  std::vector<Bytes> many(500, scans[1]);
  many.front() = scans[0];
  EXPECT_TRUE(same_pixels(join_scans(header, many), whole));
  many.push_back(scans[1]);
  EXPECT_EQ(reason(join_scans(header, many)), "damaged or unsupported JPEG (more than 500 scans)");
}

}  // namespace
