#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/class_files.hpp>
#include <minnow/datasets/images/detail/decode_files.hpp>
#include <minnow/datasets/images/image_folder.hpp>

#include <algorithm>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

namespace fs = std::filesystem;
using detail::ClassFiles;
using detail::decode_files;
using detail::fail_to_read_folder;

/// The training or the test part while its images are decoded.
struct Part {
  Tensor images, labels;  // (N, 3, size, size) and (N)
  std::vector<fs::path> paths;
};

/// Returns the paths and labels of one part, with uninitialised images.
Part allocate(const std::vector<ClassFiles>& classes, std::vector<fs::path> ClassFiles::*part, std::size_t size) {
  Part out;
  std::vector<Real> labels;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::vector<fs::path>& files = classes[c].*part;
    out.paths.insert(out.paths.end(), files.begin(), files.end());
    labels.insert(labels.end(), files.size(), static_cast<Real>(c));
  }
  out.labels = from(labels, {labels.size()});
  resize(out.images, {labels.size(), 3, size, size});
  return out;
}

void check_some_usable(const fs::path& folder, const Part& train, const std::vector<std::string>& train_reasons,
                       const std::vector<std::string>& test_reasons) {
  const auto usable = [](const std::string& reason) { return reason.empty(); };
  if (std::none_of(train_reasons.begin(), train_reasons.end(), usable) &&
      std::none_of(test_reasons.begin(), test_reasons.end(), usable))
    fail_to_read_folder(
        format_text("expected JPEG or PNG images in '{}', got {} files, none of them usable (the first, '{}': {}). "
                    "Replace them.",
                    folder.string(), train_reasons.size() + test_reasons.size(), train.paths.front().string(),
                    train_reasons.front()));
}

void check_each_class_usable(const Part& part, const std::vector<std::string>& reasons,
                             const std::vector<std::string>& class_names, const char* part_name) {
  std::vector<bool> usable(class_names.size());
  const auto label = [&](std::size_t i) { return static_cast<std::size_t>(part.labels.data()[i]); };
  for (std::size_t i = 0; i < reasons.size(); ++i)
    if (reasons[i].empty()) usable[label(i)] = true;
  for (std::size_t i = 0; i < reasons.size(); ++i)
    if (!usable[label(i)])
      fail_to_read_folder(
          format_text("expected a usable {} image of class '{}', got none ('{}': {}). Replace or add images.",
                      part_name, class_names[label(i)], part.paths[i].string(), reasons[i]));
}

/// Removes the undecoded images from a part and lists them in `skipped`.
void compact(Part& part, const std::vector<std::string>& reasons, std::vector<SkippedFile>& skipped) {
  const std::size_t count = reasons.size();
  const std::size_t values = count == 0 ? 0 : part.images.size() / count;
  Real* const images = part.images.data();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!reasons[i].empty()) {
      skipped.push_back({std::move(part.paths[i]), reasons[i]});
      continue;
    }
    if (kept != i) {
      std::copy_n(images + i * values, values, images + kept * values);
      part.labels.data()[kept] = part.labels.data()[i];
      part.paths[kept] = std::move(part.paths[i]);
    }
    ++kept;
  }
  // Shrinking the first axis of a row-major tensor keeps the leading elements, because its storage is a vector.
  const std::size_t size = part.images.shape()[3];
  part.images.resize(Shape{kept, 3, size, size});
  part.labels.resize(Shape{kept});
  part.paths.resize(kept);
}

}  // namespace

ImageFolder read_image_folder(const fs::path& folder, const ImageFolderOptions& options, Rng rng) {
  if (options.size < 1 || options.size > 16384)
    throw ValueError(format_text("read_image_folder: expected a size from 1 to 16384, got {}.", options.size));
  if (!(options.test_fraction > 0 && options.test_fraction < 1))
    throw ValueError(format_text("read_image_folder: expected a test_fraction between 0 and 1 (both excluded), got {}.",
                                 options.test_fraction));

  detail::FolderListing listing = detail::list_classes(folder, options.test_fraction, rng);
  std::vector<ClassFiles>& classes = listing.classes;
  const auto rank = [&](const ClassFiles& files) {
    return std::find(options.class_order.begin(), options.class_order.end(), files.name);
  };
  std::stable_sort(classes.begin(), classes.end(),
                   [&](const ClassFiles& a, const ClassFiles& b) { return rank(a) < rank(b); });

  std::vector<std::string> names;
  for (const ClassFiles& files : classes) names.push_back(files.name);
  Part train = allocate(classes, &ClassFiles::train, options.size);
  Part test = allocate(classes, &ClassFiles::test, options.size);
  const std::vector<std::string> train_reasons = decode_files(train.paths, options.size, train.images.data());
  const std::vector<std::string> test_reasons = decode_files(test.paths, options.size, test.images.data());
  check_some_usable(folder, train, train_reasons, test_reasons);
  check_each_class_usable(train, train_reasons, names, "training");
  check_each_class_usable(test, test_reasons, names, "test");
  compact(train, train_reasons, listing.skipped);
  compact(test, test_reasons, listing.skipped);
  const auto dataset = [&](Part& part) -> LabelledImages {
    return {TensorDataset(std::move(part.images), std::move(part.labels), names), std::move(part.paths)};
  };
  return {dataset(train), dataset(test), names, std::move(listing.skipped)};
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
