#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <png.h>
#include <unistd.h>
#include <zlib.h>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

/// libpng reports an error through a callback that must not return: `on_error` jumps back into read_header or
/// read_pixels. The jump skips destructors, so no function in between may have objects with destructors. decode_png
/// owns all memory.
struct PngReader {
  std::span<const std::uint8_t> rest;  // not yet read
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf jump{};
  char message[128]{};
  bool truncated = false;

  explicit PngReader(std::span<const std::uint8_t> bytes) : rest(bytes) {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
  std::snprintf(reader->message, sizeof reader->message, "%s", message);
  std::longjmp(reader->jump, 1);
}

void on_warning(png_structp, png_const_charp) {}  // warnings concern colour profiles and the like, never lost pixels

void on_read(png_structp png, png_bytep out, std::size_t count) {
  auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
  if (count > reader->rest.size()) {
    reader->truncated = true;
    png_error(png, "premature end of file");
  }
  std::copy_n(reader->rest.data(), count, out);
  reader->rest = reader->rest.subspan(count);
}

/// Reads the header and selects 8-bit RGB or RGBA output. Without png_set_gamma, 16-bit samples are scaled by 1 / 257
/// and not gamma-corrected.
bool read_header(PngReader& reader) {
  if (setjmp(reader.jump) != 0) return false;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
  if (reader.png != nullptr) reader.info = png_create_info_struct(reader.png);
  if (reader.info == nullptr) return false;
  png_set_read_fn(reader.png, &reader, on_read);
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);  // unpack no text and no profiles
  png_read_info(reader.png, reader.info);
  png_set_expand(reader.png);  // palette, fewer than 8 bits, a transparent colour
  png_set_scale_16(reader.png);
  png_set_gray_to_rgb(reader.png);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  return true;
}

bool read_pixels(PngReader& reader, std::uint8_t* pixels, std::size_t height, std::size_t stride) {
  if (setjmp(reader.jump) != 0) return false;
  const int passes = png_get_interlace_type(reader.png, reader.info) == PNG_INTERLACE_NONE ? 1 : 7;
  for (int pass = 0; pass < passes; ++pass)
    for (std::size_t y = 0; y < height; ++y) png_read_row(reader.png, pixels + y * stride, nullptr);
  png_read_end(reader.png, nullptr);
  return true;
}

[[noreturn]] void throw_reason(const PngReader& reader) {
  throw DataError(format_text("{} PNG ({})", reader.truncated ? "truncated" : "damaged", reader.message));
}

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// Returns the orientation in the first intact eXIf chunk, before or after the image data; 1 if there is none. libpng
/// 1.6.39 skips too many bytes after an eXIf chunk of another content, and so loses the image.
int chunk_orientation(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t signature = 8, frame = 12;  // a chunk: length, type, data, CRC of type and data
  constexpr std::string_view exif("eXIf"), jpeg_prefix("Exif\0\0", 6);  // some programs copy the prefix of JPEG
  for (auto rest = bytes.subspan(signature); rest.size() >= frame;) {
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - frame) break;
    const auto checked = rest.subspan(4, length + 4);
    if (std::equal(exif.begin(), exif.end(), checked.begin()) &&
        ::crc32(0, checked.data(), static_cast<uInt>(checked.size())) == big_endian(rest.subspan(length + 8))) {
      const auto data = checked.subspan(4);
      const bool prefixed =
          data.size() >= jpeg_prefix.size() && std::equal(jpeg_prefix.begin(), jpeg_prefix.end(), data.begin());
      return detail::exif_orientation(data.subspan(prefixed ? jpeg_prefix.size() : 0));
    }
    rest = rest.subspan(length + frame);
  }
  return 1;
}

/// Composites RGBA over white, in place, on the encoded values as browsers do.
void flatten_alpha(Image& image) {
  std::uint8_t* out = image.rgb.data();
  for (std::size_t i = 0; i < image.rgb.size(); i += 4) {
    const unsigned alpha = image.rgb[i + 3];
    for (std::size_t c = 0; c < 3; ++c)
      *out++ = static_cast<std::uint8_t>((image.rgb[i + c] * alpha + 255 * (255 - alpha) + 127) / 255);
  }
  image.rgb.resize(image.rgb.size() / 4 * 3);
}

png_image header_of(const Image& image) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  return header;
}

/// Creates a new file in `folder` for writing and stores its name in `path`. Returns null if that fails.
std::FILE* open_temporary(const std::filesystem::path& folder, std::filesystem::path& path) {
  static std::atomic<unsigned> count{0};
  for (;;) {
    path = folder / format_text(".minnow-{}-{}.png", ::getpid(), count++);
    std::FILE* file = std::fopen(path.c_str(), "wbx");
    if (file != nullptr || errno != EEXIST) return file;
  }
}

}  // namespace

Image detail::decode_png(std::span<const std::uint8_t> bytes) {
  PngReader reader(bytes);
  if (!read_header(reader)) throw_reason(reader);
  Image image{png_get_image_height(reader.png, reader.info), png_get_image_width(reader.png, reader.info), {}};
  check_extent(image.height, image.width);

  const std::size_t channels = png_get_channels(reader.png, reader.info);
  image.rgb.resize(image.height * image.width * channels);
  if (!read_pixels(reader, image.rgb.data(), image.height, image.width * channels)) throw_reason(reader);
  if (channels == 4) flatten_alpha(image);
  return upright(std::move(image), chunk_orientation(bytes));
}

std::vector<std::uint8_t> encode_png(const Image& image) {
  detail::check_image("encode_png", image);
  png_image header = header_of(image);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&header, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0)
    throw Error(format_text("encode_png: expected memory for {} x {} pixels, got: {}.", image.width, image.height,
                            header.message));
  bytes.resize(size);
  return bytes;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  detail::check_image("write_png", image);
  const auto fail = [&](const std::string& reason) {
    throw DataError(format_text("write_png: cannot write '{}': {}.", path.string(), reason));
  };
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path))
    fail("it exists and is not a regular file");  // a device or a folder must not be replaced
  std::filesystem::path temporary;
  std::FILE* file = open_temporary(path.parent_path(), temporary);
  if (file == nullptr) fail(std::generic_category().message(errno));

  png_image header = header_of(image);
  const bool written = png_image_write_to_stdio(&header, file, 0, image.rgb.data(), 0, nullptr) != 0;
  const bool closed = std::fclose(file) == 0;
  std::error_code error;
  if (written && closed) std::filesystem::rename(temporary, path, error);
  if (written && closed && !error) return;
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  fail(!written ? header.message : error ? error.message() : "the disk may be full");
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
