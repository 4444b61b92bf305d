#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/detail/run_concurrently.hpp>
#include <minnow/datasets/images/detail/image_codecs.hpp>
#include <minnow/datasets/images/image.hpp>
#include <minnow/datasets/images/image_folder.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

namespace fs = std::filesystem;

/// The image files of one class.
struct ClassFiles {
  std::string name;
  std::vector<fs::path> train, test;
};

[[noreturn]] void fail(const std::string& what) { throw DataError("read_image_folder: " + what); }

/// Returns the entries of a folder that are not hidden, sorted by the bytes of their names. A directory itself has no
/// reproducible order.
std::vector<fs::path> visible_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      if (!entry.path().filename().native().starts_with('.')) entries.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    fail(format_text("expected a readable folder '{}', got: {}.", folder.string(), error.code().message()));
  }
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.filename().native() < b.filename().native(); });
  return entries;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool has_image_suffix(const fs::path& path) {
  std::string suffix = path.extension().string();
  for (char& c : suffix)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return suffix == ".jpg" || suffix == ".jpeg" || suffix == ".png";
}

/// Returns the image files in a folder. Broken links are included, so that they are reported as skipped.
std::vector<fs::path> images_in(const fs::path& folder) {
  std::vector<fs::path> images = visible_entries(folder);
  std::erase_if(images, [](const fs::path& path) { return !has_image_suffix(path) || is_folder(path); });
  return images;
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& entry : visible_entries(folder))
    if (is_folder(entry)) names.push_back(entry.filename().string());
  return names;
}

/// Moves a random fraction of the images to the test part. Both parts stay sorted.
void split(ClassFiles& files, double test_fraction, Rng rng) {
  const std::size_t total = files.train.size();
  if (total < 2)
    fail(
        format_text("expected at least 2 images (*.jpg, *.jpeg, *.png) of class '{}', for training and test, got {}. "
                    "Add images or remove the folder.",
                    files.name, total));
  const double share = std::round(static_cast<double>(total) * test_fraction);
  const std::size_t test = std::clamp<std::size_t>(static_cast<std::size_t>(share), 1, total - 1);
  std::vector<std::size_t> order(total);
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(order);
  std::vector<bool> chosen(total);
  for (std::size_t i = 0; i < test; ++i) chosen[order[i]] = true;

  std::vector<fs::path> train;
  for (std::size_t i = 0; i < total; ++i) (chosen[i] ? files.test : train).push_back(std::move(files.train[i]));
  files.train = std::move(train);
}

/// DIR/{train,test}/CLASS/*
std::vector<ClassFiles> list_parts(const fs::path& train, const fs::path& test) {
  const std::vector<std::string> names = folders_in(train), test_names = folders_in(test);
  std::vector<std::string> lone;
  std::set_symmetric_difference(names.begin(), names.end(), test_names.begin(), test_names.end(),
                                std::back_inserter(lone));
  if (!lone.empty()) {
    const bool in_train = std::binary_search(names.begin(), names.end(), lone.front());
    fail(format_text("expected the same classes in '{}' and '{}', got '{}' only in {}. Add or remove its folder.",
                     train.string(), test.string(), lone.front(), in_train ? "train" : "test"));
  }
  std::vector<ClassFiles> classes;
  for (const std::string& name : names) classes.push_back({name, images_in(train / name), images_in(test / name)});
  return classes;
}

/// DIR/CLASS/*
std::vector<ClassFiles> list_and_split(const fs::path& folder, double test_fraction, const Rng& rng) {
  std::vector<ClassFiles> classes;
  for (const std::string& name : folders_in(folder)) {
    classes.push_back({name, images_in(folder / name), {}});
    split(classes.back(), test_fraction, rng.stream(classes.size() - 1));
  }
  return classes;
}

std::vector<ClassFiles> list_classes(const fs::path& folder, double test_fraction, const Rng& rng) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::is_directory(status))
    fail(format_text("expected a folder of images at '{}', got: {}. Check the path.", folder.string(),
                     error                ? error.message()
                     : fs::exists(status) ? "not a folder"
                                          : "no such folder"));
  const fs::path train = folder / "train", test = folder / "test";
  const bool has_train = is_folder(train), has_test = is_folder(test);
  if (has_train != has_test) {  // a class may be named train, but then its folder contains images
    const fs::path& lone = has_train ? train : test;
    if (images_in(lone).empty() && !folders_in(lone).empty())
      fail(
          format_text("expected both train/ and test/ in '{}', got only {}/. Add the other folder, or pass the folder "
                      "of the classes itself to split it.",
                      folder.string(), lone.filename().string()));
  }
  std::vector<ClassFiles> classes =
      has_train && has_test ? list_parts(train, test) : list_and_split(folder, test_fraction, rng);
  if (classes.empty())
    fail(
        format_text("expected a folder of images for each class in '{}', got none. Arrange the files as CLASS/*.jpg or "
                    "{{train,test}}/CLASS/*.jpg.",
                    folder.string()));
  return classes;
}

