#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/datasets/images/detail/class_files.hpp>
#include <minnow/datasets/images/detail/folder_entries.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::datasets::detail {
namespace {

namespace fs = std::filesystem;

/// Lists the images in a class folder, and appends the other images and the folders to `skipped`.
std::vector<fs::path> images_of_class(const fs::path& folder, std::vector<SkippedFile>& skipped) {
  std::vector<fs::path> images;
  for (const fs::path& entry : visible_entries(folder)) {
    const Entry kind = classify(entry);
    if (kind == Entry::image) images.push_back(entry);
    if (kind == Entry::folder) skipped.push_back({entry, "a folder within a class"});
    if (kind == Entry::other_image)
      skipped.push_back({entry, "an image of another format; only JPEG and PNG are read"});
    if (kind == Entry::unnamed_image) skipped.push_back({entry, "a JPEG or PNG without the suffix of a JPEG or PNG"});
  }
  return images;
}

/// Returns the names of the class folders in a folder, and appends the images beside them to `skipped`.
std::vector<std::string> class_names_in(const fs::path& folder, std::vector<SkippedFile>& skipped) {
  std::vector<std::string> names;
  for (const fs::path& entry : visible_entries(folder)) {
    const Entry kind = classify(entry);
    if (kind == Entry::folder)
      names.push_back(entry.filename().string());
    else if (kind != Entry::other)
      skipped.push_back({entry, "an image outside of the class folders"});
  }
  return names;
}

/// Returns the first skipped entry at or behind `begin` for an error text, or an empty text.
std::string first_skipped(const std::vector<SkippedFile>& skipped, std::size_t begin) {
  if (begin >= skipped.size()) return "";
  return format_text(" ('{}': {})", skipped[begin].path.string(), skipped[begin].reason);
}

/// Moves a random fraction of the images to the test part. Both parts stay sorted.
void split(ClassFiles& files, double test_fraction, Rng rng) {
  const std::size_t total = files.train.size();
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

/// DIR/CLASS/*
FolderListing list_and_split(const fs::path& folder, double test_fraction, const Rng& rng) {
  FolderListing listing;
  for (const std::string& name : class_names_in(folder, listing.skipped)) {
    const std::size_t before = listing.skipped.size();
    ClassFiles files{name, images_of_class(folder / name, listing.skipped), {}};
    if (files.train.size() < 2)
      fail_to_read_folder(format_text(
          "expected at least 2 images (*.jpg, *.jpeg, *.png) of class '{}', for training and test, got {}{}. "
          "Add images or remove the folder.",
          name, files.train.size(), first_skipped(listing.skipped, before)));
    split(files, test_fraction, rng.stream(listing.classes.size()));
    listing.classes.push_back(std::move(files));
  }
  return listing;
}

/// Throws DataError if the sorted names of the classes differ.
void check_same_classes(const std::vector<std::string>& names, const std::vector<std::string>& test_names,
                        const fs::path& train, const fs::path& test) {
  std::vector<std::string> lone;
  std::set_symmetric_difference(names.begin(), names.end(), test_names.begin(), test_names.end(),
                                std::back_inserter(lone));
  if (lone.empty()) return;
  const bool in_train = std::binary_search(names.begin(), names.end(), lone.front());
  fail_to_read_folder(
      format_text("expected the same classes in '{}' and '{}', got '{}' only in {}. Add or remove its folder.",
                  train.string(), test.string(), lone.front(), in_train ? "train" : "test"));
}

std::vector<fs::path> images_of_part(const fs::path& part, const std::string& name, std::vector<SkippedFile>& skipped) {
  const std::size_t before = skipped.size();
  std::vector<fs::path> images = images_of_class(part / name, skipped);
  if (images.empty())
    fail_to_read_folder(
        format_text("expected images (*.jpg, *.jpeg, *.png) of class '{}' in train/ and in test/, got none in one of "
                    "them{}. Add images or remove both folders.",
                    name, first_skipped(skipped, before)));
  return images;
}

/// DIR/{train,test}/CLASS/*
FolderListing list_parts(const fs::path& folder) {
  const fs::path train = folder / "train", test = folder / "test";
  FolderListing listing;
  std::vector<SkippedFile>& skipped = listing.skipped;
  for (const std::string& name : class_names_in(folder, skipped))
    if (name != "train" && name != "test")
      skipped.push_back({folder / name, "a folder beside train/ and test/; only these two are read"});
  const std::vector<std::string> names = class_names_in(train, skipped), test_names = class_names_in(test, skipped);
  check_same_classes(names, test_names, train, test);
  for (const std::string& name : names) listing.classes.push_back({name, images_of_part(train, name, skipped), {}});
  for (ClassFiles& files : listing.classes) files.test = images_of_part(test, files.name, skipped);
  return listing;
}

/// Throws DataError if a folder has only one of train/ and test/, unless the folder is a class of that name.
void check_both_parts(const fs::path& folder, const char* name) {
  std::vector<SkippedFile> ignored;
  if (!images_of_class(folder / name, ignored).empty() || class_names_in(folder / name, ignored).empty()) return;
  std::string others;
  for (const char* other : {"val", "valid", "validation", "dev"})
    if (is_folder(folder / other)) others = format_text(" (and {}/)", other);
  fail_to_read_folder(
      format_text("expected both train/ and test/ in '{}', got only {}/{}. Add or rename the other folder, or pass the "
                  "folder of the classes itself to split it.",
                  folder.string(), name, others));
}

}  // namespace

void fail_to_read_folder(const std::string& what) { throw DataError("read_image_folder: " + what); }

FolderListing list_classes(const fs::path& folder, double test_fraction, const Rng& rng) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::is_directory(status))
    fail_to_read_folder(format_text("expected a folder of images at '{}', got: {}. Check the path.", folder.string(),
                                    error                ? error.message()
                                    : fs::exists(status) ? "not a folder"
                                                         : "no such folder"));
  const bool has_train = is_folder(folder / "train"), has_test = is_folder(folder / "test");
  if (has_train != has_test) check_both_parts(folder, has_train ? "train" : "test");
  FolderListing listing = has_train && has_test ? list_parts(folder) : list_and_split(folder, test_fraction, rng);
  if (listing.classes.empty())
    fail_to_read_folder(
        format_text("expected a folder of images for each class in '{}', got none. Arrange the files as CLASS/*.jpg or "
                    "{{train,test}}/CLASS/*.jpg.",
                    folder.string()));
  return listing;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::detail
