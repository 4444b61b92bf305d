#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>
#include <minnow/datasets/images/image.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

constexpr std::size_t max_pixels = 100'000'000;
constexpr std::uintmax_t max_file_size = std::uintmax_t{1} << 29;

bool starts_with(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> signature) {
  return bytes.size() >= signature.size() && std::equal(signature.begin(), signature.end(), bytes.begin());
}

/// Returns the first bytes as text on one line, with unprintable bytes escaped, to help recognise the format.
std::string beginning(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8)))
    text += byte >= 0x20 && byte < 0x7F ? std::string(1, static_cast<char>(byte)) : format_text("\\x{:02x}", byte);
  return text;
}

}  // namespace

namespace detail {

bool is_jpeg(std::span<const std::uint8_t> bytes) {
  static constexpr std::array<std::uint8_t, 3> signature{0xFF, 0xD8, 0xFF};
  return starts_with(bytes, signature);
}

bool is_png(std::span<const std::uint8_t> bytes) {
  static constexpr std::array<std::uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return starts_with(bytes, signature);
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw DataError(format_text("cannot be opened ({})", error ? error.message() : "no such file"));
  if (!std::filesystem::is_regular_file(status)) throw DataError("not a regular file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw DataError(format_text("cannot be opened ({})", error.message()));
  if (size > max_file_size) throw DataError(format_text("file too large ({} bytes, at most {})", size, max_file_size));

  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(format_text("cannot be opened ({})", std::generic_category().message(errno)));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) throw DataError(format_text("cannot be read completely ({} of {} bytes)", file.gcount(), size));
  return bytes;
}

void check_extent(std::size_t height, std::size_t width) {
  if (height == 0 || width == 0) throw DataError(format_text("no pixels ({} x {})", width, height));
  if (height > max_pixels / width)
    throw DataError(format_text("too large ({} x {} pixels, at most {} in all)", width, height, max_pixels));
}

void check_image(const char* who, const Image& image) {
  const auto& [height, width, rgb] = image;
  if (height == 0 || width == 0 || rgb.size() / width / height != 3 || rgb.size() % (width * height) != 0)
    throw ShapeError(
        format_text("{}: expected an image of at least 1 x 1 with height * width * 3 bytes, got {} bytes "
                    "for {} x {}.",
                    who, rgb.size(), height, width));
}

}  // namespace detail

Image decode_image(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) throw DataError("empty (0 bytes)");
  if (detail::is_jpeg(bytes)) return detail::decode_jpeg(bytes);
  if (detail::is_png(bytes)) return detail::decode_png(bytes);
  throw DataError(format_text("not a JPEG or PNG (starts with \"{}\")", beginning(bytes)));
}

Image read_image(const std::filesystem::path& path) try {
  return decode_image(detail::read_bytes(path));
} catch (const DataError& error) {
  throw DataError(format_text("read_image: expected a JPEG or PNG at '{}', got: {}.", path.string(), error.what()));
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