/// Returns the paths and labels of one part, with uninitialised images.
LabelledImages allocate(const std::vector<ClassFiles>& classes, std::vector<fs::path> ClassFiles::*part,
                        std::size_t size) {
  LabelledImages out;
  std::vector<Real> labels;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const std::vector<fs::path>& files = classes[c].*part;
    if (files.empty())
      fail(
          format_text("expected images (*.jpg, *.jpeg, *.png) of class '{}' in train/ and in test/, got none in "
                      "one of them. Add images or remove both folders.",
                      classes[c].name));
    out.paths.insert(out.paths.end(), files.begin(), files.end());
    labels.insert(labels.end(), files.size(), static_cast<Real>(c));
  }
  out.labels = from(labels, {labels.size()});
  resize(out.images, {labels.size(), 3, size, size});
  return out;
}

/// Decodes the images of a part. Returns the reason of failure for each image; empty if the image was decoded.
std::vector<std::string> decode(LabelledImages& part, std::size_t size) {
  const std::size_t values = 3 * size * size;
  std::vector<std::string> reasons(part.paths.size());
  run_concurrently(part.paths.size(), [&](std::size_t i) {
    try {
      resample(decode_image(detail::read_bytes(part.paths[i])), size, {part.images.data() + i * values, values});
    } catch (const DataError& error) {
      reasons[i] = error.what();
    }
  });
  return reasons;
}

void check_some_usable(const fs::path& folder, const LabelledImages& train,
                       const std::vector<std::string>& train_reasons, const std::vector<std::string>& test_reasons) {
  const auto usable = [](const std::string& reason) { return reason.empty(); };
  if (std::none_of(train_reasons.begin(), train_reasons.end(), usable) &&
      std::none_of(test_reasons.begin(), test_reasons.end(), usable))
    fail(
        format_text("expected JPEG or PNG images in '{}', got {} files, none of them usable (the first, '{}': {}). "
                    "Replace them.",
                    folder.string(), train_reasons.size() + test_reasons.size(), train.paths.front().string(),
                    train_reasons.front()));
}

void check_each_class_usable(const LabelledImages& part, const std::vector<std::string>& reasons,
                             const std::vector<std::string>& class_names, const char* part_name) {
  std::vector<bool> usable(class_names.size());
  const auto label = [&](std::size_t i) { return static_cast<std::size_t>(part.labels.data()[i]); };
  for (std::size_t i = 0; i < reasons.size(); ++i)
    if (reasons[i].empty()) usable[label(i)] = true;
  for (std::size_t i = 0; i < reasons.size(); ++i)
    if (!usable[label(i)])
      fail(format_text("expected a usable {} image of class '{}', got none ('{}': {}). Replace or add images.",
                       part_name, class_names[label(i)], part.paths[i].string(), reasons[i]));
}

/// Removes the undecoded images from a part and lists them in `skipped`.
void compact(LabelledImages& part, const std::vector<std::string>& reasons, std::vector<SkippedFile>& skipped) {
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

  std::vector<ClassFiles> classes = list_classes(folder, options.test_fraction, rng);
  const auto rank = [&](const ClassFiles& files) {
    return std::find(options.class_order.begin(), options.class_order.end(), files.name);
  };
  std::stable_sort(classes.begin(), classes.end(),
                   [&](const ClassFiles& a, const ClassFiles& b) { return rank(a) < rank(b); });

  ImageFolder result;
  for (const ClassFiles& files : classes) result.class_names.push_back(files.name);
  result.train = allocate(classes, &ClassFiles::train, options.size);
  result.test = allocate(classes, &ClassFiles::test, options.size);
  const std::vector<std::string> train_reasons = decode(result.train, options.size);
  const std::vector<std::string> test_reasons = decode(result.test, options.size);
  check_some_usable(folder, result.train, train_reasons, test_reasons);
  check_each_class_usable(result.train, train_reasons, result.class_names, "training");
  check_each_class_usable(result.test, test_reasons, result.class_names, "test");
  compact(result.train, train_reasons, result.skipped);
  compact(result.test, test_reasons, result.skipped);
  return result;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
