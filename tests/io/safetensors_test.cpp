// The format: https://github.com/huggingface/safetensors, "Format".

#include <minnow/core.hpp>
#include <minnow/io.hpp>

#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::TemporaryFolder;

/// The bytes of a file with this header and these data.
std::string file_of(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

SafetensorsReader reader_of(const std::string& bytes) { return SafetensorsReader(std::as_bytes(std::span(bytes))); }

std::string error_of(const std::string& bytes) {
  return message<DataError>([&] { reader_of(bytes); });
}

TEST(Safetensors, ReadsAFileWrittenByHand) {
  const std::string bytes =
      file_of(R"({"__metadata__":{"a":"b"},"y":{"dtype":"F64","shape":[1],"data_offsets":[6,14],"more":{"x":[1,{}]}},)"
              R"("x":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}}   )",
              std::string("\x00\x3c\x01\x00\x00\xfc", 6) + std::string("\0\0\0\0\0\0\xf8\xbf", 8));
  const SafetensorsReader reader = reader_of(bytes);
  EXPECT_EQ(reader.metadata(), (std::map<std::string, std::string>{{"a", "b"}}));
  ASSERT_EQ(reader.tensors().size(), 2u);
  EXPECT_EQ(reader.tensors()[0].name, "x");
  EXPECT_EQ(reader.tensors()[1].shape, (Shape{1}));
  const Tensor x = reader.read(*reader.find("x"));
  EXPECT_EQ(x(0), 1);
  EXPECT_EQ(x(1), static_cast<Real>(0x1p-24));
  EXPECT_EQ(x(2), -std::numeric_limits<Real>::infinity());
  EXPECT_EQ(reader.read(*reader.find("y"))(0), Real{-1.5});
  EXPECT_EQ(reader.find("z"), nullptr);
}

TEST(Safetensors, WritesTheBytesOfTheFormat) {
  const TemporaryFolder folder;
  const auto path = folder / "a.safetensors";
  FixedTensor a(Shape{2}), empty(Shape{0, 3}), scalar(Shape{});
  a.fill(Real{1.5});
  scalar.fill(Real{-2});
  const std::vector<NamedConstTensor> tensors{{"a", &a, nullptr}, {"e", &empty, nullptr}, {"s", &scalar, nullptr}};
  write_safetensors(path, tensors, {{"k", "\"v\""}}, ElementType::f32);
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  std::string header = R"({"__metadata__":{"k":"\"v\""},"a":{"data_offsets":[0,8],"dtype":"F32","shape":[2]},)"
                       R"("e":{"data_offsets":[8,8],"dtype":"F32","shape":[0,3]},)"
                       R"("s":{"data_offsets":[8,12],"dtype":"F32","shape":[]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(bytes, file_of(header, std::string("\0\0\xc0\x3f\0\0\xc0\x3f\0\0\0\xc0", 12)));
  const SafetensorsReader reader(path);
  EXPECT_EQ(reader.read(*reader.find("e")).shape(), (Shape{0, 3}));
  EXPECT_EQ(reader.read(*reader.find("s"))(), Real{-2});
}

