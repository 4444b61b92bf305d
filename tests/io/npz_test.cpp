// tests/fixtures/numpy contains files that NumPy wrote.

#include <minnow/core.hpp>
#include <minnow/io.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/temporary_folder.hpp>

#include <cstring>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::TemporaryFolder;
using testing::zip_of;

const std::string fixtures = std::string(MINNOW_SOURCE_DIR) + "/tests/fixtures/numpy/";

TEST(Npz, ReadsArraysOfNumPy) {
  const NpzReader reader(fixtures + "arrays.npz");
  const testing::Json expected = testing::read_fixture("numpy/arrays.json");
  ASSERT_EQ(reader.tensors().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const TensorEntry& tensor = reader.tensors()[i];
    EXPECT_EQ(tensor.name, expected[i].at("name"));
    EXPECT_EQ(to_string(tensor.type), expected[i].at("type").get<std::string>());
    EXPECT_EQ(reader.read(tensor), testing::fixture_tensor(expected[i])) << tensor.name;
  }
  EXPECT_EQ(reader.find("none"), nullptr);
  EXPECT_EQ(message<DataError>([&] { reader.read("none"); }),
            reader.name() + ": expected a tensor of the file, got none.");
  EXPECT_EQ(message<ShapeError>([&] { reader.read(*reader.find("vector"), std::span<Real>()); }),
            reader.name() + ": expected 5 elements for vector, got 0.");
}

TEST(Npz, ReadsWhatItWrites) {
  const TemporaryFolder folder;
  const Tensor x = from({{1, 2}, {3, 4}}), empty = zeros({0, 2}), scalar = from(2.5);
  write_npz(folder / "a.npz", {{"x", x}, {"a/empty", empty}, {"scalar", scalar}});
  const NpzReader reader(folder / "a.npz");
  ASSERT_EQ(reader.tensors().size(), 3u);
  EXPECT_EQ(reader.tensors()[0].type, real_type);
  EXPECT_EQ(reader.read("x"), x);
  EXPECT_EQ(reader.read("a/empty"), empty);
  EXPECT_EQ(reader.read("scalar"), scalar);
  const std::string bytes = testing::read_bytes(folder / "a.npz");
  EXPECT_EQ(NpzReader(testing::bytes_of(bytes)).read("x"), x);
  EXPECT_EQ(message<ValueError>([&] {
              write_npz(folder / "b.npz", {{"x", x}, {"x", x}});
            }),
            (folder / "b.npz").string() + ": expected each name once and of at most 1000 bytes, got x.");
  EXPECT_FALSE(exists(folder / "b.npz"));
}

TEST(Npz, LoadsWeights) {
  const TemporaryFolder folder;
  Sequential from = small_model(1), to = small_model(2);
  std::vector<NamedArray> arrays;
  for (const NamedConstTensor& entry : from.const_state()) arrays.emplace_back(entry.name, *entry.value);
  write_npz(folder / "weights.npz", arrays);
  EXPECT_TRUE(load_weights(to, folder / "weights.npz").empty());
  const Tensor x = random({4, 6}, 3);
  EXPECT_EQ(to.predict(x), from.predict(x));
}

TEST(Npz, RefusesCompressedArraysWithoutInflate) {
  const std::string path = fixtures + "compressed.npz";
  EXPECT_EQ(message<DataError>([&] { NpzReader{path}; }),
            path +
                ": expected an NPZ file of numbers, got the compressed array little/f2.npy. Pass datasets::inflate "
                "of minnow::images to NpzReader, or write numpy.savez.");
}

TEST(Npz, CallsInflateForCompressedArrays) {
  std::string array = "\x93NUMPY\1" + std::string(1, '\0');
  const std::string header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }";
  array += testing::little_endian(header.size(), 2) + header + std::string("\0\1\0\2\0\3\0\4", 8);
  const std::string zip = zip_of({{"x.npy", array, 8}});
  const auto copy = [](std::span<const std::byte> compressed, std::span<std::byte> bytes) {
    if (bytes.size() > compressed.size()) throw DataError("too short.");
    std::memcpy(bytes.data(), compressed.data(), bytes.size());
  };
  EXPECT_EQ(NpzReader(testing::bytes_of(zip), copy).read("x"), from({{1, 3}, {2, 4}}));
}

