// Each visible entry that looks like an image or a folder of images is read, or it is listed in `skipped`.

#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/datasets/images/image_folder.hpp>

#include <string>
#include <utility>
#include <vector>

#include "encode_images.hpp"
#include "image_files.hpp"
#include <gtest/gtest.h>

namespace {

using namespace minnow;
using namespace minnow::test;
using datasets::ImageFolder;

/// Returns the skipped files as pairs of a path relative to the root and a reason.
std::vector<std::pair<std::string, std::string>> skipped(const ImageFiles& files, const ImageFolder& folder) {
  std::vector<std::pair<std::string, std::string>> list;
  for (const datasets::SkippedFile& file : folder.skipped)
    list.emplace_back(fs::relative(file.path, files.root()).string(), file.reason);
  return list;
}

using Skipped = std::vector<std::pair<std::string, std::string>>;

TEST(SkippedFiles, AllSuffixesOfJpegAndPngAreRead) {
  ImageFiles files;
  const std::vector<std::string> suffixes{".jpg", ".jpeg", ".jpe", ".jif", ".jfif", ".jfi", ".pjpeg", ".pjp", ".png"};
  for (const std::string& suffix : suffixes) files.add_class("a", 1, suffix);
  files.add("a/upper.JFIF");
  files.add("a/mixed.Jpe");
  const ImageFolder folder = files.read();
  EXPECT_EQ(folder.train.paths.size() + folder.test.paths.size(), suffixes.size() + 2);
  EXPECT_EQ(skipped(files, folder), Skipped{});
}

TEST(SkippedFiles, OtherImageFormatsAndFoldersWithinAClass) {
  ImageFiles files;
  files.add_class("a", 2);
  files.add_class("b", 2);
  files.add_class("a/deeper", 2);
  for (const char* name : {"a/1.webp", "a/2.bmp", "a/3.tif", "a/4.TIFF", "a/5.gif", "a/6.heic", "a/7.avif"})
    files.add_bytes(name, {'x'});
  files.add_bytes("a/caption.txt", {'x'});
  files.add_bytes("a/noname", jpeg(8, 8, Bytes(8 * 8 * 3, 90), {}));
  files.add_bytes("b/photo.jpg~", png(1, 1, {1, 2, 3}, {}));
  const std::string other = "an image of another format; only JPEG and PNG are read";
  const std::string unnamed = "a JPEG or PNG without the suffix of a JPEG or PNG";
  EXPECT_EQ(skipped(files, files.read()), (Skipped{{"a/1.webp", other},
                                                   {"a/2.bmp", other},
                                                   {"a/3.tif", other},
                                                   {"a/4.TIFF", other},
                                                   {"a/5.gif", other},
                                                   {"a/6.heic", other},
                                                   {"a/7.avif", other},
                                                   {"a/deeper", "a folder within a class"},
                                                   {"a/noname", unnamed},
                                                   {"b/photo.jpg~", unnamed}}));
}

TEST(SkippedFiles, BothPartsAndUndecodableFilesAreListed) {
  ImageFiles files;
  for (const char* name : {"train/a", "test/a"}) files.add_class(name, 2);
  files.add_bytes("train/a/x.gif");
  files.add_bytes("test/a/y.gif");
  files.add_bytes("test/a/empty.jpg");
  const std::string other = "an image of another format; only JPEG and PNG are read";
  EXPECT_EQ(skipped(files, files.read()),
            (Skipped{{"train/a/x.gif", other}, {"test/a/y.gif", other}, {"test/a/empty.jpg", "empty (0 bytes)"}}));
}

TEST(SkippedFiles, FoldersBesideTrainAndTestAreListed) {
  ImageFiles files;
  for (const char* name : {"train/a", "test/a", "val/a", "extra/b"}) files.add_class(name, 2);
  files.add_bytes("labels.csv");
  const std::string beside = "a folder beside train/ and test/; only these two are read";
  EXPECT_EQ(skipped(files, files.read()), (Skipped{{"extra", beside}, {"val", beside}}));
}

TEST(SkippedFiles, ImagesOutsideOfAClassAreListed) {
  ImageFiles files;
  for (const char* name : {"train/a", "test/a"}) files.add_class(name, 2);
  for (const char* name : {"loose.jpg", "train/lost.png", "test/x.webp"}) files.add(name);
  const std::string outside = "an image outside of the class folders";
  EXPECT_EQ(skipped(files, files.read()),
            (Skipped{{"loose.jpg", outside}, {"train/lost.png", outside}, {"test/x.webp", outside}}));

  ImageFiles classes;
  classes.add_class("a", 2);
  classes.add("loose.jpg");
  EXPECT_EQ(skipped(classes, classes.read()), (Skipped{{"loose.jpg", outside}}));
}

TEST(SkippedFiles, FoldersOfTheSystemAreNoClasses) {
  for (const char* name : {"__MACOSX", "@eaDir", "lost+found", ".git", ".ipynb_checkpoints", "#recycle", "@Recycle",
                           "$RECYCLE.BIN", "System Volume Information", "__pycache__"}) {
    ImageFiles files;
    for (const char* part : {"train", "test"}) {
      files.add_class(fs::path(part) / "a", 2);
      files.add_class(fs::path(part) / "a" / name, 2);  // Synology writes @eaDir into every folder
    }
    files.add_class(fs::path("train") / name, 2);
    files.add_class(name, 2);
    const ImageFolder parts = files.read();
    EXPECT_EQ(parts.class_names, (std::vector<std::string>{"a"})) << name;
    EXPECT_EQ(skipped(files, parts), Skipped{}) << name;

    ImageFiles classes;
    classes.add_class("a", 2);
    classes.add_class(name, 2);
    EXPECT_EQ(classes.read().class_names, (std::vector<std::string>{"a"})) << name;
  }
}

TEST(SkippedFiles, ErrorsNameTheFirstSkippedFile) {
  ImageFiles webp;
  webp.add_class("a", 3);
  for (const char* name : {"b/1.webp", "b/2.webp"}) webp.add_bytes(name);
  EXPECT_CONTAINS(webp.error(), "of class 'b', for training and test, got 0 ('" + (webp.root() / "b/1.webp").string() +
                                    "': an image of another format; only JPEG and PNG are read)");
  ImageFiles parts;
  for (const char* name : {"train/a", "test/a", "train/b"}) parts.add_class(name, 2);
  parts.add_bytes("test/b/1.webp");
  EXPECT_CONTAINS(parts.error(), "1.webp': an image of another format");
  ImageFiles nested;
  for (const char* name : {"Train/a", "Test/a"}) nested.add_class(name, 2);
  EXPECT_CONTAINS(nested.error(), "Test/a': a folder within a class)");
}

TEST(SkippedFiles, AValFolderBesideALonePartIsNamed) {
  ImageFiles files;
  for (const char* name : {"train/a", "val/a"}) files.add_class(name, 2);
  EXPECT_CONTAINS(files.error(), "got only train/ (and val/)");
}

}  // namespace
