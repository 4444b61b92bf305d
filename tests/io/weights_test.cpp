#include <minnow/minnow.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/small_model.hpp>
#include <tests/support/temporary_folder.hpp>

#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using testing::TemporaryFolder;

TEST(LoadWeights, LoadsByName) {
  const TemporaryFolder folder;
  Sequential from = small_model(1), to = small_model(2);
  save_weights(from, folder / "weights.safetensors");
  EXPECT_TRUE(load_weights(to, folder / "weights.safetensors").empty());
  const Tensor x = random({4, 6}, 3);
  EXPECT_EQ(to.predict(x), from.predict(x));
}

TEST(LoadWeights, MakesGradientsStaleAndKeepsTheOptimizer) {
  const TemporaryFolder folder;
  Sequential from = small_model(1), to = small_model(2);
  save_weights(from, folder / "weights.safetensors");
  SGD sgd{to.parameters(), {.learning_rate = 1}};
  const Tensor x = random({4, 6}, 3);
  to.forward(x);
  to.backward(random({4, 3}, 4));
  load_weights(to, folder / "weights.safetensors");
  EXPECT_FALSE(to.parameters()[0].parameter->has_gradient());
  to.forward(x);
  to.backward(random({4, 3}, 4));
  sgd.step();
  EXPECT_NE(to.predict(x), from.predict(x));
}

TEST(LoadWeights, ListsEveryDifferenceAndChangesNothing) {
  const TemporaryFolder folder;
  const auto path = folder / "weights.safetensors";
  Rng rng{1};
  const Sequential from{Dense(6, 5, rng), Tanh(), Dense(5, 2, rng), Dense(2, 2, rng)};
  save_weights(from, path);
  Sequential to{Dense(6, 5, rng), BatchNorm1d(5), Dense(5, 3, rng)};
  const Snapshot before(to);
  const std::string type = to_string(real_type);
  EXPECT_EQ(message<DataError>([&] { load_weights(to, path); }),
            path.string() +
                ": expected the weights of Sequential(3 layers), got 4 missing (1.weight, 1.bias, 1.running_mean, "
                "1.running_var), 2 unexpected (3.bias, 3.weight), 2 of another shape (2.weight: (3, 5) in the model, " +
                type + " (2, 5) in the file, 2.bias: (3) in the model, " + type +
                " (2) in the file). {.strict = false} loads the others.");
  EXPECT_EQ(first_difference(Snapshot(to), before), "");
  const SkippedWeights skipped = load_weights(to, path, {.strict = false});
  EXPECT_EQ(skipped.missing.size(), 4u);
  EXPECT_EQ(skipped.unexpected, (std::vector<std::string>{"3.bias", "3.weight"}));
  EXPECT_EQ(skipped.misshapen.size(), 2u);
  EXPECT_EQ(*to.const_state()[0].value, *from.const_state()[0].value);
}

TEST(LoadWeights, MapsNames) {
  const TemporaryFolder folder;
  const auto path = folder / "weights.safetensors";
  Sequential from = small_model(1);
  save_weights(from, path);
  Rng rng{9};
  Sequential to{Sequential{Dense(6, 5, rng), Tanh()}, Dense(5, 4, rng)};  // another head
  const auto skipped = load_weights(to, path, {.strict = false, .rename = [](const std::string& name) {
                                                 return name.starts_with("0.") ? "0." + name : std::string();
                                               }});
  EXPECT_EQ(skipped.missing, (std::vector<std::string>{"1.weight", "1.bias"}));
  EXPECT_TRUE(skipped.unexpected.empty());
  EXPECT_EQ(*to.const_state()[0].value, *from.const_state()[0].value);
  EXPECT_EQ(message<ValueError>([&] { load_weights(to, path, {.rename = [](const std::string&) { return "a"; }}); }),
            path.string() + ": expected one tensor for each name, got two for a. Change rename.");
}

TEST(LoadWeights, RemovesAPrefix) {
  const TemporaryFolder folder;
  const auto path = folder / "weights.safetensors";
  Sequential from{small_model(1), small_model(2)}, to = small_model(3);
  save_weights(from, path);
  EXPECT_TRUE(load_weights(to, path, {.prefix = "1."}).empty());
  EXPECT_EQ(*to.const_state()[0].value, *from.const_state()[4].value);
  const auto swapped = [](const std::string& name) { return (name[0] == '0' ? "2" : "0") + name.substr(1); };
  EXPECT_EQ(load_weights(to, path, {.strict = false, .prefix = "0.", .rename = swapped}).misshapen.size(), 4u);
  const std::string error = message<DataError>([&] { load_weights(to, path); });
  EXPECT_TRUE(error.ends_with(" {.prefix = \"0.\"} loads the tensors whose names begin with it.")) << error;
}

TEST(LoadWeights, RejectsOtherFiles) {
  Sequential model = small_model(1);
  const auto error_of = [&](const std::string& bytes) {
    return message<DataError>([&] { load_weights(model, testing::bytes_of(bytes)); });
  };
  const std::string other =
      "the bytes in memory: expected a safetensors file, a file of torch.save or an NPZ file, "
      "got another file.";
  EXPECT_EQ(error_of(""), other);
  EXPECT_EQ(error_of("\xff\xd8\xff\xe0\x10JFIF..."), other);
  EXPECT_EQ(
      error_of(testing::zip_of({{"photo.jpg", "\xff\xd8"}})),
      "the bytes in memory: expected a safetensors file, a file of torch.save or an NPZ file, got a zip file that "
      "contains photo.jpg.");
  EXPECT_EQ(error_of("PK\3\4 that is cut off"),
            "the bytes in memory: expected a file of tensors, got a zip file with no directory at its end.");
}

TEST(NonFiniteWeights, ListsTheNames) {
  const TemporaryFolder folder;
  Sequential model = small_model(1), loaded = small_model(2);
  EXPECT_TRUE(non_finite_weights(model).empty());
  model.state()[1].value->values()[2] = std::numeric_limits<Real>::quiet_NaN();
  model.state()[2].value->values()[0] = -std::numeric_limits<Real>::infinity();
  save_weights(model, folder / "weights.safetensors");
  load_weights(loaded, folder / "weights.safetensors");
  EXPECT_EQ(non_finite_weights(loaded), (std::vector<std::string>{"0.bias", "2.weight"}));
}

}  // namespace
}  // namespace minnow
