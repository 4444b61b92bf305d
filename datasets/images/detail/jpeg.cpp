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

/// libjpeg reports an error by a call that must not return, so it jumps back into read_header or read_pixels. Between
/// those two and the jump no frame holds an object with a destructor; whoever calls them owns the memory.
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

/// libjpeg only warns when data are missing or damaged, and paints the rest grey. That is no photograph to learn from,
/// so warnings are errors, but for those that leave every pixel intact.
void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;  // a trace
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
  const bool inks = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = inks ? JCS_CMYK : JCS_RGB;
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

/// Four inks to three lights, in place. Adobe's programs, which mark their files, store the inks inverted.
void inks_to_rgb(Image& image, bool inverted) {
  const unsigned flip = inverted ? 0 : 255;
  std::uint8_t* out = image.rgb.data();
  for (std::size_t i = 0; i < image.rgb.size(); i += 4) {
    const unsigned light = image.rgb[i + 3] ^ flip;  // what black lets through
    for (std::size_t c = 0; c < 3; ++c)
      *out++ = static_cast<std::uint8_t>(((image.rgb[i + c] ^ flip) * light + 127) / 255);
  }
  image.rgb.resize(image.rgb.size() / 4 * 3);
}

int orientation(const jpeg_decompress_struct& info) {
  static constexpr std::string_view exif("Exif\0\0", 6);
  for (auto marker = info.marker_list; marker != nullptr; marker = marker->next)
    if (marker->marker == JPEG_APP0 + 1 && marker->data_length >= exif.size() &&
        std::memcmp(marker->data, exif.data(), exif.size()) == 0)  // others hold XMP
      return exif_orientation({marker->data, marker->data_length});
  return 1;
}

}  // namespace

Image decode_jpeg(std::span<const std::uint8_t> bytes) {
  JpegReader reader;
  if (!read_header(reader, bytes.data(), bytes.size())) throw_reason(reader);
  const jpeg_decompress_struct& info = reader.info;
  check_extent(info.output_height, info.output_width);
  const int turned = orientation(info);

  Image image{info.output_height, info.output_width, {}};
  image.rgb.resize(image.height * image.width * static_cast<std::size_t>(info.out_color_components));
  if (!read_pixels(reader, image.rgb.data())) throw_reason(reader);
  if (info.out_color_space == JCS_CMYK) inks_to_rgb(image, info.saw_Adobe_marker != 0);
  return upright(std::move(image), turned);
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
