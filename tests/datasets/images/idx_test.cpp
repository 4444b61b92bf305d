// The tests write small files byte by byte. Each error must be one line.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/idx.hpp>
#include <minnow/datasets/images/mnist.hpp>

#include <tests/support/idx_bytes.hpp>
#include <tests/support/message.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gzip_bytes.hpp"
#include <gtest/gtest.h>
#include <unistd.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using test::Bytes;
using test::gzip;
using test::idx;

Bytes images(std::uint32_t n, std::uint32_t height, std::uint32_t width) {
  Bytes values(n * height * width);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i * 37 % 256);
  return idx(0x803, {n, height, width}, values);
}

Bytes labels(const Bytes& values) { return idx(0x801, {static_cast<std::uint32_t>(values.size())}, values); }

/// A temporary folder.
class Idx : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "minnow_idx_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const Bytes& bytes) {
    test::write_bytes(folder_ / name, bytes);
    return folder_ / name;
  }

  /// Returns the error of read_idx for a file of these bytes, without the path.
  std::string error_of(const Bytes& bytes, std::size_t dimensions) {
    const fs::path path = write("file", bytes);
    const std::string text = message<DataError>([&] { datasets::read_idx(path, dimensions); });
    const std::string start = "read_idx: '" + path.string() + "': ";
    return text.starts_with(start) ? text.substr(start.size()) : text;
  }

  /// Writes a valid folder of 5 training images (3, 2) and 2 test images.
  void write_split(const std::string& suffix = "") {
    const auto pack = [&](const Bytes& bytes) { return suffix.empty() ? bytes : gzip(bytes); };
    write("train-images-idx3-ubyte" + suffix, pack(images(5, 3, 2)));
    write("train-labels-idx1-ubyte" + suffix, pack(labels({0, 9, 3, 3, 1})));
    write("t10k-images-idx3-ubyte" + suffix, pack(images(2, 3, 2)));
    write("t10k-labels-idx1-ubyte" + suffix, pack(labels({8, 2})));
  }
  std::string split_error() {
    std::string text = message<DataError>([&] { datasets::mnist(folder_); });
    for (std::size_t at; (at = text.find(folder_.string())) != std::string::npos;)
      text.replace(at, folder_.string().size(), "DIR");
    return text;
  }

  fs::path folder_;
};

TEST_F(Idx, ReadsPlainAndCompressedFiles) {
  for (const bool packed : {false, true}) {
    const auto write_file = [&](const Bytes& bytes) { return write("file", packed ? gzip(bytes) : bytes); };
    EXPECT_EQ(datasets::read_idx(write_file(labels({0, 7, 255})), 1), (Tensor{0, 7, 255}));
    const Tensor read = datasets::read_idx(write_file(images(300, 28, 28)), 3);  // larger than the read buffer
    EXPECT_EQ(read.shape(), (Shape{300, 28, 28}));
    for (std::size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read.data()[i], static_cast<Real>(i * 37 % 256));
    EXPECT_EQ(datasets::read_idx(write_file(images(0, 3, 2)), 3).shape(), (Shape{0, 3, 2}));
  }
}

TEST_F(Idx, ReportsInvalidFiles) {
  EXPECT_EQ(error_of({}, 3), "expected a header of 16 bytes, got a file of 0 bytes.");
  EXPECT_EQ(error_of({0, 0, 8}, 1), "expected a header of 8 bytes, got a file of 3 bytes.");
  EXPECT_EQ(error_of(labels({1, 2}), 3),
            "expected the magic number 0x00000803 (unsigned bytes, 3 axes), got 0x00000801.");
  EXPECT_EQ(error_of(idx(0xD01, {2}, {}), 1),  // floats
            "expected the magic number 0x00000801 (unsigned bytes, 1 axis), got 0x00000d01.");
  EXPECT_EQ(error_of({'<', 'h', 't', 'm', 'l', '>'}, 1),
            "expected the magic number 0x00000801 (unsigned bytes, 1 axis), got 0x3c68746d.");
  Bytes file = images(2, 2, 3);
  file.pop_back();
  EXPECT_EQ(error_of(file, 3), "expected 12 bytes after the header for (2, 2, 3), got 11.");
  EXPECT_EQ(error_of(gzip(file), 3), "expected 12 bytes after the header for (2, 2, 3), got 11.");
  file.resize(29);
  EXPECT_EQ(error_of(file, 3), "expected 12 bytes after the header for (2, 2, 3), got more.");
  EXPECT_EQ(error_of(gzip(file), 3), "expected 12 bytes after the header for (2, 2, 3), got more.");
}