TEST(Safetensors, RejectsInvalidFiles) {
  const std::string begin = "the bytes in memory: ";
  const auto tensor = [](const std::string& text) { return file_of("{\"x\":{" + text + "}}", std::string(8, '\0')); };
  EXPECT_EQ(error_of(""), begin + "expected a safetensors file, got 0 bytes.");
  EXPECT_EQ(error_of("\xff\xd8\xff\xe0\x10JFIF..."), begin + "expected a safetensors file, got another file.");
  for (const char* other : {"PK\3\4............", "\x80\2............"})
    EXPECT_EQ(error_of(other),
              begin + "expected a safetensors file, got a file of PyTorch or NumPy. load_weights reads it.");
  EXPECT_EQ(error_of(std::string(7, '\xff') + "\1{}"),
            begin + "expected a safetensors file whose header has at most 2 bytes, got 144115188075855871 bytes.");
  EXPECT_EQ(error_of(file_of("{}", "x")), begin + "expected 0 bytes of tensors, got 1.");
  EXPECT_EQ(error_of(file_of("{}")), "no error");
  EXPECT_EQ(error_of(file_of("{")), begin + "expected a safetensors header, got invalid JSON at byte 2 of the header.");
  EXPECT_EQ(error_of(file_of("[]")), begin + "expected a safetensors file, got another file.");
  EXPECT_EQ(error_of(file_of("{\"x\":1}")), begin + "expected a safetensors header, got 1 as the value of x.");
  EXPECT_EQ(error_of(file_of("{\"__metadata__\":{\"x\":1}}")),
            begin + "expected a safetensors header, got 1 as the metadata x.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F32","shape":[2])")),
            begin + "expected a safetensors header, got x without dtype, shape and two data_offsets.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F31","shape":[2],"data_offsets":[0,8])")),
            begin + "expected a safetensors header, got the unknown element type F31 of x.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])")),
            begin + "expected a safetensors header, got -2 in the shape of x.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F32","shape":[[2]],"data_offsets":[0,8])")),
            begin + "expected a safetensors header, got a list in the shape of x.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])")),
            begin + "expected 12 bytes for x F32 (3), got 8.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8])")),
            begin + "expected 2^64 bytes for x F32 (4294967296, 4294967296, 4), got 8.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])")),
            begin + "expected the bytes of x to start at 0 and to end at 8 at most, got 4 to 8.");
  EXPECT_EQ(error_of(tensor(R"("dtype":"F32","shape":[4],"data_offsets":[0,16])")),
            begin + "expected the bytes of x to start at 0 and to end at 8 at most, got 0 to 16.");
  const std::string x = R"("x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_EQ(error_of(file_of("{" + x + "," + x + "}", std::string(8, '\0'))),
            begin + "expected a safetensors header, got x twice.");
  EXPECT_EQ(
      error_of(file_of("{" + x + R"(,"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", std::string(8, '\0'))),
      begin + "expected the bytes of y to start at 8 and to end at 8 at most, got 4 to 8.");
  EXPECT_EQ(error_of(file_of("{\"x\\n\":1}")), begin + "expected a safetensors header, got 1 as the value of x\\x0A.");
  // A character of the name is not cut.
  EXPECT_EQ(error_of(file_of("{\"" + std::string(99, 'x') + "\u00e9" + std::string(100'000, 'x') + "\":1}")),
            begin + "expected a safetensors header, got 1 as the value of " + std::string(99, 'x') + "....");
  EXPECT_LE(error_of(tensor("\"dtype\":\"" + std::string(100'000, 'x') + '"')).size(), 300u);
  std::string metadata;
  for (int i = 0; i < 100'001; ++i) metadata += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
  EXPECT_EQ(error_of(file_of("{\"__metadata__\":{" + metadata + "}}")),
            begin + "expected a safetensors header, got more than 100000 entries of metadata.");
  EXPECT_EQ(error_of(file_of("{\"x\":{\"a\":" + std::string(1000, '['))),
            begin + "expected a safetensors header, got JSON nested more than 64 deep.");
}

/// A temporary reader has no members that would outlive it.
template <class R>
concept ListsTemporary = requires(R reader) {
  std::move(reader).tensors();
}
|| requires(R reader) { std::move(reader).metadata(); }
|| requires(R reader) { std::move(reader).find("x"); }
|| requires(R reader) { std::move(reader).name(); };
static_assert(!ListsTemporary<SafetensorsReader> && !ListsTemporary<NpzReader> && !ListsTemporary<PyTorchReader>);

TEST(Safetensors, ReadsIntegers) {
  const std::string header =
      R"({"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[8,10]},)"
      R"("c":{"dtype":"BOOL","shape":[2],"data_offsets":[10,12]},"d":{"dtype":"I16","shape":[1],"data_offsets":[12,14]}})";
  const std::string bytes =
      file_of(header, std::string("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x00\xff\x7f", 14));
  const SafetensorsReader reader = reader_of(bytes);
  EXPECT_EQ(reader.read(*reader.find("a"))(), Real{-2});
  EXPECT_EQ(reader.read(*reader.find("b")), from({255, 1}));
  EXPECT_EQ(reader.read(*reader.find("c")), from({1, 0}));
  EXPECT_EQ(reader.read(*reader.find("d")), from({32767}));
}

TEST(Safetensors, RejectsPathsThatAreNoFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(message<DataError>([&] { SafetensorsReader(folder / "none"); }),
            (folder / "none").string() + ": cannot be opened (No such file or directory).");
  EXPECT_EQ(message<DataError>([&] { SafetensorsReader{folder.path()}; }),
            folder.path().string() + ": expected a regular file.");
  FixedTensor a(Shape{1});
  const std::vector<NamedConstTensor> tensors{{"a", &a, nullptr}}, twice{{"a", &a, nullptr}, {"a", &a, nullptr}};
  EXPECT_EQ(message<DataError>([&] { write_safetensors(folder / "none" / "a", tensors); }),
            (folder / "none" / "a").string() + ": cannot be written (No such file or directory).");
  EXPECT_EQ(message<DataError>([&] { write_safetensors("/dev/null", tensors); }),
            "/dev/null: expected a regular file or a new name.");
  EXPECT_EQ(message<ValueError>([&] { write_safetensors(folder / "a", twice); }),
            (folder / "a").string() + ": expected each name of a tensor once, got a twice or reserved.");
  EXPECT_TRUE(is_empty(folder.path()));
}

}  // namespace
}  // namespace minnow
