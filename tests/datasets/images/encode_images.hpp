#pragma once

/// \file
/// Encoders of JPEG and PNG images in memory, and a temporary folder, for the tests of the image readers.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <jpeglib.h>
#include <png.h>
#include <unistd.h>

namespace minnow::test {

using Bytes = std::vector<std::uint8_t>;
using datasets::Image;
namespace fs = std::filesystem;

/// Returns a smooth image with a different slope in each channel, so that all rotations and reflections differ.
inline Image slopes(std::size_t height, std::size_t width) {
  Image image{height, width, {}};
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (const std::size_t value :
           {200 * y / height + 20, 200 * x / width + 20, 100 * (x + y) / (width + height) + 60})
        image.rgb.push_back(static_cast<std::uint8_t>(value));
  return image;
}

struct JpegOptions {
  J_COLOR_SPACE space = JCS_RGB;     // of `samples`
  J_COLOR_SPACE stored = JCS_YCbCr;  // in the file
  bool adobe = false, progressive = false;
  Bytes app1{};
  int restart_interval = 0;  // in MCUs
  bool arithmetic = false;
  std::vector<jpeg_scan_info> scans{};
};

inline Bytes jpeg(std::size_t height, std::size_t width, Bytes samples, const JpegOptions& options) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_height = static_cast<JDIMENSION>(height);
  info.image_width = static_cast<JDIMENSION>(width);
  info.input_components = static_cast<int>(samples.size() / height / width);
  info.in_color_space = options.space;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, options.stored);
  info.write_Adobe_marker = options.adobe ? TRUE : FALSE;
  jpeg_set_quality(&info, 100, TRUE);
  for (int i = 0; i < info.num_components; ++i) info.comp_info[i].h_samp_factor = info.comp_info[i].v_samp_factor = 1;
  if (options.progressive) jpeg_simple_progression(&info);
  if (!options.scans.empty()) {
    info.scan_info = options.scans.data();
    info.num_scans = static_cast<int>(options.scans.size());
  }
  info.restart_interval = static_cast<unsigned>(options.restart_interval);
  info.arith_code = options.arithmetic ? TRUE : FALSE;
  jpeg_start_compress(&info, TRUE);
  if (!options.app1.empty())
    jpeg_write_marker(&info, JPEG_APP0 + 1, options.app1.data(), static_cast<unsigned>(options.app1.size()));
  for (std::size_t y = 0; y < height; ++y) {
    JSAMPROW row = samples.data() + y * samples.size() / height;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  const Bytes bytes(out, out + size);
  jpeg_destroy_compress(&info);
  std::free(out);
  return bytes;
}

/// Returns an EXIF segment whose first directory has an unrelated entry and the orientation.
inline Bytes exif(int orientation, bool big_endian) {
  Bytes bytes{'E', 'x', 'i', 'f', 0, 0};
  const auto put = [&](unsigned value, int length) {
    for (int i = 0; i < length; ++i)
      bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? length - 1 - i : i)));
  };
  bytes.insert(bytes.end(), 2, big_endian ? 'M' : 'I');
  put(42, 2), put(8, 4), put(2, 2);
  put(0x0100, 2), put(4, 2), put(1, 4), put(640, 4);
  put(0x0112, 2), put(3, 2), put(1, 4), put(static_cast<unsigned>(orientation), 2), put(0, 2);
  put(0, 4);
  return bytes;
}

struct PngOptions {
  int type = PNG_COLOR_TYPE_RGB;
  int depth = 8;
  bool interlaced = false;
  std::vector<png_color> palette{};
  Bytes palette_alpha{};
  int transparent_grey = -1;
  double gamma = 0;
};

/// Encodes a PNG. `rows` are the packed rows as stored in the file, all of the same length.
inline Bytes png(std::size_t height, std::size_t width, Bytes rows, const PngOptions& options) {
  Bytes bytes;
  png_structp out = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(out);
  const auto append = [](png_structp p, png_bytep data, std::size_t n) {
    auto* to = static_cast<Bytes*>(png_get_io_ptr(p));
    to->insert(to->end(), data, data + n);
  };
  png_set_write_fn(out, &bytes, append, [](png_structp) {});
  png_set_IHDR(out, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), options.depth,
               options.type, options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (options.gamma > 0) png_set_gAMA(out, info, options.gamma);
  if (!options.palette.empty())
    png_set_PLTE(out, info, options.palette.data(), static_cast<int>(options.palette.size()));
  if (!options.palette_alpha.empty())
    png_set_tRNS(out, info, options.palette_alpha.data(), static_cast<int>(options.palette_alpha.size()), nullptr);
  if (options.transparent_grey >= 0) {
    png_color_16 grey{};
    grey.gray = static_cast<png_uint_16>(options.transparent_grey);
    png_set_tRNS(out, info, nullptr, 0, &grey);
  }
  std::vector<png_bytep> pointers;
  for (std::size_t y = 0; y < height; ++y) pointers.push_back(rows.data() + y * rows.size() / height);
  png_set_rows(out, info, pointers.data());
  png_write_png(out, info, PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&out, &info);
  return bytes;
}

inline std::uint32_t crc32(const std::uint8_t* begin, const std::uint8_t* end) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (; begin != end; ++begin) {
    crc ^= *begin;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

/// Corrects the checksums of a damaged PNG, so that the decoder processes the damaged data.
inline void repair_checksums(Bytes& bytes) {
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | bytes[at + i];
    if (length > bytes.size() - at - 12) return;
    const std::uint32_t crc = crc32(&bytes[at + 4], &bytes[at + 8] + length);
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    at += length + 12;
  }
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "minnow-image-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw DataError("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  fs::path file(const std::string& name, const Bytes& bytes) const {
    std::ofstream(path_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path_ / name;
  }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

}  // namespace minnow::test
