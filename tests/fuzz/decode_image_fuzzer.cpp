// decode_image returns a consistent image or throws a DataError of one line, whatever the bytes are.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/image.hpp>

#include <tests/datasets/images/encode_images.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

namespace {

using minnow::test::Bytes;

constexpr std::size_t max_pixels = 1 << 20;  // larger images are slow, and their guard has tests of its own

std::size_t big_endian(const Bytes& bytes, std::size_t at, std::size_t length) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < length; ++i) value = value << 8 | bytes[at + i];
  return value;
}

/// Returns true if any frame header in the file claims more than max_pixels.
bool is_large(const Bytes& bytes) {
  if (bytes.size() > 24 && bytes[0] == 0x89) {
    const std::size_t width = big_endian(bytes, 16, 4), height = big_endian(bytes, 20, 4);
    return width != 0 && height > max_pixels / width;
  }
  for (std::size_t at = 0; at + 9 < bytes.size(); ++at)
    if (bytes[at] == 0xFF && bytes[at + 1] >= 0xC0 && bytes[at + 1] <= 0xCF &&
        big_endian(bytes, at + 5, 2) * big_endian(bytes, at + 7, 2) > max_pixels)
      return true;
  return false;
}

void decode(const Bytes& bytes) {
  try {
    const minnow::datasets::Image image = minnow::datasets::decode_image(bytes);
    if (image.height == 0 || image.width == 0 || image.rgb.size() != image.height * image.width * 3) std::abort();
  } catch (const minnow::DataError& error) {
    const char* const text = error.what();
    if (*text == '\0' || std::strchr(text, '\n') != nullptr) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, data + size);
  if (is_large(bytes)) return 0;
  decode(bytes);
  if (size > 8 && data[0] == 0x89) {  // a wrong checksum would end the decoding of most changed files
    minnow::test::repair_checksums(bytes);
    decode(bytes);
  }
  return 0;
}
