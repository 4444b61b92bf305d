#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/run_concurrently.hpp>
#include <minnow/datasets/images/detail/decode_files.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>
#include <minnow/datasets/images/image.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {

std::vector<std::string> decode_files(std::span<const std::filesystem::path> paths, std::size_t size, Real* images) {
  const std::size_t values = 3 * size * size;
  std::vector<std::string> reasons(paths.size());
  run_concurrently(paths.size(), [&](std::size_t i) {
    try {
      resample(decode_image(read_bytes(paths[i])), size, {images + i * values, values});
    } catch (const DataError& error) {
      reasons[i] = error.what();
    }
  });
  return reasons;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
