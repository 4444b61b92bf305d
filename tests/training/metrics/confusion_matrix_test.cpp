#include <minnow/core/error.hpp>
#include <minnow/training/metrics/confusion_matrix.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

TEST(ConfusionMatrix, CountsBatchByBatchAndPrintsATable) {
  ConfusionMatrix matrix({"dog", "cat"});
  EXPECT_TRUE(std::isnan(matrix.accuracy()));
  matrix.add(Tensor{{2, 1}, {0, 1}}, Tensor{0, 0});
  matrix.add(Tensor{{0, 1}, {0, 1}}, Tensor{1, 1});
  EXPECT_EQ(matrix.count(0, 0), 1u);
  EXPECT_EQ(matrix.count(0, 1), 1u);
  EXPECT_EQ(matrix.count(1, 1), 2u);
  EXPECT_EQ(matrix.true_count(0), 2u);
  EXPECT_EQ(matrix.predicted_count(0), 1u);
  EXPECT_EQ(matrix.correct(), 3u);
  EXPECT_EQ(matrix.total(), 4u);
  EXPECT_EQ(matrix.accuracy(), 0.75);
  EXPECT_EQ(matrix.to_string(),
            "true \\ predicted      dog      cat   recall\n"
            "dog                     1        1    50.0%\n"
            "cat                     0        2   100.0%\n");
}

TEST(ConfusionMatrix, PrintsShares) {
  ConfusionMatrix matrix({"dog", "cat", "owl"});
  matrix.add(Tensor{{2, 1, 0}, {0, 1, 0}, {0, 1, 0}, {0, 1, 0}}, Tensor{0, 0, 1, 1});
  EXPECT_EQ(matrix.to_string(Normalize::truth),
            "true \\ predicted      dog      cat      owl\n"
            "dog                 50.0%    50.0%     0.0%\n"
            "cat                  0.0%   100.0%     0.0%\n"
            "owl                  0.0%     0.0%     0.0%\n"
            "Rows are shares of the true class.\n");
  EXPECT_EQ(matrix.to_string(Normalize::prediction),
            "true \\ predicted      dog      cat      owl\n"
            "dog                100.0%    33.3%     0.0%\n"
            "cat                  0.0%    66.7%     0.0%\n"
            "owl                  0.0%     0.0%     0.0%\n"
            "Columns are shares of the predicted class.\n");
  EXPECT_EQ(matrix.to_string(Normalize::all),
            "true \\ predicted      dog      cat      owl\n"
            "dog                 25.0%    25.0%     0.0%\n"
            "cat                  0.0%    50.0%     0.0%\n"
            "owl                  0.0%     0.0%     0.0%\n"
            "Cells are shares of all samples.\n");
}

TEST(ConfusionMatrix, NumbersTheColumnsWhenNamesAreLong) {
  std::vector<std::string> names(11, "cat");
  names[1] = "German shepherd dog";
  ConfusionMatrix matrix(names);
  matrix.add(Tensor{{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2}}, Tensor{1});
  const std::string table = matrix.to_string();
  EXPECT_EQ(table.substr(0, table.find('\n')),
            "true \\ predicted              [0]      [1]      [2]      [3]      [4]      [5]      [6]      [7]      [8]"
            "      [9]     [10]   recall");
  EXPECT_NE(table.find("\n[0]  cat                        0        0 "), std::string::npos) << table;
  EXPECT_NE(table.find("\n[1]  German shepherd dog        0        0 "), std::string::npos) << table;
  EXPECT_NE(table.find("        1     0.0%\n[2]  cat  "), std::string::npos) << table;
  EXPECT_NE(table.find("\n[10] cat                        0        0 "), std::string::npos) << table;
  EXPECT_EQ(ConfusionMatrix({"nine char", "cat"}).to_string(),
            "true \\ predicted  nine char        cat   recall\n"
            "nine char                 0          0        -\n"
            "cat                       0          0        -\n");
}

TEST(ConfusionMatrix, NamesTheColumnsUpToAWidthOf16) {
  EXPECT_EQ(ConfusionMatrix({"setosa", "versicolor", "virginica"}).to_string(),
            "true \\ predicted      setosa  versicolor   virginica   recall\n"
            "setosa                     0           0           0        -\n"
            "versicolor                 0           0           0        -\n"
            "virginica                  0           0           0        -\n");
  const std::string table = ConfusionMatrix({"sixteen letters.", "b"}).to_string();
  EXPECT_EQ(table.substr(0, table.find('\n')), "true \\ predicted  sixteen letters.                 b   recall");
  const std::string numbered = ConfusionMatrix({"seventeen letters", "b"}).to_string();
  EXPECT_EQ(numbered.substr(0, numbered.find('\n')), "true \\ predicted           [0]      [1]   recall");
}

