// Writes small valid files as the first corpus of the fuzzers: make_seeds FOLDER

#include <tests/datasets/images/encode_images.hpp>
#include <tests/datasets/images/gzip_bytes.hpp>
#include <tests/support/idx_bytes.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using namespace minnow::test;

void write(const fs::path& folder, const std::vector<Bytes>& files) {
  fs::create_directories(folder);
  for (std::size_t i = 0; i < files.size(); ++i)
    std::ofstream(folder / std::to_string(i), std::ios::binary)
        .write(reinterpret_cast<const char*>(files[i].data()), static_cast<std::streamsize>(files[i].size()));
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::vector<Bytes> images() {
  const Bytes rgb = slopes(12, 17).rgb, rgba(12 * 17 * 4, 77);
  const Bytes grey(12 * 17, 90);
  std::vector<Bytes> files{
      jpeg(12, 17, rgb, {.app1 = exif(6, true)}),
      jpeg(12, 17, rgb, {.progressive = true, .app1 = exif(3, false)}),
      jpeg(12, 17, rgb, {.restart_interval = 1}),
      jpeg(12, 17, rgb, {.arithmetic = true}),
      jpeg(12, 17, rgb, {.progressive = true, .arithmetic = true}),
      jpeg(12, 17, grey, {.space = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE}),
      jpeg(12, 17, rgba, {.space = JCS_CMYK, .stored = JCS_YCCK, .adobe = true}),
      png(12, 17, rgb, {}),
      png(12, 17, rgb, {.interlaced = true, .gamma = 0.45}),
      png(12, 17, rgba, {.type = PNG_COLOR_TYPE_RGBA}),
      png(12, 17, grey, {.type = PNG_COLOR_TYPE_GRAY, .transparent_grey = 90}),
      png(12, 17, Bytes(12 * 5, 0x1B),
          {.type = PNG_COLOR_TYPE_PALETTE, .depth = 2, .palette = std::vector<png_color>(4), .palette_alpha = {9}})};
  Bytes chunk{0, 0, 0, 32, 'e', 'X', 'I', 'f'};
  const Bytes data = exif(6, true);
  chunk.insert(chunk.end(), data.begin() + 6, data.begin() + 38);
  chunk.resize(chunk.size() + 4);
  Bytes oriented = png(12, 17, rgb, {});
  oriented.insert(oriented.begin() + 33, chunk.begin(), chunk.end());
  repair_checksums(oriented);
  files.push_back(oriented);
  return files;
}

/// Each file follows the number of axes - 1 and the length of the first member.
std::vector<Bytes> idx_files() {
  const Bytes labels = idx(0x801, {5}, {1, 2, 3, 4, 5}), pixels = idx(0x803, {2, 3, 4}, Bytes(24, 200));
  return {
      joined({0, 9}, labels),
      joined({2, 30}, pixels),
      joined({0, 0}, gzip(labels)),
      joined({2, 1}, gzip(pixels)),
      joined({2, 0}, joined(gzip({pixels.begin(), pixels.begin() + 20}), gzip({pixels.begin() + 20, pixels.end()}))),
      joined({0, 2}, joined(gzip(labels), Bytes(7)))};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: make_seeds FOLDER\n", stderr), 2;
  write(fs::path(argv[1]) / "decode_image", images());
  write(fs::path(argv[1]) / "read_idx", idx_files());
}
