#include <minnow/core/error.hpp>
#include <minnow/core/layer_config.hpp>

#include <tests/support/message.hpp>

#include <functional>

#include <gtest/gtest.h>

namespace minnow {
namespace {

LayerConfig with_all_kinds() {
  return {"Sample",
          {{"size", 3},
           {"rate", 0.5},
           {"bias", true},
           {"mode", "full"},
           {"kernel", Size2d(3, 5)},
           {"shape", Shape{2, 3, 4}},
           {"rates", ConfigValue::Reals{0.1, 1e-300}},
           {"flags", ConfigValue::Booleans{true, false}},
           {"names", ConfigValue::Texts{"a", "b"}}},
          {{"Child", {}, {}}, {"Child", {{"size", 1}}, {}}}};
}

TEST(LayerConfig, PrintsAsText) {
  EXPECT_EQ(to_string(with_all_kinds()),
            "Sample(size 3, rate 0.5, bias true, mode \"full\", kernel [3, 5], shape [2, 3, 4], rates [0.1, 1e-300], "
            "flags [true, false], names [\"a\", \"b\"]){Child, Child(size 1)}");
  EXPECT_NE(to_string({"A", {{"x", 0.1}}, {}}), to_string({"A", {{"x", 0.1 + 2e-17}}, {}}));
  EXPECT_NE(to_string({"A", {{"x", "1\", y \"2"}}, {}}), to_string({"A", {{"x", "1"}, {"y", "2"}}, {}}))
      << "quotation marks inside a text are escaped";
}

TEST(LayerConfig, EqualityComparesTypesValuesOrderAndChildren) {
  const LayerConfig config{"A", {{"x", 1}, {"y", 2}}, {{"B", {}, {}}}};
  EXPECT_EQ(config, (LayerConfig{"A", {{"x", 1}, {"y", 2}}, {{"B", {}, {}}}}));
  EXPECT_NE(config, (LayerConfig{"B", {{"x", 1}, {"y", 2}}, {{"B", {}, {}}}}));
  EXPECT_NE(config, (LayerConfig{"A", {{"x", 1}, {"y", 3}}, {{"B", {}, {}}}}));
  EXPECT_NE(config, (LayerConfig{"A", {{"y", 2}, {"x", 1}}, {{"B", {}, {}}}}));
  EXPECT_NE(config, (LayerConfig{"A", {{"x", 1}, {"y", true}}, {{"B", {}, {}}}}));
  EXPECT_NE(config, (LayerConfig{"A", {{"x", 1}, {"y", 2}}, {}}));
}

TEST(ConfigReader, ReadsEachKind) {
  const LayerConfig config = with_all_kinds();
  ConfigReader read(config, "Sample");
  EXPECT_EQ(read.size("size"), 3u);
  EXPECT_EQ(read.real("rate"), 0.5);
  EXPECT_EQ(read.real("size"), 3.0) << "an integer is also a real";
  EXPECT_TRUE(read.boolean("bias"));
  EXPECT_EQ(read.text("mode"), "full");
  EXPECT_TRUE(read.is_text("mode"));
  EXPECT_FALSE(read.is_text("size"));
  EXPECT_FALSE(read.is_text("missing"));
  EXPECT_EQ(read.size2d("kernel"), Size2d(3, 5));
  EXPECT_EQ(read.shape("shape"), (Shape{2, 3, 4}));
  EXPECT_EQ(read.integers("shape"), (ConfigValue::Integers{2, 3, 4}));
  EXPECT_EQ(read.size("missing", 7), 7u);
  EXPECT_EQ(ConfigReader({"A", {{"size", 0}}, {}}, "A").size("size"), 0u);
  EXPECT_EQ(read.optional_size("missing"), std::nullopt);
  EXPECT_EQ(read.optional_real("missing"), std::nullopt);
  EXPECT_EQ(read.size2d("missing", Size2d(2)), Size2d(2));
  read.children(2);
  EXPECT_EQ(message<ValueError>([&] { read.finish(); }), "Sample: expected no attribute rates, got [0.1, 1e-300].");
}

TEST(ConfigReader, RefusesWhatDoesNotFit) {
  const auto refused = [](const LayerConfig& config, const std::function<void(ConfigReader&)>& action) {
    return message<ValueError>([&] {
      ConfigReader read(config, "A");
      action(read);
    });
  };
  const LayerConfig negative{"A", {{"x", -1}, {"shape", {2, -1}}, {"pair", {1, 2, 3}}, {"text", "t"}}, {}};
  EXPECT_EQ(refused(negative, [](auto& read) { read.size("x"); }), "A: expected attribute x to be at least 0, got -1.");
  EXPECT_EQ(refused(negative, [](auto& read) { read.shape("shape"); }),
            "A: expected attribute shape to be at least 0, got -1.");
  EXPECT_EQ(refused(negative, [](auto& read) { read.size2d("pair"); }),
            "A: expected attribute pair to be [height, width], got [1, 2, 3].");
  EXPECT_EQ(refused(negative, [](auto& read) { read.real("text"); }),
            "A: expected attribute text to be a number, got \"t\".");
  EXPECT_EQ(refused(negative, [](auto& read) { read.boolean("y"); }),
            "A: expected attribute y to be true or false, got none.");
  EXPECT_EQ(refused({"B", {}, {}}, [](auto&) {}), "A: expected a config of type A, got B.");
  EXPECT_EQ(refused({"A", {{"x", 1}, {"x", 2}}, {}}, [](auto&) {}), "A: expected attribute x once, got it twice.");
}

TEST(ConfigReader, CountsChildren) {
  const LayerConfig child{"B", {}, {}}, config{"A", {}, {child, child}};
  const auto refused = [&](std::size_t least, std::size_t most) {
    return message<ValueError>([&] { ConfigReader(config, "A").children(least, most); });
  };
  EXPECT_EQ(refused(2, 2), "no error");
  EXPECT_EQ(refused(3, 4), "A: expected 3 or more children, got 2.");
  EXPECT_EQ(refused(0, 1), "A: expected 1 or fewer children, got 2.");
  EXPECT_EQ(message<ValueError>([&] { ConfigReader(config, "A").finish(); }), "A: expected no children, got 2.");
}

}  // namespace
}  // namespace minnow
