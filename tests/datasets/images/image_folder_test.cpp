#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/images/image.hpp>
#include <minnow/datasets/images/image_folder.hpp>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "encode_images.hpp"
#include "image_files.hpp"
#include <gtest/gtest.h>

namespace {

using namespace minnow;
using namespace minnow::test;
using datasets::ImageFolder;
using datasets::ImageFolderOptions;
using datasets::LabelledImages;
using datasets::read_image_folder;

std::vector<std::string> names(const LabelledImages& part) {
  std::vector<std::string> out;
  for (const fs::path& path : part.paths) out.push_back((path.parent_path().filename() / path.filename()).string());
  return out;
}

std::vector<Real> values(const Tensor& tensor) { return {tensor.data(), tensor.data() + tensor.size()}; }

/// Compares each row with the image file decoded alone.
void expect_consistent(const ImageFolder& folder, const LabelledImages& part, std::size_t size) {
  const std::size_t n = part.paths.size(), row = 3 * size * size;
  ASSERT_EQ(to_string(part.inputs().shape()), to_string(Shape{n, 3, size, size}));
  ASSERT_EQ(to_string(part.targets().shape()), to_string(Shape{n}));
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<Real> planes(row);
    datasets::resample(datasets::read_image(part.paths[i]), size, planes);
    EXPECT_TRUE(std::equal(planes.begin(), planes.end(), part.inputs().data() + i * row)) << part.paths[i];
    const auto label = static_cast<std::size_t>(part.targets().data()[i]);
    ASSERT_LT(label, folder.class_names.size());
    EXPECT_EQ(folder.class_names[label], part.paths[i].parent_path().filename().string());
  }
}

TEST(ImageFolder, ReadsTrainAndTest) {
  ImageFiles files;
  for (const char* name : {"train/b/2.JPG", "train/b/1.png", "train/b/10.jpeg", "train/a/x.PNG", "test/a/y.jpg",
                           "test/b/z.png", "val/c/ignored.png"})
    files.add(name);
  const ImageFolder folder = files.read();
  EXPECT_EQ(folder.class_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(names(folder.train), (std::vector<std::string>{"a/x.PNG", "b/1.png", "b/10.jpeg", "b/2.JPG"}));
  EXPECT_EQ(names(folder.test), (std::vector<std::string>{"a/y.jpg", "b/z.png"}));
  EXPECT_EQ(values(folder.train.targets()), (std::vector<Real>{0, 1, 1, 1}));
  ASSERT_EQ(folder.skipped.size(), 1u);
  EXPECT_EQ(folder.skipped[0].path, files.root() / "val");
  expect_consistent(folder, folder.train, 4);
  expect_consistent(folder, folder.test, 4);
}

TEST(ImageFolder, AppliesTheClassOrder) {
  ImageFiles files;
  for (const char* name : {"cat", "ant", "dog", "bee"}) files.add_class(name, 2);
  const ImageFolder folder = files.read({.size = 2, .class_order = {"dog", "horse", "cat", "dog"}});
  EXPECT_EQ(folder.class_names, (std::vector<std::string>{"dog", "cat", "ant", "bee"}));
  expect_consistent(folder, folder.train, 2);

  const auto split_of = [&](const std::vector<std::string>& order) {
    std::vector<std::string> in_train = names(files.read({.size = 2, .class_order = order}).train);
    std::sort(in_train.begin(), in_train.end());
    return in_train;
  };
  EXPECT_EQ(split_of({}), split_of({"dog", "cat"}));  // the class order does not change the split
}

TEST(ImageFolder, SplitsEachClassBySeed) {
  ImageFiles files;
  files.add_class("a", 30);
  files.add_class("b", 11);
  files.add_class("c", 2);
  const ImageFolder folder = files.read({.size = 4, .test_fraction = 0.3}, 5);
  std::vector<std::size_t> counts(3);
  for (const Real label : values(folder.test.targets())) ++counts[static_cast<std::size_t>(label)];
  EXPECT_EQ(counts, (std::vector<std::size_t>{9, 3, 1}));
  EXPECT_EQ(folder.train.paths.size(), 43u - 13);
  expect_consistent(folder, folder.train, 4);
  expect_consistent(folder, folder.test, 4);

  std::set<fs::path> all(folder.train.paths.begin(), folder.train.paths.end());
  all.insert(folder.test.paths.begin(), folder.test.paths.end());
  EXPECT_EQ(all.size(), 43u);
  for (const LabelledImages* part : {&folder.train, &folder.test}) {
    const std::vector<std::string> sorted = names(*part);
    EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end()));
  }

  const ImageFolder again = files.read({.size = 4, .test_fraction = 0.3}, 5);
  EXPECT_EQ(again.test.paths, folder.test.paths);
  EXPECT_EQ(values(again.train.inputs()), values(folder.train.inputs()));
  EXPECT_NE(files.read({.size = 4, .test_fraction = 0.3}, 6).test.paths, folder.test.paths);
}

