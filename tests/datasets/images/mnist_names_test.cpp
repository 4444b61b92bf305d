// Names of MNIST's files other than the original ones.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/mnist.hpp>

#include <tests/support/idx_bytes.hpp>
#include <tests/support/message.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

#include "encode_images.hpp"
#include "gzip_bytes.hpp"
#include <gtest/gtest.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;
using test::Bytes;

Bytes images(std::uint32_t count) { return test::idx(0x803, {count, 2, 2}, Bytes(count * 4, 51)); }
Bytes labels(std::uint32_t count) { return test::idx(0x801, {count}, Bytes(count, 3)); }

class MnistNames : public ::testing::Test {
 protected:
  void write(const std::string& name, const Bytes& bytes) {
    fs::create_directories((folder_ / name).parent_path());
    folder_.file(name, bytes);
  }
  /// Writes all files but the training images. There are 5 training and 2 test images.
  void write_others() {
    write("train-labels-idx1-ubyte", labels(5));
    write("t10k-images-idx3-ubyte", images(2));
    write("t10k-labels-idx1-ubyte", labels(2));
  }
  std::string error() {
    std::string text = message<DataError>([&] { datasets::mnist(root()); });
    EXPECT_EQ(text.find('\n'), std::string::npos);
    for (std::size_t at; (at = text.find(root().string())) != std::string::npos;)
      text.replace(at, root().string().size(), "DIR");
    return text;
  }
  fs::path root() const { return (folder_ / "x").parent_path(); }

  test::TemporaryFolder folder_;
};

TEST_F(MnistNames, SeparatorsAndCaseMayDiffer) {
  for (const char* name : {"train-images-idx3-ubyte", "train-images.idx3-ubyte", "train-images.idx3-ubyte.gz",
                           "train_images_idx3_ubyte", "train-images-idx3-ubyte.GZ", "train-images.idx3-ubyte.Gz",
                           "TRAIN-IMAGES-IDX3-UBYTE.GZ", "Train-Images.IDX3-ubyte", "train60k-images.idx3-ubyte"}) {
    write_others();
    const bool packed = std::string(name).ends_with("z") || std::string(name).ends_with("Z");
    write(name, packed ? test::gzip(images(5)) : images(5));
    EXPECT_EQ(error(), "no error") << name;
    fs::remove(folder_ / name);
  }
}

TEST_F(MnistNames, AllFourFilesMayHaveADot) {
  write("train-images.idx3-ubyte", images(5));
  write("train-labels.idx1-ubyte", labels(5));
  write("t10k-images.idx3-ubyte", images(2));
  write("t10k-labels.idx1-ubyte", labels(2));
  ASSERT_EQ(error(), "no error");
  EXPECT_EQ(datasets::mnist(root()).train.size(), 5u);
  EXPECT_EQ(datasets::fashion_mnist(root()).test.size(), 2u);
}

TEST_F(MnistNames, AFolderOfTheFilesNameContainsTheFile) {
  write_others();
  write("train-images-idx3-ubyte/train-images-idx3-ubyte", images(5));
  fs::remove(folder_ / "train-labels-idx1-ubyte");
  write("train-labels-idx1-ubyte.gz/train-labels.idx1-ubyte", labels(5));
  EXPECT_EQ(error(), "no error");
}

TEST_F(MnistNames, AFileIsReadRatherThanAFolder) {
  write_others();
  write("train-images-idx3-ubyte/other.txt", {});
  write("train-images.idx3-ubyte", images(5));
  EXPECT_EQ(error(), "no error");
}

TEST_F(MnistNames, TheErrorListsTheNamesThatAreRead) {
  write_others();
  write("train-images-idx3-ubyte/other.txt", {});
  write("train-images.zip", {});
  EXPECT_EQ(error(),
            "datasets::mnist: expected 'train-images-idx3-ubyte' or 'train-images-idx3-ubyte.gz' in 'DIR' ('.' or '_' "
            "may replace '-', upper case may replace lower case), got no such file.");
}

}  // namespace
}  // namespace minnow
