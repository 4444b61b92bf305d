#include <minnow/core/error.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/tables/split_table.hpp>
#include <minnow/datasets/tables/table_dataset.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <tests/support/fixture.hpp>
#include <tests/support/message.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using datasets::Table;
using datasets::TableEncoder;
using datasets::TableEncoderOptions;
using datasets::TableEncoding;
using datasets::TargetKind;
using Names = std::vector<std::string>;

/// Six rows of a number, a category, and a class.
const char* const pets =
    "weight,colour,kind\n4,black,cat\n30,brown,dog\n5,grey,cat\n20,black,dog\n6,grey,cat\n25,,dog\n";

std::string error_of(const std::string& text, const TableEncoderOptions& options = {}) {
  try {
    TableEncoder(Table::from_text(text), options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(TableEncoder, HasTheFeaturesOfScikitLearn) {
  const testing::Json entry = testing::read_fixture("tables.json").at("encoding");
  const Table table = Table::from_text(entry.at("text"));
  const auto rows = entry.at("train").get<std::vector<std::size_t>>();
  const TableEncoderOptions options{.categories = {"code"}, .indicators = true};
  const TableEncoder encoder(table, rows, options);
  EXPECT_EQ(encoder.feature_names(), entry.at("names").get<Names>());
  EXPECT_EQ(encoder.class_names(), entry.at("classes").get<Names>());
  const TensorDataset all = encoder.encode(table);
  const double tolerance = sizeof(Real) == 4 ? 1e-6 : 1e-12;
  EXPECT_LE(testing::error(all.inputs(), entry.at("features")), tolerance);
  const auto targets = entry.at("targets").get<std::vector<Real>>();
  EXPECT_TRUE(std::equal(targets.begin(), targets.end(), all.targets().begin()));
  EXPECT_EQ(all.class_names(), encoder.class_names());
  // Neither the order of the training rows nor other rows change the encoding.
  std::vector<std::size_t> reversed(rows.rbegin(), rows.rend());
  EXPECT_EQ(TableEncoder(table, reversed, options).to_json(), encoder.to_json());
  EXPECT_NE(TableEncoder(table, options).to_json(), encoder.to_json());
}

TEST(TableEncoder, IsRestoredFromJson) {
  const Table table =
      Table::from_text("a;b;c;d\n0.1;x;5;1e-3\n1e10;\"y \"\"猎\";-;2.5\n-3;x;8;7\n", {.missing = {"-"}});
  const TableEncoder encoder(table, {.target_kind = TargetKind::number, .indicators = true});
  const TableEncoder restored = TableEncoder::from_json(encoder.to_json());
  EXPECT_EQ(restored.to_json(), encoder.to_json());
  EXPECT_EQ(restored.feature_names(), (Names{"a", "b=x", "b=y \"猎", "c", "c is missing"}));
  const TensorDataset a = encoder.encode(table), b = restored.encode(table);
  EXPECT_EQ(a.inputs(), b.inputs());
  EXPECT_EQ(a.targets(), b.targets());
}

TEST(TableEncoder, RefusesJsonThatIsNoEncoding) {
  const std::string valid = TableEncoder(Table::from_text(pets)).to_json();
  EXPECT_EQ(message<ValueError>([&] { TableEncoder::from_json(valid); }), "no error");
  const auto error_with = [&](const std::string& part, const std::string& other) {
    std::string json = valid;
    const std::size_t at = json.find(part);
    if (at == std::string::npos) return "no " + part + " in " + json;
    return message<ValueError>([&] { TableEncoder::from_json(json.replace(at, part.size(), other)); });
  };
  const std::string end = " in the JSON of an encoder.";
  EXPECT_EQ(message<ValueError>([] { TableEncoder::from_json("{"); }), "TableEncoder: expected valid JSON" + end);
  EXPECT_EQ(message<ValueError>([] { TableEncoder::from_json("[]"); }), "TableEncoder: expected an object" + end);
  EXPECT_EQ(message<ValueError>([] { TableEncoder::from_json("{}"); }),
            "TableEncoder: expected a list of columns" + end);
  EXPECT_EQ(error_with("\"mean\":15.0", "\"mean\":\"\""), "TableEncoder: expected numbers as mean and deviation" + end);
  EXPECT_EQ(error_with("\"deviation\":", "\"deviation\":-"),
            "TableEncoder: expected a finite mean and a positive deviation.");
  EXPECT_EQ(error_with("\"black\"", "\"yellow\""), "TableEncoder: expected categories in ascending order.");
  EXPECT_EQ(error_with("\"cat\"", "\"dog\""), "TableEncoder: expected different categories and classes.");
  EXPECT_EQ(error_with("\"name\":\"colour\"", "\"name\":\"weight\""),
            "TableEncoder: expected different names of the columns.");
  EXPECT_EQ(error_with("\"width\":3", "\"width\":2"),
            "TableEncoder: expected positions of the columns below the width.");
  EXPECT_EQ(error_with("\"position\":1", "\"position\":-1"), "TableEncoder: expected whole numbers as positions" + end);
}

TEST(TableEncoder, DetectsClassesAndNumbersOfTheTarget) {
  const auto classes = [](const std::string& text, const TableEncoderOptions& options = {}) {
    return TableEncoder(Table::from_text(text, {.header = false}), options).class_names();
  };
  EXPECT_EQ(classes("1,b\n2,a\n"), (Names{"a", "b"}));
  EXPECT_EQ(classes("1,10\n2,9\n3,10\n4,9\n"), (Names{"9", "10"}));
  EXPECT_EQ(classes("1,1.0\n2,-0.0\n3,1\n4,0\n"), (Names{"0", "1"}));
  EXPECT_EQ(classes("1,0.5\n2,0\n3,1\n"), Names{});
  EXPECT_EQ(classes("1,7\n2,8\n3,9\n"), Names{});  // each integer once
  EXPECT_EQ(classes("1,7\n2,8\n3,9\n", {.target_kind = TargetKind::classes}), (Names{"7", "8", "9"}));
  EXPECT_EQ(classes("1,10\n2,9\n3,10\n4,9\n", {.target_kind = TargetKind::number}), Names{});
  EXPECT_EQ(classes("b,1,2\na,2,3\n", {.target = "1"}), (Names{"a", "b"}));
  const Table table = Table::from_text("1,1.0\n2,0\n3,1\n4,-0.0\n", {.header = false});
  EXPECT_EQ(TableEncoder(table).encode(table).targets(), (Tensor{1, 0, 1, 0}));
}

TEST(TableEncoder, StandardizesARealTargetAndTransformsItBack) {
  const Table table = Table::from_text("x,y\n1,100\n2,200\n3,600.5\n");
  const TableEncoder encoder(table);
  const TensorDataset data = encoder.encode(table);
  EXPECT_EQ(data.targets().shape(), (Shape{3, 1}));
  const double mean = 900.5 / 3, deviation = encoder.encoding().target.deviation;
  EXPECT_NEAR(deviation, std::sqrt((std::pow(100 - mean, 2) + std::pow(200 - mean, 2) + std::pow(600.5 - mean, 2)) / 3),
              1e-12);
  EXPECT_NEAR(data.targets()(0, 0), (100 - mean) / deviation, 1e-6);
  const Tensor decoded = encoder.decode_targets(data.targets());
  EXPECT_NEAR(decoded(2, 0), 600.5, 1e-4);
  const TensorDataset plain = TableEncoder(table, {.standardize = false}).encode(table);
  EXPECT_EQ(plain.targets()(2, 0), Real(600.5));
  EXPECT_EQ(plain.inputs()(1, 0), 2);
}

TEST(TableEncoder, EncodesUnknownAndMissingValues) {
  const TableEncoder encoder(Table::from_text(pets));
  EXPECT_EQ(encoder.feature_names(), (Names{"weight", "colour=black", "colour=brown", "colour=grey"}));
  EXPECT_EQ(encoder.encode_rows({{"15", "pink"}, {"", ""}, {"NA", "grey"}}),
            (Tensor{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 1}}));
}

TEST(TableEncoder, FindsColumnsByNameOrPosition) {
  const TableEncoder encoder(Table::from_text("weight,colour,kind\n4,black,cat\n30,brown,dog\n5,grey,cat\n"),
                             {.target = "colour"});
  const Tensor expected = encoder.encode_rows({{"20", "dog"}});
  EXPECT_EQ(encoder.encode_rows({{"20", "black", "dog"}}), expected);
  EXPECT_EQ(encoder.encode_rows({{"dog", "?", "20"}}, {"kind", "name", "weight"}), expected);
  EXPECT_EQ(encoder.encode_rows({}).shape(), (Shape{0, 3}));
  EXPECT_EQ(message<DataError>([&] { encoder.encode_rows({{"20"}}); }),
            "rows: expected 3 columns, or 2 without 'colour', got 1.");
  EXPECT_EQ(message<DataError>([&] {
              encoder.encode_rows({{"20", "dog"}, {"20"}});
            }),
            "rows, line 2: expected 2 cells, got 1.");
  EXPECT_EQ(message<DataError>([&] {
              encoder.encode_rows({{"20", "dog"}}, {"weight", "sort"});
            }),
            "rows: expected a column 'kind', got the columns 'weight', 'sort'.");
  EXPECT_EQ(message<DataError>([&] {
              encoder.encode_rows({{"heavy", "dog"}});
            }),
            "rows, line 1, column 1 ('weight'): expected a number, got 'heavy'.");
  const Table other = Table::from_text("colour,kind,weight\ngrey,cat,5\n");
  EXPECT_EQ(encoder.encode(other).targets(), Tensor{2});
  EXPECT_EQ(encoder.encode(other).inputs(), encoder.encode_rows({{"5", "cat"}}));
  const Table unknown = Table::from_text("weight,colour,kind\n5,pink,cat\n"),
              none = Table::from_text("kind,weight\ncat,5\n");
  EXPECT_EQ(message<DataError>([&] { encoder.encode(unknown); }),
            "text in memory, line 2, column 2 ('colour'): expected one of the classes 'black', 'brown', 'grey', got "
            "'pink'.");
  EXPECT_EQ(message<DataError>([&] { encoder.encode(none); }),
            "text in memory: expected a column 'colour', the target, got none.");
}

TEST(TableEncoder, HasNoFeatureOfAColumnWithoutTrainingValues) {
  const Table table = Table::from_text("a,b,c,d\n1,,,x\n3,5,z,y\n5,,,x\n");
  const TableEncoder encoder(table, std::vector<std::size_t>{0, 2}, {.indicators = true});
  EXPECT_EQ(encoder.feature_names(), Names{"a"});
  EXPECT_EQ(encoder.encode(table).inputs(), from({{-1}, {0}, {1}}));
  EXPECT_EQ(TableEncoder::from_json(encoder.to_json()).to_json(), encoder.to_json());
}

TEST(TableEncoder, RefusesColumnsThatItCannotUse) {
  EXPECT_EQ(error_of("a,b,c\n1,x,0\n2,x,1\nthree,y,0\n4,y,1\n5,x,1\n"),
            "text in memory, line 4, column 1 ('a'): expected a number, as 4 other values of the column, got 'three'. "
            "Correct it, add this text to missing, or add the column to categories.");
  EXPECT_EQ(error_of("a,b\n1,x\ntwo,y\n", {.numbers = {"a"}}),
            "text in memory, line 3, column 1 ('a'): expected a number, as 1 other values of the column, got 'two'. "
            "Correct it, add this text to missing, or add the column to categories.");
  EXPECT_EQ(
      error_of("a;b\n1,5;x\n2,5;y\n"),
      "text in memory, line 2, column 1 ('a'): expected a decimal point, got '1,5'. Replace the decimal commas, or "
      "add the column to categories.");
  EXPECT_EQ(error_of("a,b\n1,x\n2,x\n3,x\n"),
            "text in memory: expected at least two classes in the column 'b', got only 'x'.");
  EXPECT_EQ(error_of("a,b\n1,x\n2,\n3,y\n"),
            "text in memory, line 3, column 2 ('b'): expected a target, got none in ''. Remove the row.");
  EXPECT_EQ(error_of("a,b\n1,5.5\n2,7\n3,x\n4,9\n5,6\n"),
            "text in memory, line 4, column 2 ('b'): expected a number, as 4 other values of the column, got 'x'. "
            "Correct it, add this text to missing, or add the column to categories.");
  EXPECT_EQ(error_of("a,b\nw,x\nv,y\nu,y\n", {.max_categories = 2}),
            "text in memory, line 4, column 1 ('a'): expected at most 2 categories of the column, got more. Add it to "
            "ignored, or increase max_categories.");
  EXPECT_EQ(
      error_of("a,b\n1,x\n2,y\n3,z\n", {.max_categories = 2}),
      "text in memory: expected at most 2 classes in the column 'b', got more. Choose another target, or increase "
      "max_categories.");
  EXPECT_EQ(error_of(pets, {.target = "sort"}),
            "TableEncoder: expected target to be a column, or its number from 1 to 3, got 'sort'. The columns are "
            "'weight', 'colour', 'kind'.");
  EXPECT_EQ(error_of(pets, {.numbers = {"weight"}, .ignored = {"1"}}),
            "TableEncoder: expected each column in one option, got '1' again in ignored.");
  EXPECT_EQ(error_of(pets, {.ignored = {"weight", "colour"}}),
            "TableEncoder: expected at least one column of features in text in memory, got none.");
  EXPECT_EQ(
      error_of("a,b\n1e308,x\n-1e308,y\n"),
      "text in memory: expected a finite mean and deviation of the column 'a', got an overflow. Divide its values "
      "by a constant.");
  const Table table = Table::from_text("a,b,c\n1,,x\n2,5,y\n");
  EXPECT_EQ(message<DataError>([&] { TableEncoder(table, std::vector<std::size_t>{0}, {.ignored = {"a"}}); }),
            "text in memory: expected a column of features with values in the training rows, got none.");
  EXPECT_EQ(message<ValueError>([&] { TableEncoder(table, std::vector<std::size_t>{}); }),
            "TableEncoder: expected at least one training row, got none.");
  EXPECT_EQ(message<ValueError>([&] { TableEncoder(table, std::vector<std::size_t>{2}); }),
            "TableEncoder: expected rows below 2, got 2.");
}

TEST(TableEncoder, CentresConstantColumnsAndIgnoresEmptyOnes) {
  const Table table = Table::from_text("a,b,c,d\n0.1,,1,x\n0.1,,2,y\n0.1,,3,x\n");
  const TableEncoder encoder(table);
  EXPECT_EQ(encoder.feature_names(), (Names{"a", "c"}));
  EXPECT_EQ(encoder.encoding().columns[0].deviation, 1);
  const Tensor inputs = encoder.encode(table).inputs();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(inputs(i, 0), 0, 1e-15);
}

TEST(SplitTable, EncodesBothPartsByTheTrainingRows) {
  std::string text = "x,kind\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i * i) + (i % 4 == 0 ? ",a\n" : ",b\n");
  const datasets::TableSplit split = datasets::split_table(Table::from_text(text), 0.8, Rng{1});
  EXPECT_EQ(split.train.size(), 80u);
  EXPECT_EQ(split.test.size(), 20u);
  EXPECT_EQ(std::ranges::count(split.train.targets(), Real(0)), 20);
  double mean = 0;
  for (const Real x : split.train.inputs()) mean += static_cast<double>(x) / 80;
  EXPECT_NEAR(mean, 0, 1e-6);
  for (const Real x : split.test.inputs()) mean += static_cast<double>(x) / 20;
  EXPECT_GT(std::abs(mean), 1e-3);
}

TEST(TableDataset, ReadsTheRowsThatAnEncoderEncodes) {
  const Table table = Table::from_text(pets);
  const TableEncoder encoder(table);
  const TensorDataset expected = encoder.encode(table);
  const datasets::TableDataset data(table, encoder);
  EXPECT_EQ(data.input_shape(), Shape{4});
  EXPECT_EQ(data.target_shape(), Shape{});
  DataLoader loader{data, {.batch_size = 4, .shuffle = Rng{1}, .prefetch = true, .workers = 2}};
  std::size_t samples = 0;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (const Batch& batch : loader)
      for (std::size_t i = 0; i < batch.size(); ++i, ++samples) {
        const std::size_t row = batch.indices[i];
        EXPECT_TRUE(std::ranges::equal(batch.input(i), std::span(expected.inputs().data() + 4 * row, 4)));
        EXPECT_EQ(batch.targets(i), expected.targets()(row));
      }
  EXPECT_EQ(samples, 12u);
  EXPECT_EQ(message<DataError>([&] { datasets::TableDataset(Table::from_text("weight,colour\n1,black\n"), encoder); }),
            "text in memory: expected a column 'kind', the target, got none.");
}

}  // namespace
}  // namespace minnow