TEST_F(Idx, ReportsInvalidGzipStreams) {
  const Bytes good = gzip(images(2, 2, 3));
  Bytes trailing = good;
  trailing.push_back(1);
  EXPECT_EQ(error_of(trailing, 3), "expected an IDX file, got: a gzip stream followed by other data.");
  Bytes cut(good.begin(), good.end() - 1);
  EXPECT_EQ(error_of(cut, 3), "expected an IDX file, got: a truncated gzip stream.");
  Bytes checksum = good;
  checksum[good.size() - 8] ^= 1;
  EXPECT_EQ(error_of(checksum, 3), "expected an IDX file, got: a damaged gzip stream (incorrect data check).");
}

TEST_F(Idx, RejectsShapesThatExceedTheFile) {
  const Bytes claims = idx(0x803, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {1, 2, 3});
  EXPECT_EQ(error_of(claims, 3),
            "expected a shape of at most 19 values, the limit for a file of this size, got (4294967295, 4294967295, "
            "4294967295).");
  const std::string packed = std::to_string(1032 * gzip(claims).size());
  EXPECT_EQ(error_of(gzip(claims), 3),
            "expected a shape of at most " + packed +
                " values, the limit for a file of this size, got (4294967295, 4294967295, 4294967295).");
  EXPECT_EQ(error_of(idx(0x803, {10, 2, 1}, Bytes(3)), 3),
            "expected a shape of at most 19 values, the limit for a file of this size, got (10, 2, 1).");
}

// The order of the extents, and compression, make no difference.
TEST_F(Idx, ReadsEmptyShapes) {
  for (const std::vector<std::uint32_t>& extents :
       {std::vector<std::uint32_t>{0, 16384, 28}, {16384, 0, 28}, {16384, 28, 0}, {0xFFFFFFFF, 0, 2}})
    for (const bool packed : {false, true}) {
      const Bytes file = idx(0x803, extents, {});
      EXPECT_EQ(error_of(packed ? gzip(file) : file, 3), "no error")
          << to_string(Shape(extents.begin(), extents.end()));
    }
  for (const std::vector<std::uint32_t>& extents :
       {std::vector<std::uint32_t>{0, 0xFFFFFFFF, 0xFFFFFFFF}, {0xFFFFFFFF, 0xFFFFFFFF, 0}})
    EXPECT_EQ(error_of(idx(0x803, extents, {}), 3), "expected a shape of at most 9223372036854775807 values, got " +
                                                        to_string(Shape(extents.begin(), extents.end())) + ".");
}

TEST_F(Idx, ReportsUnreadableFiles) {
  EXPECT_EQ(message<DataError>([&] { datasets::read_idx(folder_ / "none", 1); }),
            "read_idx: '" + (folder_ / "none").string() + "': expected an IDX file, got: No such file or directory.");
  EXPECT_EQ(message<DataError>([&] { datasets::read_idx(folder_, 1); }),
            "read_idx: '" + folder_.string() + "': expected an IDX file, got: not a regular file.");
  EXPECT_EQ(message<ValueError>([&] { datasets::read_idx(folder_, 0); }), "read_idx: expected 1 to 8 axes, got 0.");
}

TEST_F(Idx, RejectsFilesTruncatedAtAnyByte) {
  for (const Bytes& whole :
       {images(3, 4, 5), labels({1, 2, 3, 4}), gzip(images(3, 4, 5)), gzip(labels({1, 2, 3, 4}))}) {
    const std::size_t dimensions = whole[0] == 0 ? whole[3] : whole.size() > 40 ? 3 : 1;
    EXPECT_NO_THROW(datasets::read_idx(write("whole", whole), dimensions));
    for (std::size_t length = 0; length < whole.size(); ++length)
      EXPECT_NE(error_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)), dimensions),
                "no error")
          << length;
  }
}

TEST_F(Idx, HandlesAnyChangedByte) {
  const Bytes packed = gzip(images(3, 4, 5));
  for (const Bytes& whole : {images(3, 4, 5), packed})
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (const int change : {1, 0xFF}) {
        Bytes changed = whole;
        changed[i] ^= static_cast<std::uint8_t>(change);
        const fs::path path = write("file", changed);
        try {
          EXPECT_EQ(datasets::read_idx(path, 3).shape(),
                    (Shape{3, 4, 5}));  // the byte was a pixel, or is ignored by gzip
        } catch (const DataError&) {
        }
      }
}

TEST_F(Idx, ReadsTrainingAndTestImages) {
  for (const char* suffix : {"", ".gz"}) {
    write_split(suffix);
    const datasets::MnistSplit split = datasets::mnist(folder_);
    EXPECT_EQ(split.train.inputs().shape(), (Shape{5, 1, 3, 2}));
    EXPECT_EQ(split.test.inputs().shape(), (Shape{2, 1, 3, 2}));
    for (std::size_t i = 0; i < 30; ++i)
      EXPECT_EQ(split.train.inputs().data()[i], static_cast<Real>(i * 37 % 256) / 255);
    EXPECT_EQ(split.train.targets(), (Tensor{0, 9, 3, 3, 1}));
    EXPECT_EQ(split.test.targets(), (Tensor{8, 2}));
    EXPECT_EQ(split.train.class_names()[9], "9");
    EXPECT_EQ(datasets::fashion_mnist(folder_).test.class_names()[9], "boot");
    fs::remove(folder_ / "train-images-idx3-ubyte");
  }
}

