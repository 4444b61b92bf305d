// tests/fixtures/pytorch contains files that PyTorch 2 wrote, .pt in the zip format and .pth in the older format.

#include <minnow/minnow.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::fixture_tensor;
using testing::Json;

const char* const formats[] = {".pt", ".pth"};

std::filesystem::path file(const std::string& name) {
  return std::string(MINNOW_SOURCE_DIR) + "/tests/fixtures/pytorch/" + name;
}

Json fixture(const std::string& name) {
  for (Json& entry : testing::read_fixture("pytorch/pytorch.json"))
    if (entry.at("name") == name) return entry;
  throw std::runtime_error("no fixture " + name);
}

TEST(PyTorch, ReadsTheTensorsOfBothFormats) {
  std::size_t tensors = 0;
  for (const Json& entry : testing::read_fixture("pytorch/pytorch.json"))
    for (const char* format : formats) {
      const PyTorchReader reader(file(entry.at("name").get<std::string>() + format));
      SCOPED_TRACE(reader.name());
      const Json& expected = entry.at("tensors");
      ASSERT_EQ(reader.tensors().size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i, ++tensors) {
        const TensorEntry& tensor = reader.tensors()[i];
        EXPECT_EQ(tensor.name, expected[i].at("name"));
        EXPECT_EQ(to_string(tensor.type), expected[i].at("type").get<std::string>());
        EXPECT_EQ(reader.read(tensor), fixture_tensor(expected[i])) << tensor.name;
      }
    }
  EXPECT_GT(tensors, 150u);
}

/// Loads both formats into `model` and compares its predictions with the output that PyTorch computed in float64.
void check_net(Sequential model, const std::string& name) {
  const Json expected = fixture(name);
  for (const char* format : formats) {
    EXPECT_TRUE(load_weights(model, file(name + format)).empty());
    EXPECT_LT(testing::error(model.predict(fixture_tensor(expected.at("input"))), expected.at("output")),
              real_type == ElementType::f32 ? 1e-6 : 1e-12)
        << name << format;
  }
}

Sequential dense() {
  Rng rng{1};
  return Sequential{Dense(6, 5, rng), LayerNorm(5), ReLU(), Dense(5, 3, rng), BatchNorm1d(3)};
}

TEST(PyTorch, NetsPredictAsInPyTorch) {
  Rng rng{1};
  for (const char* name : {"dense", "dense_f16", "dense_bf16", "dense_f64"}) check_net(dense(), name);
  check_net(Sequential{Conv2d(2, 4, 3, rng, {.padding = 1}), BatchNorm2d(4), ReLU(), MaxPool2d(2), Flatten(),
                       Dense(16, 3, rng)},
            "convolutional");
  check_net(Sequential{Embedding(7, 4, rng), Flatten(), Dense(12, 2, rng)}, "embedding");
}

TEST(PyTorch, LoadsAModelOfACheckpointByItsPrefix) {
  for (const std::string name : {"checkpoint_2.pt", "checkpoint_2.pth", "checkpoint_4.pt", "checkpoint_4.pth"}) {
    Sequential model = dense();
    EXPECT_TRUE(load_weights(model, file(name), {.prefix = "model."}).empty());
    EXPECT_EQ(model.const_state()[0].value->tensor(), PyTorchReader(file(name)).read("model.0.weight"));
    const std::string error = message<DataError>([&] { load_weights(model, file(name)); });
    EXPECT_TRUE(error.ends_with(". {.prefix = \"model.\"} loads the tensors whose names begin with it.")) << error;
  }
}

/// A file in the older format with this pickle of an object.
std::string legacy(const std::string& object, const std::string& keys = "\x80\x02].",
                   const std::string& storages = "") {
  using namespace std::string_literals;
  return "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."s + object + keys +
         storages;
}