TEST(Npz, NamesTheArrayWhoseCompressedDataIsInvalid) {
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (90000,), }           ";
  const std::string array = "\x93NUMPY\1" + std::string(1, '\0') + testing::little_endian(header.size(), 2) + header;
  const std::string zip = zip_of({{"x.npy", array + "12345678", 8, testing::little_endian(array.size() + 90000, 4)}});
  const auto fill_start = [](std::span<const std::byte> compressed, std::span<std::byte> bytes) {
    if (bytes.size() > 70000) throw DataError("too short.");
    std::memcpy(bytes.data(), compressed.data(), compressed.size());
  };
  const NpzReader reader(testing::bytes_of(zip), fill_start);
  EXPECT_EQ(message<DataError>([&] { reader.read("x"); }),
            "the bytes in memory: expected 90000 bytes of x, got compressed data that is invalid.");
}

TEST(Npz, RejectsInvalidFiles) {
  const auto error_of = [](const std::string& bytes) {
    const std::string begin = "the bytes in memory: expected an NPZ file of numbers, got ";
    const std::string error = message<DataError>([&] { NpzReader{testing::bytes_of(bytes)}; });
    EXPECT_EQ(error.find('\n'), std::string::npos);
    return error.starts_with(begin) ? error.substr(begin.size()) : error;
  };
  const std::string x = "\x93NUMPY\1" + std::string(1, '\0') + "\x3b" + std::string(1, '\0') +
                        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }  a";
  const std::string zip = zip_of({{"x.npy", x}});
  EXPECT_EQ(error_of(zip), "no error");
  EXPECT_EQ(error_of(""), "a zip file with no directory at its end.");
  EXPECT_EQ(error_of("\xff\xd8\xff\xe0\x10JFIF..."), "a zip file with no directory at its end.");
  EXPECT_EQ(error_of(zip_of({{"photo\n.jpg", "\xff\xd8"}})), "the entry photo\\x0A.jpg.");
  EXPECT_EQ(error_of(zip_of({{"x.npy", "\xff\xd8"}})), "another file as x.npy.");
  EXPECT_EQ(error_of(zip_of({{"x.npy", x}, {"x.npy", x}})), "a zip file with two entries x.npy.");
  EXPECT_EQ(error_of(zip_of({{"x.npy", x, 12}})), "a zip file with the compression method 12 of x.npy.");
  EXPECT_EQ(error_of(zip_of({{"x.npy", x, 8, "\xff\xff\xff\x7f"}})),
            "a zip file with 70 bytes that become 2147483647 bytes in x.npy.");
  EXPECT_EQ(error_of(zip_of({{"x.npy", x, 0, std::string("\x48\0\0\0", 4)}})),
            "a zip file with 70 bytes that become 72 bytes in x.npy.");
  const auto changed = [&](std::size_t from_end, const std::string& bytes) {
    return std::string(zip).replace(zip.size() - from_end, bytes.size(), bytes);
  };
  const std::size_t end = 22, entry = 46 + 5;  // bytes of the records
  EXPECT_EQ(error_of(changed(6, "\xff")), "a zip file with a directory beyond its end.");
  EXPECT_EQ(error_of(changed(12, "\2")), "a zip file with a directory beyond its end.");
  EXPECT_EQ(error_of(changed(end + entry, "X")), "a zip file with an invalid entry of the directory.");
  EXPECT_EQ(error_of(changed(end + entry - 8, "\1")), "a zip file with the encrypted entry x.npy.");
  EXPECT_EQ(error_of(changed(end + entry - 28, "\xff")), "a zip file with an entry beyond the end of the directory.");
  EXPECT_EQ(error_of(changed(end + entry - 42, "\1")), "a zip file with no entry where the directory has x.npy.");
  EXPECT_EQ(error_of(changed(end + entry - 42, "\xff")), "a zip file with an entry beyond its end.");
  EXPECT_EQ(error_of(changed(end + entry - 20, "\x60").replace(zip.size() - end - entry + 24, 1, "\x60")),
            "a zip file with x.npy beyond its end.");
  for (std::size_t length = 0; length < zip.size(); ++length) EXPECT_NE(error_of(zip.substr(0, length)), "no error");
}

TEST(Npz, RefusesMoreArraysThanTheFormatCounts) {
  const TemporaryFolder folder;
  const Tensor x(Shape{1});
  std::vector<NamedArray> arrays;
  for (int i = 0; i < 65'536; ++i) arrays.emplace_back(std::to_string(i), x);
  const auto path = folder / "a.npz";
  EXPECT_EQ(message<ValueError>([&] { write_npz(path, arrays); }),
            path.string() + ": expected at most 65535 arrays, got 65536.");
  arrays.pop_back();
  write_npz(path, arrays);
  EXPECT_EQ(NpzReader(path).read("65534").size(), 1u);
}

}  // namespace
}  // namespace minnow
