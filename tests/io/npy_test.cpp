// The format: numpy/lib/format.py. tests/fixtures/numpy contains files that NumPy wrote.

#include <minnow/core.hpp>
#include <minnow/io.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::little_endian;
using testing::TemporaryFolder;

std::string file_of(const std::string& header, const std::string& elements = "") {
  return "\x93NUMPY\1" + little_endian(0, 1) + little_endian(header.size(), 2) + header + elements;
}

Tensor array_of(const std::string& bytes) { return read_npy(testing::bytes_of(bytes)); }

std::string error_of(const std::string& bytes) {
  const std::string begin = "the bytes in memory: expected a NumPy array of numbers, got ";
  const std::string error = message<DataError>([&] { array_of(bytes); });
  return error.starts_with(begin) ? error.substr(begin.size()) : error;
}

TEST(Npy, ReadsTheVersionsOfTheFormat) {
  const std::string header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2L, 3), }\n", elements = "abcdef";
  EXPECT_EQ(array_of(file_of(header, elements)), from({{97, 99, 101}, {98, 100, 102}}));
  EXPECT_EQ(array_of(file_of("{\"shape\":(6,),\"fortran_order\":False,\"descr\":\"=i1\"}", elements)),
            from({97, 98, 99, 100, 101, 102}));
  EXPECT_EQ(array_of(file_of("{'shape':(),'fortran_order':False,'descr':'>i2'}", "\1\2"))(), Real{258});
  Tensor block = zeros({2, 3, 4});
  for (std::size_t i = 0; i < 24; ++i) block.data()[i] = static_cast<Real>(i) / 8;
  for (const char* name : {"version_2.npy", "version_3.npy"})
    EXPECT_EQ(read_npy(std::string(MINNOW_SOURCE_DIR) + "/tests/fixtures/numpy/" + name), block);
}

TEST(Npy, WritesTheBytesOfTheFormat) {
  const TemporaryFolder folder;
  const Tensor tensor = from({{1.5, -2, 0}, {4, 5, 6}});
  write_npy(folder / "a.npy", tensor);
  std::string header = "{'descr': '<f" + std::to_string(sizeof(Real)) + "', 'fortran_order': False, 'shape': (2, 3), }";
  header.append(128 - 10 - 1 - header.size(), ' ');
  const std::string elements(reinterpret_cast<const char*>(tensor.data()), 6 * sizeof(Real));
  EXPECT_EQ(testing::read_bytes(folder / "a.npy"), file_of(header + '\n', elements));
  for (const Tensor& each : {tensor, zeros({0, 3}), from(2.5), zeros({3}), zeros({1, 2, 3, 4, 5, 6, 7, 8, 9})}) {
    write_npy(folder / "a.npy", each);
    EXPECT_EQ(read_npy(folder / "a.npy"), each);
  }
}

TEST(Npy, RejectsInvalidFiles) {
  const auto array = [](const std::string& descr, const std::string& shape) {
    return file_of("{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }", "12345678");
  };
  EXPECT_EQ(error_of(""), "another file.");
  EXPECT_EQ(error_of("\xff\xd8\xff\xe0\x10JFIF..."), "another file.");
  EXPECT_EQ(error_of("\x93NUMPY\4" + std::string(9, '\0')), "version 4 of the format.");
  EXPECT_EQ(error_of("\x93NUMPY\2" + std::string(4, '\0')), "an array with a header that is cut off.");
  EXPECT_EQ(error_of(array("'<f4'", "(2,)").substr(0, 40)), "an array with a header of 57 bytes.");
  EXPECT_EQ(error_of(array("'<f4'", "(3,)")), "8 bytes for an array F32 (3).");
  EXPECT_EQ(error_of(array("'<f4'", "(4294967296, 4294967296, 4)")),
            "8 bytes for an array F32 (4294967296, 4294967296, 4).");
  EXPECT_EQ(error_of(array("'<f4'", "(0, 4294967296, 4294967296)")),
            "8 bytes for an array F32 (0, 4294967296, 4294967296).");
  EXPECT_EQ(error_of(array("'<f4'", "(2, 18446744073709551616)")), "an array with an invalid shape.");
  EXPECT_EQ(error_of(array("'<f4'", "(-2,)")), "an array with an invalid shape.");
  EXPECT_EQ(error_of(array("'|O'", "(1,)")), "an array of the type |O.");
  EXPECT_EQ(error_of(array("'<c8'", "(1,)")), "an array of the type <c8.");
  EXPECT_EQ(error_of(array("[('x', '<f4')]", "(2,)")), "an array of records or with an invalid header.");
  EXPECT_EQ(error_of(file_of("{'descr': '<f4', 'more': 1}")), "an array with the header field more.");
  EXPECT_EQ(error_of(file_of("{'descr': '<f4', 'fortran_order': 1}")), "an array with an invalid fortran_order.");
  EXPECT_EQ(error_of(file_of("{'descr': '<f4', 'fortran_order': True}")),
            "an array without descr, fortran_order and shape.");
  EXPECT_EQ(error_of(file_of("{'descr': '<f4")), "an array with a header that is cut off.");
  EXPECT_EQ(error_of(file_of("[1]")), "an array with a header that lacks {.");
  std::string shape = "(";
  for (int i = 0; i < 65; ++i) shape += "1,";
  EXPECT_EQ(error_of(array("'<f8'", shape + ")")), "an array of more than 64 axes.");
  EXPECT_EQ(message<DataError>([] { read_npy("none.npy"); }),
            "none.npy: cannot be opened (No such file or directory).");
}

}  // namespace
}  // namespace minnow