TEST_F(Idx, AcceptsLongerPrefixes) {
  write_split();
  for (const char* content : {"images-idx3-ubyte", "labels-idx1-ubyte"})
    fs::rename(folder_ / (std::string("train-") + content), folder_ / (std::string("train5-") + content));
  EXPECT_EQ(datasets::mnist(folder_).train.size(), 5u);
}

TEST_F(Idx, ReportsInvalidFolders) {
  const std::string none = (folder_ / "none").string();
  EXPECT_EQ(message<DataError>([&] { datasets::mnist(none); }),
            "datasets::mnist: expected a folder of IDX files at '" + none + "', got: No such file or directory.");
  EXPECT_EQ(message<DataError>([&] { datasets::fashion_mnist(none); }),
            "datasets::fashion_mnist: expected a folder of IDX files at '" + none +
                "', got: No such file or directory. On Debian: apt-get install dataset-fashion-mnist");
  write("file", {});
  EXPECT_EQ(message<DataError>([&] { datasets::mnist(folder_ / "file"); }),
            "datasets::mnist: expected a folder of IDX files at '" + (folder_ / "file").string() +
                "', got: Not a directory.");
  EXPECT_EQ(split_error(),
            "datasets::mnist: expected 'train-images-idx3-ubyte' or 'train-images-idx3-ubyte.gz' in 'DIR' ('.' or '_' "
            "may replace '-', upper case may replace lower case), got no such file.");
  write_split();
  fs::remove(folder_ / "t10k-labels-idx1-ubyte");
  EXPECT_EQ(split_error(),
            "datasets::mnist: expected 't10k-labels-idx1-ubyte' or 't10k-labels-idx1-ubyte.gz' in 'DIR' ('.' or '_' "
            "may replace '-', upper case may replace lower case), got no such file.");
}

TEST_F(Idx, ReportsMismatchedFiles) {
  write_split();
  write("train-labels-idx1-ubyte", labels({1, 2, 3, 4}));
  EXPECT_EQ(split_error(),
            "datasets::mnist: expected 5 labels in 'DIR/train-labels-idx1-ubyte', one for each image in "
            "'DIR/train-images-idx3-ubyte', got 4.");
  write("train-labels-idx1-ubyte", labels({1, 2, 10, 4, 200}));
  EXPECT_EQ(split_error(),
            "datasets::mnist: expected labels from 0 to 9 in 'DIR/train-labels-idx1-ubyte', got 10 in row 2.");
  write_split();
  write("t10k-images-idx3-ubyte", images(2, 2, 3));
  EXPECT_EQ(
      split_error(),
      "datasets::mnist: expected training and test images of the same size in 'DIR', got (1, 3, 2) and (1, 2, 3).");
  write("t10k-images-idx3-ubyte", images(2, 0, 3));
  EXPECT_EQ(split_error(), "datasets::mnist: expected images in 'DIR/t10k-images-idx3-ubyte', got (2, 0, 3).");
  write("t10k-images-idx3-ubyte", images(0, 3, 2));
  EXPECT_EQ(split_error(), "datasets::mnist: expected images in 'DIR/t10k-images-idx3-ubyte', got (0, 3, 2).");
  write("t10k-images-idx3-ubyte", {0, 0, 8, 3});
  EXPECT_EQ(split_error(),
            "read_idx: 'DIR/t10k-images-idx3-ubyte': expected a header of 16 bytes, got a file of 4 bytes.");
}

TEST(FashionMnist, IsReadFromDebiansPackage) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "the package dataset-fashion-mnist is not installed: NOT TESTED";
  const datasets::MnistSplit split = datasets::fashion_mnist();
  EXPECT_EQ(split.train.inputs().shape(), (Shape{60000, 1, 28, 28}));
  EXPECT_EQ(split.test.inputs().shape(), (Shape{10000, 1, 28, 28}));
  for (const TensorDataset* part : {&split.train, &split.test}) {
    std::vector<std::size_t> counts(10);
    for (const Real label : part->targets()) ++counts[static_cast<std::size_t>(label)];
    EXPECT_EQ(counts, std::vector<std::size_t>(10, part->size() / 10));
    EXPECT_EQ(*std::max_element(part->inputs().begin(), part->inputs().end()), 1);
    EXPECT_EQ(*std::min_element(part->inputs().begin(), part->inputs().end()), 0);
  }
}

}  // namespace
}  // namespace minnow