std::string error_of(const std::string& bytes) {
  const std::string begin = "the bytes in memory: expected a state dict of tensors from torch.save, got ";
  const std::string error = message<DataError>([&] { PyTorchReader{testing::bytes_of(bytes)}; });
  EXPECT_EQ(error.find('\n'), std::string::npos);
  return error.starts_with(begin) ? error.substr(begin.size()) : error;
}

TEST(PyTorch, RefusesEveryOtherGlobalByName) {
  EXPECT_EQ(error_of(legacy("\x80\x02" + std::string("cos\nsystem\nX\2\0\0\0id\x85R.", 22))),
            "a pickle that contains os.system. Save the state_dict() of the model alone.");
  EXPECT_EQ(error_of(testing::zip_of({{"archive/data.pkl",
                                       "\x80\x02"
                                       "cposix\nsystem\n."}})),
            "a pickle that contains posix.system. Save the state_dict() of the model alone.");
  EXPECT_EQ(error_of(legacy("\x80\x04\x8c\x02os\x8c\x07sys\ntem\x93.")),
            "a pickle that contains os.sys\\x0Atem. Save the state_dict() of the model alone.");
  EXPECT_EQ(error_of(legacy("\x80\x02"
                            "ctorch\nFloatStorage\n)R.")),
            "a pickle that makes a storage.");
  EXPECT_EQ(error_of(legacy("(S'id'\nios\nsystem\n.")), "a pickle with the operation STRING.");
  EXPECT_EQ(error_of(legacy("(ios\nsystem\n.")), "a pickle with the operation INST.");
  EXPECT_EQ(error_of(legacy("\x80\x02\xff.")), "a pickle with the unknown operation 0xff.");
}

TEST(PyTorch, IgnoresValuesThatAreNoTensors) {
  const std::string begin = "\x80\x02}X\1" + std::string("\0\0\0a", 4);
  const auto with = [&](const std::string& value) { return error_of(legacy(begin + value + "s.")); };
  EXPECT_EQ(with("ctorch\nfloat32\n"), "no error");
  EXPECT_EQ(with("ctorch\nSize\nK\2K\3\x86\x85R"), "no error");
  EXPECT_EQ(with("ctorch\ndevice\n\x8c\4cudaK\1\x86R"), "no error");
  EXPECT_EQ(with("c__builtin__\nset\n](K\1K\2e\x85R"), "no error");
  EXPECT_EQ(with("ccollections\nCounter\n}K\5K\1s\x85R"), "no error");
  EXPECT_EQ(with("ccollections\ndefaultdict\nc__builtin__\nlist\n\x85RK\1K\2s"), "no error");
  EXPECT_EQ(with("ctorch\ncomplex64\n"),
            "a pickle that contains torch.complex64. Save the state_dict() of the model alone.");
  EXPECT_EQ(with("c__torch__.net\nNet\n"), "a TorchScript file. Save the state_dict() of its model.");
  EXPECT_EQ(with("cbuiltins\neval\n"),
            "a pickle that contains builtins.eval. Save the state_dict() of the model alone.");
}

