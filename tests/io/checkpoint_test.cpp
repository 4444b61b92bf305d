#include <minnow/core/error.hpp>
#include <minnow/core/snapshot.hpp>
#include <minnow/io/checkpoint.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/message.hpp>
#include <tests/support/temporary_folder.hpp>

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// An object with every kind of value.
struct Everything {
  std::uint64_t count = 0xFFFFFFFFFFFFFFFF;
  double third = 1.0 / 3, small = -0.0, infinite = -infinity, nan = std::numeric_limits<double>::quiet_NaN();
  FixedTensor tensor{Shape{2, 3}}, empty{Shape{0, 4}}, scalar{Shape{}}, none;
  std::string option = "é \"quoted\"\n";

  void visit_state(StateVisitor& visitor) {
    visitor.constant("option", option);
    visitor.visit("count", count);
    visitor.visit("third", third);
    visitor.visit("small", small);
    visitor.visit("infinite", infinite);
    visitor.visit("nan", nan);
    visitor.visit("tensor", tensor);
    visitor.visit("empty", empty);
    visitor.visit("scalar", scalar);
    visitor.visit("none", none, {5});
  }
};

Everything filled() {
  Everything object;
  for (std::size_t i = 0; i < 6; ++i) object.tensor.data()[i] = static_cast<Real>(1) / static_cast<Real>(i + 3);
  object.tensor(1, 1) = std::numeric_limits<Real>::denorm_min();
  object.scalar.fill(-7);
  return object;
}

const Everything everything = filled();

TEST(Checkpoint, ReturnsEveryValueBitForBit) {
  const testing::TemporaryFolder folder;
  save_checkpoint(folder / "a.safetensors", StateView::of(everything), {{"note", "line 1\nline 2"}});
  const Checkpoint checkpoint = load_checkpoint(folder / "a.safetensors");
  EXPECT_EQ(first_difference(checkpoint.state, Snapshot(StateView::of(everything))), "");
  EXPECT_EQ(checkpoint.metadata, (std::map<std::string, std::string>{{"note", "line 1\nline 2"}}));
  Everything restored;
  restored.count = 1;
  restored.none = FixedTensor(Shape{5});
  checkpoint.state.restore_to(restored);
  EXPECT_EQ(first_difference(Snapshot(StateView::of(restored)), Snapshot(StateView::of(everything))), "");
  EXPECT_FALSE(restored.none.has_shape());
}

TEST(Checkpoint, NamesTheFirstDifferenceOfTheObjects) {
  const testing::TemporaryFolder folder;
  save_checkpoint(folder / "a.safetensors", StateView(everything));
  Everything other;
  other.option = "b";
  EXPECT_EQ(message<Error>([&] { load_checkpoint(folder / "a.safetensors").state.restore(other); }),
            "Snapshot: expected 0.option to be é \"quoted\"\n, got b.");
}

// A changed bit anywhere in the file is found, or changes only the padding of the header.
TEST(Checkpoint, RefusesChangedBytes) {
  const testing::TemporaryFolder folder;
  save_checkpoint(folder / "a.safetensors", StateView(everything), {{"note", "text"}});
  const std::string bytes = testing::read_bytes(folder / "a.safetensors");
  const Snapshot saved(everything);
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int bit : {0, 2, 5}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      try {
        const Checkpoint checkpoint = load_checkpoint(testing::bytes_of(changed));
        ++accepted;
        EXPECT_EQ(first_difference(checkpoint.state, saved), "") << "byte " << i;
        EXPECT_EQ(checkpoint.metadata.at("note"), "text");
      } catch (const DataError& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      }
    }
  EXPECT_LT(accepted, 40u);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THROW(load_checkpoint(testing::bytes_of(bytes).first(length)), DataError) << length;
}

TEST(Checkpoint, RefusesOtherFilesVersionsAndReservedKeys) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(message<ValueError>([&] {
              save_checkpoint(folder / "a", StateView(everything), {{"minnow.x", ""}});
            }),
            "save_checkpoint: expected metadata keys that do not begin with minnow., got minnow.x.");
  save_checkpoint(folder / "a", StateView(everything));
  std::string text = testing::read_bytes(folder / "a");
  const std::string key = "\"minnow.checkpoint_version\":\"1\"";
  text.replace(text.find(key) + key.size() - 2, 1, "2");
  EXPECT_EQ(message<DataError>([&] { load_checkpoint(testing::bytes_of(text)); }),
            "the bytes in memory: expected a checkpoint of version 1, got version 2. Use the version of Minnow that "
            "wrote it.");
  EXPECT_NE(message<DataError>([&] { load_checkpoint(folder / "missing"); }).find("missing"), std::string::npos);
}

}  // namespace
}  // namespace minnow
