#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>
#include <minnow/datasets/images/image.hpp>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

/// libjpeg reports an error, such as too little memory, through a callback that must not return: `on_jpeg_error` jumps
/// back into `compress`, which has no objects with destructors.
struct JpegWriter {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX]{};
  unsigned char* bytes = nullptr;  // allocated by libjpeg with malloc
  unsigned long size = 0;

  JpegWriter() = default;
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;
  ~JpegWriter() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
};

[[noreturn]] void on_jpeg_error(j_common_ptr info) {
  auto* writer = static_cast<JpegWriter*>(info->client_data);
  info->err->format_message(info, writer->message);
  std::longjmp(writer->jump, 1);
}

bool compress(JpegWriter& writer, const std::uint8_t* rgb, std::size_t height, std::size_t width, int quality) {
  writer.info.err = jpeg_std_error(&writer.errors);
  writer.errors.error_exit = on_jpeg_error;
  writer.info.client_data = &writer;
  if (setjmp(writer.jump) != 0) return false;
  jpeg_create_compress(&writer.info);
  jpeg_mem_dest(&writer.info, &writer.bytes, &writer.size);
  writer.info.image_height = static_cast<JDIMENSION>(height);
  writer.info.image_width = static_cast<JDIMENSION>(width);
  writer.info.input_components = 3;
  writer.info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&writer.info);
  jpeg_set_quality(&writer.info, quality, TRUE);
  writer.info.optimize_coding = TRUE;
  writer.info.comp_info[0].h_samp_factor = writer.info.comp_info[0].v_samp_factor = 1;  // colours in full resolution
  jpeg_start_compress(&writer.info, TRUE);
  while (writer.info.next_scanline < writer.info.image_height) {
    auto* row = const_cast<JSAMPROW>(rgb + std::size_t{writer.info.next_scanline} * width * 3);  // libjpeg only reads
    jpeg_write_scanlines(&writer.info, &row, 1);
  }
  jpeg_finish_compress(&writer.info);
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  detail::check_image("encode_jpeg", image);
  if (quality < 1 || quality > 100)
    throw ValueError(format_text("encode_jpeg: expected a quality in [1, 100], got {}.", quality));
  if (image.height > JPEG_MAX_DIMENSION || image.width > JPEG_MAX_DIMENSION)
    throw ShapeError(format_text("encode_jpeg: expected at most {} pixels in each direction, got {} x {}.",
                                 JPEG_MAX_DIMENSION, image.width, image.height));
  JpegWriter writer;
  if (!compress(writer, image.rgb.data(), image.height, image.width, quality))
    throw Error(format_text("encode_jpeg: expected memory for {} x {} pixels, got: {}.", image.width, image.height,
                            writer.message));
  return {writer.bytes, writer.bytes + writer.size};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