TEST(PyTorch, RefusesPicklesThatAreNoStateDicts) {
  EXPECT_EQ(error_of(""), "another file.");
  EXPECT_EQ(error_of("\xff\xd8\xff\xe0\x10JFIF..."), "another file.");
  EXPECT_EQ(error_of("\x80\x02K\1."), "another pickle.");
  EXPECT_EQ(error_of(legacy("\x80\x02K\1.")), "an object without tensors.");
  EXPECT_EQ(error_of(testing::zip_of({{"a/data.pkl", "\x80\x02K"}})), "a pickle that is cut off.");
  EXPECT_EQ(error_of(legacy("\x80\x02.")), "a pickle that uses more objects than it has.");
  EXPECT_EQ(error_of(legacy("\x80\x02((ee.")), "a pickle that uses more objects than it has.");
  EXPECT_EQ(error_of(legacy("\x80\x02t.")), "a pickle with a list without a beginning.");
  EXPECT_EQ(error_of(legacy("\x80\x02}K\1a.")), "a pickle that adds items to an object that is no list or dict.");
  EXPECT_EQ(error_of(legacy("\x80\x02}(K\1u.")), "a pickle with a key without a value.");
  EXPECT_EQ(error_of(legacy("\x80\x02h\5.")), "a pickle that reads the unset memo 5.");
  EXPECT_EQ(error_of(legacy("\x80\x02K\1)R.")), "a pickle that calls an object that is no function.");
  EXPECT_EQ(error_of(legacy("\x80\x02X\xff\xff\xff\x7f.")), "a pickle with a text of 2147483647 bytes beyond its end.");
  EXPECT_EQ(error_of(legacy("\x80\x02}NK\1s.")), "a dict with a key that is no text or integer.");
  EXPECT_EQ(error_of(legacy("\x80\x02"
                            "c" +
                            std::string(5000, 'a'))),
            "a pickle with a name of more than 1000 bytes.");
  EXPECT_EQ(error_of(legacy("\x80\x02"
                            "ccollections\nOrderedDict\nK\1\x85R.")),
            "a dict of an object that is no list.");
  EXPECT_EQ(error_of(legacy("\x80\x02K\1Q.")), "a pickle with an invalid storage.");
  EXPECT_EQ(error_of(legacy("\x80\x02"
                            "ctorch._utils\n_rebuild_parameter\n)R.")),
            "a parameter without a tensor.");
  EXPECT_EQ(error_of(legacy("\x80\x02}.", "\x80\x02}.")), "no list of storages.");
  EXPECT_EQ(error_of(testing::zip_of({{"photo.jpg", "\xff\xd8"}})), "a zip file without data.pkl.");
}

