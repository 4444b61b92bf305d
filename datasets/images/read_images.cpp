#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/decode_files.hpp>
#include <minnow/datasets/images/read_images.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION::datasets {

ImageFiles read_images(std::span<const std::filesystem::path> paths, std::size_t size) {
  if (size < 1 || size > 16384)
    throw ValueError(format_text("read_images: expected a size from 1 to 16384, got {}.", size));
  ImageFiles files;
  resize(files.images, {paths.size(), 3, size, size});
  const std::vector<std::string> reasons = detail::decode_files(paths, size, files.images.data());
  const std::size_t values = 3 * size * size;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!reasons[i].empty()) {
      files.skipped.push_back({paths[i], reasons[i]});
      continue;
    }
    const std::size_t kept = files.paths.size();
    if (kept != i) std::copy_n(files.images.data() + i * values, values, files.images.data() + kept * values);
    files.paths.push_back(paths[i]);
  }
  // Shrinking the first axis of a row-major tensor keeps the leading elements, because its storage is a vector.
  files.images.resize(Shape{files.paths.size(), 3, size, size});
  return files;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
