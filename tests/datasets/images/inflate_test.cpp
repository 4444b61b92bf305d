#include <minnow/core.hpp>
#include <minnow/images.hpp>
#include <minnow/io.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

const std::string fixtures = std::string(MINNOW_SOURCE_DIR) + "/tests/fixtures/numpy/";

TEST(Inflate, ReadsCompressedFilesOfNumPy) {
  const NpzReader plain(fixtures + "arrays.npz"), compressed(fixtures + "compressed.npz", datasets::inflate);
  ASSERT_EQ(plain.tensors().size(), compressed.tensors().size());
  for (const TensorEntry& tensor : plain.tensors()) EXPECT_EQ(compressed.read(tensor), plain.read(tensor));
}

TEST(Inflate, RejectsInvalidAndShorterData) {
  const std::string stored = std::string("\1\3\0\xfc\xff", 5) + "abc";  // a block that is not compressed
  const auto inflated = [](const std::string& data, std::size_t size) {
    std::string bytes(size, '\0');
    datasets::inflate(testing::bytes_of(data), std::as_writable_bytes(std::span(bytes)));
    return bytes;
  };
  EXPECT_EQ(inflated(stored, 3), "abc");
  EXPECT_EQ(inflated(stored, 2), "ab");
  EXPECT_EQ(inflated(stored, 0), "");
  const std::string error = "expected 4 bytes, got invalid or shorter compressed data.";
  EXPECT_EQ(message<DataError>([&] { inflated(stored, 4); }), error);
  EXPECT_EQ(message<DataError>([&] { inflated("", 4); }), error);
  EXPECT_EQ(message<DataError>([&] { inflated("\xff\xff", 4); }), error);
}

TEST(Inflate, ErrorOfAReaderNamesTheArray) {
  std::string bytes = testing::read_bytes(fixtures + "compressed.npz");
  const std::size_t at = bytes.find("zeros.npy") + 9 + 20;  // the name, and an extra field
  for (std::size_t i = at + 40; i < at + 60; ++i) bytes[i] = '\xff';
  EXPECT_EQ(message<DataError>([&] { NpzReader(testing::bytes_of(bytes), datasets::inflate); }),
            "the bytes in memory: expected an NPZ file of numbers, got compressed data that is invalid in zeros.npy.");
}

}  // namespace
}  // namespace minnow
