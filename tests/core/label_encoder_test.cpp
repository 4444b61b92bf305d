#include <minnow/core/error.hpp>
#include <minnow/core/label_encoder.hpp>
#include <minnow/core/labels.hpp>

#include <tests/support/message.hpp>

#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using Names = std::vector<std::string>;

TEST(LabelEncoder, KeepsTheGivenOrder) {
  const LabelEncoder encoder{{"dog", "cat", "horse"}};
  EXPECT_EQ(encoder.classes(), (Names{"dog", "cat", "horse"}));
  EXPECT_EQ(encoder.encode("cat"), 1u);
  EXPECT_EQ(encoder.encode({"horse", "dog", "dog"}), (Tensor{2, 0, 0}));
  EXPECT_EQ(encoder.decode(2), "horse");
  EXPECT_EQ(encoder.decode(Tensor{1, 1, 0}), (Names{"cat", "cat", "dog"}));
}

TEST(LabelEncoder, FitsTheSortedDistinctNames) {
  const LabelEncoder encoder = LabelEncoder::fit({"horse", "cat", "dog", "cat", "Zebra", ""});
  EXPECT_EQ(encoder.classes(), (Names{"", "Zebra", "cat", "dog", "horse"}));
  EXPECT_EQ(encoder.encode({"cat", "", "horse"}), (Tensor{2, 0, 4}));
}

TEST(LabelEncoder, DecodesWhatItEncoded) {
  const Names names{"wolf", "äöü", "two words", "wolf", "猫"};
  const LabelEncoder encoder = LabelEncoder::fit(names);
  EXPECT_EQ(encoder.decode(encoder.encode(names)), names);
  EXPECT_EQ(encoder.decode(argmax(one_hot(encoder.encode(names), 4))), names);
  for (const std::string& name : names) EXPECT_EQ(encoder.decode(encoder.encode(name)), name);
}

TEST(LabelEncoder, AcceptsNoNamesAndOneClass) {
  const LabelEncoder encoder{{"dog"}};
  EXPECT_EQ(encoder.encode(Names{}).shape(), Shape{0});
  EXPECT_TRUE(encoder.decode(zeros({0})).empty());
  EXPECT_EQ(encoder.encode({"dog"}), Tensor{0});
  EXPECT_EQ(encoder.multi_hot({}).shape(), (Shape{0, 1}));
  EXPECT_TRUE(encoder.names_above(zeros({0, 1}), 0.5).empty());
}

TEST(LabelEncoder, IsAValue) {
  LabelEncoder encoder{{"dog", "cat"}};
  const LabelEncoder copy = encoder;
  encoder = LabelEncoder{{"horse"}};
  EXPECT_EQ(copy.encode("cat"), 1u);
  EXPECT_EQ(encoder.encode("horse"), 0u);
}

TEST(LabelEncoder, SeveralClassesOfASample) {
  const LabelEncoder encoder{{"dog", "cat", "horse"}};
  const std::vector<Names> names{{"dog", "horse"}, {}, {"cat"}};
  const Tensor rows = encoder.multi_hot(names);
  EXPECT_EQ(rows, (Tensor{{1, 0, 1}, {0, 0, 0}, {0, 1, 0}}));
  EXPECT_EQ(encoder.names_above(rows, 0.5), names);
  EXPECT_EQ(encoder.multi_hot({{"horse", "dog"}, {"cat", "cat"}}), (Tensor{{1, 0, 1}, {0, 1, 0}}));
  const Tensor probabilities{{0.5f, 0.25f, 0.75f}, {0.125f, std::numeric_limits<Real>::quiet_NaN(), 0.25f}};
  EXPECT_EQ(encoder.names_above(probabilities, 0.5), (std::vector<Names>{{"horse"}, {}}));
  EXPECT_EQ(encoder.names_above(probabilities, 0.2), (std::vector<Names>{{"dog", "cat", "horse"}, {"horse"}}));
}

TEST(LabelEncoder, RefusesNoClassesAndRepeatedNames) {
  EXPECT_EQ(message<ValueError>([] { LabelEncoder{Names{}}; }), "LabelEncoder: expected at least one class, got none.");
  EXPECT_EQ(message<ValueError>([] { LabelEncoder::fit({}); }), "LabelEncoder: expected at least one class, got none.");
  EXPECT_EQ(message<ValueError>([] {
              LabelEncoder{{"dog", "cat", "horse", "cat"}};
            }),
            "LabelEncoder: expected each class once, got 'cat' as classes 1 and 3. Use fit() for names that repeat.");
}

TEST(LabelEncoder, ReportsTheUnknownNameTheRowAndTheFirstClasses) {
  const LabelEncoder few{{"dog", "cat"}}, many{{"a", "b", "c", "d", "e", "f", "g"}};
  EXPECT_EQ(message<ValueError>([&] { few.encode("wolf"); }),
            "LabelEncoder: expected a class, one of dog, cat, got 'wolf'.");
  EXPECT_EQ(message<ValueError>([&] {
              few.encode({"dog", "cat", "Dog"});
            }),
            "LabelEncoder: expected a class, one of dog, cat, got 'Dog' in row 2.");
  EXPECT_EQ(message<ValueError>([&] {
              many.encode({"g", ""});
            }),
            "LabelEncoder: expected a class, one of a, b, c, d, e, ... (7 classes), got '' in row 1.");
  EXPECT_EQ(message<ValueError>([&] {
              few.multi_hot({{"dog"}, {"cat", "wolf"}});
            }),
            "LabelEncoder: expected a class, one of dog, cat, got 'wolf' in row 1.");
}

TEST(LabelEncoder, ReportsTheInvalidIndexAndShape) {
  const LabelEncoder encoder{{"dog", "cat"}};
  EXPECT_EQ(message<ValueError>([&] { encoder.decode(2); }),
            "LabelEncoder: expected a class index from 0 to 1, got 2.");
  EXPECT_EQ(message<ValueError>([&] {
              encoder.decode(Tensor{0, 1, 7});
            }),
            "LabelEncoder: expected class indices, whole numbers from 0 to 1, got 7 in row 2.");
  EXPECT_EQ(message<ValueError>([&] { encoder.decode(Tensor{0.5f}); }),
            "LabelEncoder: expected class indices, whole numbers from 0 to 1, got 0.5 in row 0.");
  EXPECT_EQ(message<ShapeError>([&] {
              encoder.decode(zeros({2, 2}));
            }),
            "LabelEncoder: expected labels (N), got (2, 2). Use argmax to convert scores (N, C) to labels.");
  EXPECT_EQ(message<ShapeError>([&] {
              encoder.names_above(zeros({4, 3}), 0.5);
            }),
            "LabelEncoder: expected values (N, 2), one for each class, got (4, 3).");
}

}  // namespace
}  // namespace minnow
