#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include <jerror.h>
#include <jpeglib.h>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

/// libjpeg reports an error through a callback that must not return: `fail` jumps back into read_header or read_pixels.
/// The jump skips destructors, so no function in between may have objects with destructors. decode_jpeg owns all
/// memory.
struct JpegReader {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX]{};

  JpegReader() = default;
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info); }
};

[[noreturn]] void fail(j_common_ptr info) {
  auto* reader = static_cast<JpegReader*>(info->client_data);
  info->err->format_message(info, reader->message);
  std::longjmp(reader->jump, 1);
}

/// Treats a warning as an error unless it leaves every pixel intact. libjpeg only warns if data are missing or damaged,
/// and fills the rest of the image with grey.
void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;  // a trace message
  switch (info->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_BOGUS_ICC:
      return;
    case JWRN_EXTRANEOUS_DATA:
      if (info->err->msg_parm.i[1] == JPEG_EOI) return;  // some cameras pad before the end marker
      break;
    default:
      break;
  }
  fail(info);
}

bool read_header(JpegReader& reader, const std::uint8_t* bytes, std::size_t size) {
  jpeg_decompress_struct& info = reader.info;
  info.err = jpeg_std_error(&reader.errors);
  info.client_data = &reader;
  reader.errors.error_exit = fail;
  reader.errors.emit_message = on_message;
  if (setjmp(reader.jump) != 0) return false;
  jpeg_create_decompress(&info);
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);  // EXIF
  jpeg_mem_src(&info, bytes, size);
  jpeg_read_header(&info, TRUE);
  const bool cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_calc_output_dimensions(&info);
  return true;
}

bool read_pixels(JpegReader& reader, std::uint8_t* pixels) {
  jpeg_decompress_struct& info = reader.info;
  if (setjmp(reader.jump) != 0) return false;
  jpeg_start_decompress(&info);
  const std::size_t stride = std::size_t{info.output_width} * static_cast<std::size_t>(info.out_color_components);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels + info.output_scanline * stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  return true;
}

[[noreturn]] void throw_reason(const JpegReader& reader) {
  const bool truncated = reader.errors.msg_code == JWRN_JPEG_EOF;
  throw DataError(format_text("{} JPEG ({})", truncated ? "truncated" : "damaged or unsupported", reader.message));
}

/// Converts CMYK to RGB in place. Files with Adobe's marker store inverted values.
void cmyk_to_rgb(Image& image, bool inverted) {
  const unsigned flip = inverted ? 0 : 255;
  std::uint8_t* out = image.rgb.data();
  for (std::size_t i = 0; i < image.rgb.size(); i += 4) {
    const unsigned not_black = image.rgb[i + 3] ^ flip;
    for (std::size_t c = 0; c < 3; ++c)
      *out++ = static_cast<std::uint8_t>(((image.rgb[i + c] ^ flip) * not_black + 127) / 255);
  }
  image.rgb.resize(image.rgb.size() / 4 * 3);
}

int orientation(const jpeg_decompress_struct& info) {
  static constexpr std::string_view exif("Exif\0\0", 6);
  for (auto marker = info.marker_list; marker != nullptr; marker = marker->next)
    if (marker->marker == JPEG_APP0 + 1 && marker->data_length >= exif.size() &&
        std::memcmp(marker->data, exif.data(), exif.size()) == 0)  // other APP1 segments contain XMP
      return exif_orientation({marker->data, marker->data_length});
  return 1;
}

}  // namespace

Image decode_jpeg(std::span<const std::uint8_t> bytes) {
  JpegReader reader;
  if (!read_header(reader, bytes.data(), bytes.size())) throw_reason(reader);
  const jpeg_decompress_struct& info = reader.info;
  check_extent(info.output_height, info.output_width);
  const int stored_orientation = orientation(info);

  Image image{info.output_height, info.output_width, {}};
  image.rgb.resize(image.height * image.width * static_cast<std::size_t>(info.out_color_components));
  if (!read_pixels(reader, image.rgb.data())) throw_reason(reader);
  if (info.out_color_space == JCS_CMYK) cmyk_to_rgb(image, info.saw_Adobe_marker != 0);
  return upright(std::move(image), stored_orientation);
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
