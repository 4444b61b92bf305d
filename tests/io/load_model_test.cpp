// Files that load_model refuses.

#include <minnow/core.hpp>
#include <minnow/io.hpp>
#include <minnow/layers.hpp>
#include <minnow/models.hpp>

#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::TemporaryFolder;

TEST(LoadModel, RejectsOtherFiles) {
  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  Rng rng{1};
  const Sequential model{Dense(3, 2, rng)};
  const auto error_of = [&](const std::map<std::string, std::string>& metadata) {
    write_safetensors(path, model.const_state(), metadata);
    const std::string text = message<DataError>([&] { load_model(path); });
    return text.starts_with(path.string() + ": ") ? text.substr(path.string().size() + 2) : text;
  };
  const std::string dense = R"({"type":"Dense","attributes":{"in":3,"out":2}})";
  const std::string whole = R"({"type":"Sequential","children":[)" + dense + "]}";
  EXPECT_EQ(
      error_of({}),
      "expected a file of save_model, got weights without an architecture. Build the model, and use load_weights.");
  EXPECT_EQ(error_of({{"minnow.architecture", whole}, {"minnow.format_version", "2"}}),
            "expected a model file of version 1 to 1, got version 2. Update Minnow.");
  const auto with = [&](const std::string& architecture) {
    return error_of({{"minnow.architecture", architecture}, {"minnow.format_version", "1"}});
  };
  EXPECT_EQ(with(whole), "no error");
  EXPECT_EQ(with("{"), "expected the config of a layer, got invalid JSON.");
  EXPECT_EQ(with("[]"), "expected the config of a layer, got no type.");
  EXPECT_EQ(with(R"({"type":"Dense","attributes":{"in":3,"out":[2,true]}})"),
            "expected the config of a layer, got a list of several types as out.");
  EXPECT_EQ(with(R"({"type":"Dense","attributes":{"in":3,"out":-2}})"),
            "Dense: expected attribute out to be at least 0, got -2.");
  const auto with_table = [&](const std::string& table) {
    return error_of({{"minnow.architecture", whole}, {"minnow.format_version", "1"}, {"minnow.table", table}});
  };
  EXPECT_EQ(with_table("{"), "expected minnow.table as JSON, got other text.");
  EXPECT_EQ(with_table("{}"), "TableEncoder: expected a list of columns in the JSON of an encoder.");
  const std::string columns =
      R"("columns":[{"name":"a","position":0}],"target":{"name":"b","position":1,"classes":["p","q"]},)";
  EXPECT_EQ(with_table("{" + columns + R"("width":2,"delimiter":","})"),
            "layer 0, Dense(3 -> 2): expected input (N, ..., 3), got (1, 1).");
  EXPECT_EQ(with_table("{" + columns + R"("width":1,"delimiter":","})"),
            "TableEncoder: expected positions of the columns below the width.");
  std::string deep = dense;
  for (int i = 0; i < 300; ++i) deep = R"({"type":"Sequential","children":[)" + deep + "]}";
  EXPECT_EQ(with(deep), "expected the config of a layer, got children nested more than 256 deep.");
  EXPECT_EQ(with(std::string(100'000, '[')), "expected the config of a layer, got children nested more than 256 deep.");
  EXPECT_EQ(with(std::string(5'000'000, ' ')),
            "expected the config of a layer, got 5000000 bytes. The limit is 2000000.");
  EXPECT_EQ(with(R"({"type":"Sequential","children":[{"type":"Dense","attributes":{"in":4,"out":2}}]})"),
            "expected the weights of Sequential(1 layer), got 1 of another shape (0.weight: (2, 4) in the model, " +
                std::string(to_string(real_type)) + " (2, 3) in the file).");
  EXPECT_EQ(with(R"({"type":"Dense","attributes":{"in":100000,"out":20000}})"),
            "expected layers no larger than the weights in the file, got a tensor (20000, 100000).");
  std::string many = R"({"type":"Sequential","children":[{"type":"ReLU"})";
  for (int i = 0; i < 100'000; ++i) many += R"(,{"type":"ReLU"})";
  EXPECT_TRUE(with(many + "]}").starts_with("expected the weights of Sequential(100001 layers), got 2 unexpected"));
  const auto dense_with = [&](const std::string& attributes) {
    return with(R"({"type":"Dense","attributes":{)" + attributes + "}}");
  };
  EXPECT_EQ(dense_with(R"("in":3,"out":9223372036854775808)"),
            "expected the config of a layer, got a number that exceeds 2^63 - 1 as out.");
  EXPECT_EQ(dense_with(R"("in":3,"out":[2,9223372036854775808])"),
            "expected the config of a layer, got a number that exceeds 2^63 - 1 as out.");
  EXPECT_EQ(dense_with('"' + std::string(100'000, 'x') + "\":1"),
            "expected the config of a layer, got an attribute with a name of 100000 bytes in Dense.");
  EXPECT_EQ(with(R"({"type":")" + std::string(100'000, 'x') + "\"}"),
            "expected the config of a layer, got a type of 100000 bytes.");
  std::string attributes = "\"in\":3";
  for (int i = 0; i < 100'000; ++i) attributes += ",\"" + std::to_string(i) + "\":0";
  EXPECT_EQ(dense_with(attributes), "expected the config of a layer, got an object of 100001 keys. The limit is 256.");
  const std::map<std::string, std::string> valid{{"minnow.architecture", whole}, {"minnow.format_version", "1"}};
  const auto with_entry = [&](const char* key, const char* value) {
    auto metadata = valid;
    metadata[key] = value;
    return error_of(metadata);
  };
  EXPECT_EQ(with_entry("minnow.streams", R"({"a":1})"), "expected 0 values of random streams, got 1.");
  EXPECT_EQ(with_entry("minnow.normalization", R"({"mean":[1],"deviation":[0]})"),
            "Normalization: expected a finite mean and a positive deviation of channel 0, got 1 and 0.");
  EXPECT_EQ(with_entry("minnow.class_names", "[1]"), "expected valid values of minnow.class_names, got [1].");
  EXPECT_EQ(with_entry("minnow.input_shape", "3"), "expected valid values of minnow.input_shape, got 3.");
  for (const char* shape : {"[-1]", "[3.0]", "[1e300]", "[0,3]", "[\"3\"]"})
    EXPECT_EQ(with_entry("minnow.input_shape", shape),
              std::string("expected valid values of minnow.input_shape, got ") + shape + ".");
  EXPECT_EQ(with_entry("minnow.input_shape", "[4]"), "layer 0, Dense(3 -> 2): expected input (N, ..., 3), got (1, 4).");
  const auto with_shape = [&](const char* key, const char* value) {
    auto metadata = valid;
    metadata["minnow.input_shape"] = "[3]";
    metadata[key] = value;
    return error_of(metadata);
  };
  EXPECT_EQ(with_shape("minnow.class_names", R"(["a","b"])"), "no error");
  EXPECT_EQ(with_shape("minnow.class_names", R"(["a"])"), "expected 2 class names, one per output, got 1.");
  EXPECT_EQ(with_shape("minnow.normalization", R"({"mean":[1],"deviation":[1]})"),
            "expected a normalization of the channels of the input (3), got one of 1 channels.");
  EXPECT_EQ(with_entry("minnow.normalization", "{}"), "expected valid values of minnow.normalization, got {}.");
  for (const char* version : {"0", "-1", "1.5", "1e300", "\"1\""})
    EXPECT_EQ(with_entry("minnow.format_version", version),
              std::string("expected a model file of version 1 to 1, got version ") + version + ".");
  EXPECT_EQ(error_of({{"minnow.architecture", whole}}), "expected a model file of version 1 to 1, got none.");
  EXPECT_EQ(with_entry("minnow.class_names", std::string(2'000'001, ' ').c_str()),
            "expected at most 2000000 bytes of minnow.class_names, got 2000001.");
  EXPECT_EQ(with_entry("minnow.class_names", ("[" + std::string(100, '1') + ",1]").c_str()),
            "expected valid values of minnow.class_names, got [" + std::string(99, '1') + "....");
}

TEST(LoadModel, RejectsInvalidRandomStreams) {
  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  const auto error_of = [&](const std::string& streams) {
    write_safetensors(path, {},
                      {{"minnow.architecture", R"({"type":"Dropout","attributes":{"p":0.5}})"},
                       {"minnow.format_version", "1"},
                       {"minnow.streams", streams}});
    const std::string text = message<DataError>([&] { load_model(path); });
    return text.starts_with(path.string() + ": ") ? text.substr(path.string().size() + 2) : text;
  };
  const auto with_used = [&](const std::string& used) {
    return error_of(R"({"rng.key":1,"rng.block":2,"rng.used":)" + used + "}");
  };
  EXPECT_EQ(with_used("4"), "no error");
  EXPECT_EQ(with_used("5"), "Rng: expected at most 4 used words of the current block, got 5 of block 2.");
  EXPECT_EQ(with_used("1000000000000"),
            "Rng: expected at most 4 used words of the current block, got 1000000000000 of block 2.");
  for (const char* used : {"-1", "1.5", "1e3", "\"1\"", "null"})
    EXPECT_EQ(with_used(used), "expected a number of the random stream rng.used, got another value.") << used;
}

}  // namespace
}  // namespace minnow