TEST(ImageFolder, SplitLeavesAnImageInEachPart) {
  ImageFiles files;
  files.add_class("a", 3);
  EXPECT_EQ(files.read({.size = 4, .test_fraction = 0.001}).test.paths.size(), 1u);
  EXPECT_EQ(files.read({.size = 4, .test_fraction = 0.999}).train.paths.size(), 1u);
}

TEST(ImageFolder, SkipsUndecodableFiles) {
  ImageFiles files;
  for (const char* part : {"train", "test"}) {
    files.add_class(fs::path(part) / "a", 3);
    files.add_class(fs::path(part) / "b", 3);
  }
  files.add_bytes("train/a/p0.jpg");
  files.add_bytes("train/a/p101a.jpeg", {'t', 'e', 'x', 't'});
  const Bytes whole = jpeg(8, 8, Bytes(8 * 8 * 3, 90), {});
  files.add_bytes("train/b/whole.png", whole);
  files.add_bytes("test/b/z.jpg", Bytes(whole.begin(), whole.end() - 20));
  fs::create_symlink("nowhere.jpg", files.root() / "test/a/link.jpg");

  const ImageFolder folder = files.read();
  EXPECT_EQ(names(folder.train), (std::vector<std::string>{"a/p100.png", "a/p101.png", "a/p102.png", "b/p100.png",
                                                           "b/p101.png", "b/p102.png", "b/whole.png"}));
  EXPECT_EQ(folder.test.paths.size(), 6u);
  expect_consistent(folder, folder.train, 4);
  expect_consistent(folder, folder.test, 4);
  ASSERT_EQ(folder.skipped.size(), 4u);
  const std::vector<std::pair<std::string, std::string>> expected{{"p0.jpg", "empty"},
                                                                  {"p101a.jpeg", "not a JPEG or PNG"},
                                                                  {"link.jpg", "cannot be opened"},
                                                                  {"z.jpg", "truncated JPEG"}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(folder.skipped[i].path.filename().string(), expected[i].first);
    EXPECT_EQ(folder.skipped[i].reason.rfind(expected[i].second, 0), 0u) << folder.skipped[i].reason;
  }
}

TEST(ImageFolder, IgnoresHiddenFilesOtherFilesAndNestedFolders) {
  ImageFiles files;
  files.add_class("a", 2);
  files.add_class("a/deeper", 2);
  files.add_class("a/folder.jpg", 2);
  files.add_class(".hidden", 2);
  files.add("a/.hidden.png");
  files.add_bytes("a/notes.txt");
  files.add_bytes("a/jpg");
  files.add_bytes("README.md");
  const ImageFolder folder = files.read();
  EXPECT_EQ(folder.class_names, (std::vector<std::string>{"a"}));
  EXPECT_EQ(folder.train.paths.size() + folder.test.paths.size(), 2u);
  ASSERT_EQ(folder.skipped.size(), 2u);  // only the folders
  EXPECT_EQ(folder.skipped[0].path, files.root() / "a/deeper");
  EXPECT_EQ(folder.skipped[1].path, files.root() / "a/folder.jpg");
}

