#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <span>
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
  jpeg_progress_mgr progress{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX]{};
  const std::uint8_t* bytes;  // the file

  explicit JpegReader(const std::uint8_t* begin) : bytes(begin) {}
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info); }
};

[[noreturn]] void fail(j_common_ptr info) {
  auto* reader = static_cast<JpegReader*>(info->client_data);
  info->err->format_message(info, reader->message);
  std::longjmp(reader->jump, 1);
}

bool is_restart(int marker) { return marker >= JPEG_RST0 && marker < JPEG_RST0 + 8; }

/// Returns true if the `count` bytes that libjpeg skipped before the current marker are zeros. Within a scan's data,
/// `count` also contains unused bytes of earlier restart intervals.
bool skipped_zeros(const JpegReader& reader, int count) {
  const auto* const end = reader.info.src->next_input_byte;
  if (count < 0 || count > end - reader.bytes) return false;
  return std::all_of(end - count, end, [](std::uint8_t byte) { return byte == 0; });
}

/// Returns true if the current warning leaves every pixel intact.
bool harmless(const JpegReader& reader) {
  const int* const parameters = reader.errors.msg_parm.i;
  switch (reader.errors.msg_code) {
    case JWRN_ADOBE_XFORM:     // an unknown code in Adobe's marker; libjpeg assumes the usual transform
    case JWRN_JFIF_MAJOR:      // an unknown revision
    case JWRN_BOGUS_ICC:       // colour profiles are not used
    case JWRN_NOT_SEQUENTIAL:  // Ss, Se, Ah or Al; a sequential decoder ignores these parameters
      return true;
    case JWRN_EXTRANEOUS_DATA:  // padding: any bytes before the end, zeros before a marker outside of a scan's data
      return parameters[1] == JPEG_EOI || (!is_restart(parameters[1]) && skipped_zeros(reader, parameters[0]));
    case JWRN_BOGUS_PROGRESSION:  // an AC scan before the DC scan; read_pixels checks that the DC scan follows
      return parameters[1] == 0 && reader.info.Ss > 0;
    default:  // data are missing or damaged: JWRN_ARITH_BAD_CODE, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_JPEG_EOF,
      return false;  // JWRN_MUST_RESYNC. Minnow never causes JWRN_TOO_MUCH_DATA.
  }
}

/// Treats a warning as an error unless the warning is harmless. libjpeg fills the missing part of an image with grey.
void on_message(j_common_ptr info, int level) {
  const bool is_warning = level < 0;  // otherwise a trace message
  if (is_warning && !harmless(*static_cast<JpegReader*>(info->client_data))) fail(info);
}

/// Limits the number of scans: each scan of a few bytes visits all blocks of the image.
void on_progress(j_common_ptr info) {
  constexpr int max_scans = 500;
  auto* reader = static_cast<JpegReader*>(info->client_data);
  if (reader->info.input_scan_number <= max_scans) return;
  std::snprintf(reader->message, sizeof reader->message, "more than %d scans", max_scans);
  std::longjmp(reader->jump, 1);
}

bool read_header(JpegReader& reader, std::size_t size) {
  jpeg_decompress_struct& info = reader.info;
  info.err = jpeg_std_error(&reader.errors);
  info.client_data = &reader;
  reader.errors.error_exit = fail;
  reader.errors.emit_message = on_message;
  if (setjmp(reader.jump) != 0) return false;
  jpeg_create_decompress(&info);
  reader.progress.progress_monitor = on_progress;
  info.progress = &reader.progress;
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);  // EXIF
  jpeg_mem_src(&info, reader.bytes, size);
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
  for (int c = 0; info.progressive_mode != 0 && c < info.num_components; ++c)
    if (info.coef_bits[c][0] < 0) {  // libjpeg does not report this
      std::snprintf(reader.message, sizeof reader.message, "no DC scan of component %d", c);
      return false;
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

int marker_orientation(const jpeg_decompress_struct& info) {
  static constexpr std::string_view exif("Exif\0\0", 6);
  for (auto marker = info.marker_list; marker != nullptr; marker = marker->next)
    if (marker->marker == JPEG_APP0 + 1 && marker->data_length >= exif.size() &&
        std::memcmp(marker->data, exif.data(), exif.size()) == 0)  // other APP1 segments contain XMP
      return exif_orientation(std::span(marker->data, marker->data_length).subspan(exif.size()));
  return 1;
}

}  // namespace

Image decode_jpeg(std::span<const std::uint8_t> bytes) {
  JpegReader reader(bytes.data());
  if (!read_header(reader, bytes.size())) throw_reason(reader);
  const jpeg_decompress_struct& info = reader.info;
  check_extent(info.output_height, info.output_width);
  const int stored_orientation = marker_orientation(info);

  Image image{info.output_height, info.output_width, {}};
  image.rgb.resize(image.height * image.width * static_cast<std::size_t>(info.out_color_components));
  if (!read_pixels(reader, image.rgb.data())) throw_reason(reader);
  if (info.out_color_space == JCS_CMYK) cmyk_to_rgb(image, info.saw_Adobe_marker != 0);
  return upright(std::move(image), stored_orientation);
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
