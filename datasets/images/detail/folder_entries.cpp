#include <minnow/core/detail/format.hpp>
#include <minnow/datasets/images/detail/class_files.hpp>
#include <minnow/datasets/images/detail/folder_entries.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

namespace fs = std::filesystem;

/// Names of folders that macOS, Synology and QNAP devices, Linux, Windows and Python create.
constexpr std::array<std::string_view, 10> system_folders{"__MACOSX",     "@eaDir",
                                                          "#recycle",     "#snapshot",
                                                          "@Recycle",     "lost+found",
                                                          "$RECYCLE.BIN", "System Volume Information",
                                                          "__pycache__",  "@Recently-Snapshot"};

constexpr std::array<std::string_view, 9> read_suffixes{".jpg", ".jpeg",  ".jpe", ".jif", ".jfif",
                                                        ".jfi", ".pjpeg", ".pjp", ".png"};

constexpr std::array<std::string_view, 32> other_suffixes{
    ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif", ".heic", ".heif", ".avif", ".jxl", ".jp2",
    ".j2k",  ".ico", ".svg", ".ppm", ".pgm",  ".pbm", ".pnm",  ".pam",  ".tga",  ".psd", ".apng",
    ".exr",  ".hdr", ".dng", ".cr2", ".cr3",  ".nef", ".arw",  ".orf",  ".raf",  ".pcx"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string lower_suffix(const fs::path& path) {
  std::string suffix = path.extension().string();
  for (char& c : suffix)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return suffix;
}

/// Returns true if a regular file begins as a JPEG or PNG does.
bool has_image_content(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::array<std::uint8_t, 8> start{};
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(start.data()), start.size());
  const std::span<const std::uint8_t> bytes(start.data(), static_cast<std::size_t>(file.gcount()));
  return is_jpeg(bytes) || is_png(bytes);
}

}  // namespace

std::vector<fs::path> visible_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with('.') && !contains(system_folders, name)) entries.push_back(entry.path());
    }
  } catch (const fs::filesystem_error& error) {
    fail_to_read_folder(
        format_text("expected a readable folder '{}', got: {}.", folder.string(), error.code().message()));
  }
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.filename().native() < b.filename().native(); });
  return entries;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

Entry classify(const fs::path& path) {
  if (is_folder(path)) return Entry::folder;
  const std::string suffix = lower_suffix(path);
  if (contains(read_suffixes, suffix)) return Entry::image;
  if (contains(other_suffixes, suffix)) return Entry::other_image;
  return has_image_content(path) ? Entry::unnamed_image : Entry::other;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