TEST(ImageFolder, FollowsSymbolicLinks) {
  ImageFiles targets, files;
  targets.add_class("elsewhere", 3);
  targets.add("single.png");
  files.add_class("b", 2);
  fs::create_directory_symlink(targets.root() / "elsewhere", files.root() / "a");
  fs::create_symlink(targets.root() / "single.png", files.root() / "b/linked.png");
  const ImageFolder folder = files.read();
  EXPECT_EQ(folder.class_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(folder.train.paths.size() + folder.test.paths.size(), 6u);
}

TEST(ImageFolder, AcceptsAClassNamedTrain) {
  ImageFiles files;
  files.add_class("train", 3);
  files.add_class("plane", 3);
  EXPECT_EQ(files.read().class_names, (std::vector<std::string>{"plane", "train"}));
}

// ---- Errors

TEST(ImageFolder, RejectsOptionsOutOfRange) {
  ImageFiles files;
  files.add_class("a", 2);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1} << 40})
    EXPECT_THROW(files.read({.size = size}), ValueError);
  for (const double fraction : {0.0, 1.0, -0.5, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THROW(files.read({.size = 4, .test_fraction = fraction}), ValueError);
}

TEST(ImageFolder, RejectsMissingFoldersAndFoldersWithoutClasses) {
  ImageFiles files;
  const auto error = [](const fs::path& path) -> std::string {
    try {
      read_image_folder(path, {}, Rng{1});
    } catch (const DataError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_CONTAINS(error(files.root() / "missing"), "No such file");
  files.add("image.png");
  EXPECT_CONTAINS(error(files.root() / "image.png"), "not a folder");
  EXPECT_CONTAINS(files.error(), "a folder of images for each class");
  fs::create_directories(files.root() / "train");
  fs::create_directories(files.root() / "test");
  EXPECT_CONTAINS(files.error(), "a folder of images for each class");
}

TEST(ImageFolder, RejectsTrainWithoutTest) {
  ImageFiles files;
  files.add_class("train/a", 2);
  EXPECT_CONTAINS(files.error(), "got only train/");
}

TEST(ImageFolder, RejectsDifferentClassesInTrainAndTest) {
  ImageFiles files;
  for (const char* name : {"train/a", "train/b", "test/a"}) files.add_class(name, 2);
  EXPECT_CONTAINS(files.error(), "got 'b' only in train");
  for (const char* name : {"test/b", "test/c"}) files.add_class(name, 2);
  EXPECT_CONTAINS(files.error(), "got 'c' only in test");
}

TEST(ImageFolder, RejectsAClassWithoutUsableImages) {
  ImageFiles one_level;
  one_level.add_class("a", 4);
  one_level.add_class("b", 1);
  EXPECT_CONTAINS(one_level.error(), "class 'b', for training and test, got 1");
  one_level.add_bytes("b/bad.png");
  EXPECT_CONTAINS(one_level.error(), "bad.png': empty (0 bytes)");

  ImageFiles parts;
  for (const char* name : {"train/a", "train/b", "test/a"}) parts.add_class(name, 2);
  parts.add_bytes("test/b/notes.txt");
  EXPECT_CONTAINS(parts.error(), "class 'b'");
  parts.add_bytes("test/b/bad.png");
  EXPECT_CONTAINS(parts.error(), "a usable test image of class 'b', got none");
}

TEST(ImageFolder, RejectsAFolderWithoutUsableImages) {
  ImageFiles files;
  for (const char* name : {"a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"}) files.add_bytes(name);
  EXPECT_CONTAINS(files.error(), "got 4 files, none of them usable");
}

}  // namespace