// Columns of a terminal, not bytes: a wide East Asian character has two columns and three bytes.
TEST(ConfusionMatrix, AlignsNamesOfAnyScript) {
  ConfusionMatrix wide({"猎豹猎豹", "狗"}), accents({"cafe\u0301 noir", "Über"}), cyrillic({"обезьяна", "кошка"});
  EXPECT_EQ(wide.to_string(),
            "true \\ predicted  猎豹猎豹        狗   recall\n"
            "猎豹猎豹                 0         0        -\n"
            "狗                       0         0        -\n");
  EXPECT_EQ(accents.to_string(),
            "true \\ predicted  cafe\u0301 noir       Über   recall\n"
            "cafe\u0301 noir                 0          0        -\n"
            "Über                      0          0        -\n");
  EXPECT_EQ(cyrillic.to_string(Normalize::all),
            "true \\ predicted  обезьяна     кошка\n"
            "обезьяна              0.0%      0.0%\n"
            "кошка                 0.0%      0.0%\n"
            "Cells are shares of all samples.\n");
}

TEST(ConfusionMatrix, NumbersTheColumnsWhenWideNamesAreLong) {
  EXPECT_EQ(ConfusionMatrix({"猎豹猎豹猎豹猎豹猎豹", "狗"}).to_string(),
            "true \\ predicted              [0]      [1]   recall\n"
            "[0] 猎豹猎豹猎豹猎豹猎豹        0        0        -\n"
            "[1] 狗                          0        0        -\n");
}

TEST(ConfusionMatrix, EscapesNamesThatAreNotUTF8) {
  ConfusionMatrix matrix({"caf\xE9", "a\nb"});
  EXPECT_EQ(matrix.to_string(),
            "true \\ predicted  caf\\xE9   a\\x0Ab   recall\n"
            "caf\\xE9                 0        0        -\n"
            "a\\x0Ab                  0        0        -\n");
  EXPECT_EQ(matrix.class_names(), (std::vector<std::string>{"caf\xE9", "a\nb"}));
}

TEST(ConfusionMatrix, ComparesASingleScoreWithTheThreshold) {
  ConfusionMatrix probabilities({"no", "yes"}, 0.5), logits({"no", "yes"}, 0);
  probabilities.add(Tensor{0.25, 0.5, 0.75}, Tensor{0, 1, 1});  // 0.5 is not above 0.5
  probabilities.add(from(std::vector<Real>{0.625}, {1, 1}), zeros({1, 1}));
  EXPECT_EQ(probabilities.count(0, 0), 1u);
  EXPECT_EQ(probabilities.count(0, 1), 1u);
  EXPECT_EQ(probabilities.count(1, 0), 1u);
  EXPECT_EQ(probabilities.count(1, 1), 1u);
  const Real inf = std::numeric_limits<Real>::infinity();
  logits.add(Tensor{-inf, 0, 0.25, inf}, Tensor{0, 0, 1, 1});
  EXPECT_EQ(logits.accuracy(), 1);
}

TEST(ConfusionMatrix, TakesOneClassAndNoSample) {
  ConfusionMatrix matrix({"all"});
  matrix.add(zeros({2, 1}), zeros({2}));
  matrix.add(zeros({0, 1}), zeros({0}));
  EXPECT_EQ(matrix.count(0, 0), 2u);
  EXPECT_EQ(matrix.total(), 2u);
}

TEST(ConfusionMatrix, RefusesInvalidBatchesAndAddsNothing) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  ConfusionMatrix two({"dog", "cat"}), three({"dog", "cat", "owl"});
  EXPECT_EQ(message<ValueError>([] { ConfusionMatrix({}); }),
            "ConfusionMatrix: expected at least one class, got none.");
  EXPECT_EQ(message<ValueError>([&] { static_cast<void>(two.count(2, 0)); }),
            "ConfusionMatrix: expected classes below 2, got 2 and 0.");
  EXPECT_EQ(message<ValueError>([&] {
              two.add(Tensor{{1, 0}, {0, 1}}, Tensor{0, 2});
            }),
            "ConfusionMatrix: expected class indices, whole numbers from 0 to 1, got 2 in row 1.");
  EXPECT_EQ(message<ValueError>([&] {
              two.add(Tensor{1, 0}, Tensor{0, 0.5});
            }),
            "ConfusionMatrix: expected class indices, whole numbers from 0 to 1, got 0.5 in row 1.");
  EXPECT_EQ(message<ValueError>([&] {
              two.add(Tensor{{1, 0}, {nan, 1}}, Tensor{0, 1});
            }),
            "ConfusionMatrix: expected scores, got nan in row 1.");
  EXPECT_EQ(message<ShapeError>([&] {
              two.add(Tensor{{0, 1, 2}}, Tensor{0});
            }),
            "ConfusionMatrix: expected scores (N, 2), or (N) for two classes, and class indices (N), got (1, 3) and "
            "(1).");
  EXPECT_EQ(message<ShapeError>([&] {
              three.add(Tensor{0, 1}, Tensor{0, 1});
            }),
            "ConfusionMatrix: expected scores (N, 3) and class indices (N), got (2) and (2).");
  EXPECT_EQ(two.total() + three.total(), 0u);
}

}  // namespace
}  // namespace minnow