TEST(PyTorch, LimitsMemoryAndDepth) {
  const std::string nested = std::string(100, ']') + std::string(99, 'a') + ".";
  EXPECT_EQ(error_of(legacy(nested)), "containers nested more than 32 deep.");
  EXPECT_EQ(error_of(legacy(std::string(10'000'000, ']') + ".")), "a pickle of more than 625001 operations.");
  EXPECT_EQ(error_of(legacy("]q\1h\1a.")), "containers nested more than 32 deep.");  // a list that contains itself
  // Each list contains the list before it twice: 2^31 paths.
  std::string doubling = "]q\1";
  for (int i = 0; i < 31; ++i) doubling += "]h\1ah\1aq\1";
  EXPECT_EQ(error_of(legacy(doubling + ".")), "more names than a file of this size has.");
  // A list of 10,000 pairs that is converted again and again.
  std::string pairs = "](", calls;
  for (int i = 0; i < 10'000; ++i) pairs += "K\1K\1\x86";
  pairs += "eq\1";
  for (int i = 0; i < 10'000; ++i) calls += "ccollections\nOrderedDict\nh\1\x85R";
  EXPECT_TRUE(error_of(legacy(pairs + calls + ".")).starts_with("a pickle of more than 2"));
}

/// A state dict {"w": tensor} with a storage "7" of six floats. `view` contains offset, sizes and strides.
std::string tensor(const std::string& view, const std::string& type = "Float", const std::string& name = "w") {
  return "\x80\x02}X" + testing::little_endian(name.size(), 4) + name + "ctorch._utils\n_rebuild_tensor_v2\n((X" +
         testing::little_endian(7, 4) + "storagectorch\n" + type + "Storage\nX" + testing::little_endian(1, 4) + "7X" +
         testing::little_endian(3, 4) + "cpuK\6tQ" + view + "\x89}tRs.";
}
const std::string key_list = "\x80\x02](X" + testing::little_endian(1, 4) + "7e.";
const std::string storage = testing::little_endian(6, 8) + std::string(24, '\0');

std::string archive_error(const std::string& pickle, const std::string& bytes, int method = 0) {
  return error_of(testing::zip_of({{"a/data.pkl", pickle}, {"a/data/7", bytes, method}}));
}

TEST(PyTorch, ChecksEachTensorAgainstItsStorage) {
  const auto of_view = [](const std::string& view) { return error_of(legacy(tensor(view), key_list, storage)); };
  const std::string most = "\x8a\x08" + std::string(7, '\xff') + "\x7f";
  EXPECT_EQ(of_view(std::string("K\0", 2) + "K\6\x85K\1\x85"), "no error");
  EXPECT_EQ(of_view("K\1K\6\x85K\1\x85"), "w F32 (6) beyond the 6 elements of its storage.");
  EXPECT_EQ(of_view("K\6K\1\x85K\1\x85"), "w F32 (1) beyond the 6 elements of its storage.");
  EXPECT_EQ(of_view("K\6))"), "w F32 () beyond the 6 elements of its storage.");
  EXPECT_EQ(of_view("K\1K\2\x85" + most + "\x85"), "w F32 (2) beyond the 6 elements of its storage.");
  EXPECT_EQ(of_view("K\1K\3K\3\x86" + most + most + "\x86"), "w F32 (3, 3) beyond the 6 elements of its storage.");
  EXPECT_EQ(of_view("K\1" + most + most + "\x86K\1K\1\x86"),
            "w F32 (9223372036854775807, 9223372036854775807) larger than the file.");
  EXPECT_EQ(of_view("K\1J" + testing::little_endian(1 << 24, 4) + "\x85" + std::string("K\0\x85", 3)),
            "w F32 (16777216) larger than the file.");
  EXPECT_EQ(of_view("K\1K\6\x85K\1K\1\x86"), "a tensor of 1 axes and 2 strides.");
  EXPECT_EQ(of_view("K\1J\xff\xff\xff\xff\x85K\1\x85"), "a tensor with a size or stride that is no positive integer.");
  EXPECT_EQ(of_view("NK\6\x85K\1\x85"), "a tensor without storage, offset, size and stride.");
}

TEST(PyTorch, ChecksTheStorages) {
  const std::string view = std::string("K\0", 2) + "K\6\x85K\1\x85", six = std::string(24, '\0');
  EXPECT_EQ(error_of(legacy(tensor(view), key_list, storage.substr(0, 31))),
            "6 elements F32 of the storage 7 where 23 bytes are left.");
  EXPECT_EQ(error_of(legacy(tensor(view), key_list, "\6")), "a file that is cut off.");
  EXPECT_EQ(error_of(legacy(tensor(view))), "w F32 (6) without its storage in the file.");
  EXPECT_EQ(error_of(legacy("\x80\x02}.", key_list, storage)), "an unused storage 7.");
  EXPECT_EQ(error_of(legacy(tensor(view, "ComplexFloat"), key_list, storage)),
            "a pickle that contains torch.ComplexFloatStorage. Save the state_dict() of the model alone.");
  EXPECT_EQ(archive_error(tensor(view), six), "no error");
  EXPECT_EQ(archive_error(tensor(view), six + "xxxx"), "28 bytes for the 6 elements F32 of data/7.");
  EXPECT_EQ(archive_error(tensor(view), six, 8), "the compressed entry data/7.");
  EXPECT_EQ(error_of(testing::zip_of({{"a/data.pkl", tensor(view)}})), "a zip file without the storage data/7.");
  const std::string twice = tensor(view).substr(0, tensor(view).size() - 1) + tensor(view).substr(3);
  EXPECT_EQ(archive_error(twice, six), "the bytes in memory: expected one tensor of each name, got two of w.");
}

TEST(PyTorch, ReadsBigEndianFiles) {
  const std::string view = std::string("K\0", 2) + "K\2\x85K\3\x85";  // elements 0 and 3
  std::string bytes = std::string(12, '\1') + std::string("\x3f\xc0\0\0", 4) + std::string(8, '\1');
  const std::string zip = testing::zip_of({{"a/data.pkl", tensor(view)}, {"a/byteorder", "big"}, {"a/data/7", bytes}});
  EXPECT_EQ(PyTorchReader(testing::bytes_of(zip)).read("w")(1), Real{1.5});
}

}  // namespace
}  // namespace minnow
