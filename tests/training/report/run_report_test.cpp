#include <minnow/core/labels.hpp>
#include <minnow/losses/entropy.hpp>
#include <minnow/training/metrics.hpp>

#include <tests/training/report/report_page.hpp>
#include <tests/training/report/sample_runs.hpp>

#include <cmath>
#include <limits>
#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using nlohmann::json;
using testing::between;
using testing::data_of;
using testing::page_of;
using testing::SampleRun;

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(WriteReport, ShowsTheHistory) {
  const SampleRun sample = testing::image_run();
  const json history = data_of(sample.run)["history"];
  const History& expected = sample.run.history;
  EXPECT_EQ(history["columns"], json(expected.columns()));
  ASSERT_EQ(history["rows"].size(), expected.size());
  for (std::size_t r = 0; r < expected.size(); ++r)
    for (std::size_t c = 0; c < expected.columns().size(); ++c)
      EXPECT_EQ(history["rows"][r][c].get<double>(), expected.row(r)[c]) << r << ' ' << expected.columns()[c];
  EXPECT_EQ(history["best"], *expected.best);
  EXPECT_EQ(history["end"], "completed");
}

TEST(WriteReport, KeepsBestAndLastOfManyRows) {
  RunReport run;
  run.history = History({"epoch", "loss"});
  for (int i = 0; i < 5003; ++i) run.history.add(std::vector<double>{i + 1.0, 1.0 / (i + 1)});
  run.history.best = 4444;
  const json history = data_of(run)["history"];
  EXPECT_LE(history["rows"].size(), 2002u);
  EXPECT_EQ(history["rows"][history["best"].get<std::size_t>()][0], 4445);
  EXPECT_EQ(history["rows"].back()[0], 5003);
}

TEST(WriteReport, ShowsTheConfusionMatrixAndTheScoresOfEachClass) {
  const SampleRun sample = testing::image_run();
  const json test = data_of(sample.run)["test"];
  ConfusionMatrix matrix(sample.run.class_names);
  matrix.add(sample.run.test.scores(), sample.run.test.targets());
  std::size_t total = 0;
  for (const json& cell : test["confusion"]) {
    EXPECT_EQ(cell[2], matrix.count(cell[0], cell[1]));
    total += cell[2].get<std::size_t>();
  }
  EXPECT_EQ(total, 200u);
  EXPECT_EQ(test["correct"], matrix.correct());
  EXPECT_EQ(test["accuracy"].get<double>(), matrix.accuracy());
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(test["scores"][c][2], precision_recall_f1(matrix, c).f1, 1e-5);
    EXPECT_EQ(test["scores"][c][3], matrix.true_count(c));
  }
}

TEST(WriteReport, ShowsTheCalibrationBeforeAndAfterTemperatureScaling) {
  const SampleRun sample = testing::image_run();
  const json shown = data_of(sample.run)["test"]["calibration"];
  EXPECT_EQ(shown["temperature"].get<double>(), *sample.run.temperature);
  for (const auto& [key, temperature] : {std::pair{"before", 1.0}, std::pair{"after", *sample.run.temperature}}) {
    Calibration calibration;
    ProbabilityScores scores;
    const Tensor p = probabilities(sample.run.test.scores(), temperature);
    calibration.add(p, sample.run.test.targets());
    scores.add(p, sample.run.test.targets());
    EXPECT_EQ(shown[key]["expected"].get<double>(), calibration.expected_error());
    EXPECT_EQ(shown[key]["maximum"].get<double>(), calibration.maximum_error());
    EXPECT_EQ(shown[key]["log_loss"].get<double>(), scores.log_loss());
    ASSERT_EQ(shown[key]["bins"].size(), 15u);
    for (std::size_t i = 0; i < 15; ++i) EXPECT_EQ(shown[key]["bins"][i]["count"], calibration.bins()[i].count);
  }
}

TEST(WriteReport, ShowsTheSurestMistakesFirst) {
  const SampleRun sample = testing::image_run();
  const json samples = data_of(sample.run)["test"]["samples"];
  const Tensor p = softmax(sample.run.test.scores()), predicted = argmax(sample.run.test.scores());
  std::size_t mistakes = 0;
  double last = 1;
  for (const json& entry : samples) {
    const std::size_t row = entry["index"];
    EXPECT_EQ(entry["truth"].get<Real>(), sample.run.test.targets()(row));
    EXPECT_EQ(entry["predicted"].get<Real>(), predicted(row));
    for (const json& bar : entry["softmax"])
      EXPECT_NEAR(bar[1].get<double>(), static_cast<double>(p(row, bar[0].get<std::size_t>())), 1e-5);
    if (entry["truth"] == entry["predicted"]) continue;
    ++mistakes;
    const double confidence = entry["softmax"][0][1];
    EXPECT_LE(confidence, last);
    last = confidence;
    EXPECT_TRUE(entry["image"].get<std::string>().starts_with("data:image/png;base64,iVBOR"));
  }
  EXPECT_GT(mistakes, 3u);
}

TEST(WriteReport, ShowsTheLogitsOfTheExamples) {
  const SampleRun sample = testing::image_run();
  const json examples = data_of(sample.run)["examples"];
  ASSERT_EQ(examples.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t c = 0; c < 4; ++c) {
      EXPECT_EQ(examples[i]["before"][c].get<Real>(), sample.run.examples.before(i, c));
      EXPECT_EQ(examples[i]["after"][c].get<Real>(), sample.run.test.scores()(i, c));
    }
}

TEST(WriteReport, ShowsModelFiltersSettingsAndSeed) {
  const SampleRun sample = testing::image_run();
  const json data = data_of(sample.run);
  EXPECT_EQ(data["seed"], "18446744073709551615");  // a number of JSON would lose its last digits
  EXPECT_EQ(data["settings"],
            json::parse(R"([["model","cnn"],["learning rate","0.003"],["batch size","50"],["shuffle","true"]])"));
  EXPECT_EQ(data["model"]["rows"][0], json::parse(R"j(["Conv2d(3 -> 8, 3, padding 1)","(50, 8, 16, 16)",224])j"));
  EXPECT_EQ(data["model"]["parameters"], 224 + 8 * 64 * 4 + 4);
  EXPECT_EQ(data["model"]["filters"]["name"], "0.weight");
  EXPECT_EQ(data["model"]["filters"]["images"].size(), 8u);
}

TEST(WriteReport, ShowsTheDistributionsOfEachParameter) {
  const SampleRun sample = testing::image_run();
  const json series = data_of(sample.run)["distributions"]["series"];
  ASSERT_EQ(series.size(), 4u);  // two weights and two biases
  EXPECT_EQ(series[0]["values"]["epochs"], json({0, 1, 2, 3, 4}));
  EXPECT_EQ(series[0]["gradient"]["epochs"], json({1, 2, 3, 4}));
  const Distribution& last =
      *std::find_if(sample.run.distributions.begin(), sample.run.distributions.end(),
                    [](const Distribution& d) { return d.parameter == "0.weight" && d.epoch == 4 && d.of_gradient; });
  for (std::size_t q = 0; q < 7; ++q)
    EXPECT_NEAR(series[0]["gradient"]["quantiles"][3][q].get<double>(), last.quantiles[q],
                1e-4 * std::abs(last.quantiles[q]));
}

TEST(WriteReport, ShowsTheErrorsOfARegression) {
  RunReport run;
  run.test.add(from({1, 2, 4}), from({1, 3, 2}));
  run.sample_names = {"a", "b", "c"};
  const json regression = data_of(run)["test"]["regression"];
  EXPECT_NEAR(regression["mae"].get<double>(), 1, 1e-12);
  EXPECT_NEAR(regression["rmse"].get<double>(), std::sqrt(5.0 / 3), 1e-12);
  EXPECT_NEAR(regression["r2"].get<double>(), 1 - 5.0 / 2, 1e-12);
  EXPECT_EQ(regression["points"], json::parse("[[1.0,1.0],[3.0,2.0],[2.0,4.0]]"));
  EXPECT_EQ(regression["worst"][0], json::parse(R"({"name":"c","truth":2.0,"predicted":4.0})"));
}

TEST(WriteReport, ReadsASingleLogitAsTwoClasses) {
  const json test = data_of(testing::binary_run().run)["test"];
  const RunReport run = testing::binary_run().run;
  ConfusionMatrix matrix(run.class_names, 0.0);
  matrix.add(run.test.scores(), run.test.targets());
  EXPECT_EQ(test["correct"], matrix.correct());
  const json& sample = test["samples"][0];
  const double logit = static_cast<double>(run.test.scores().data()[sample["index"].get<std::size_t>()]);
  EXPECT_NEAR(sample["softmax"][0][1], 1 / (1 + std::exp(-std::abs(logit))), 1e-5);
}

TEST(WriteReport, LeavesOutSamplesThatAreNotFinite) {
  const json data = data_of(testing::diverged_run().run);
  EXPECT_EQ(data["test"]["left_out"], 2);
  EXPECT_EQ(data["test"]["count"], 2);
  EXPECT_EQ(data["examples"].size(), 1u);
  EXPECT_TRUE(data["history"]["rows"][2][2].is_null());
  EXPECT_TRUE(data["distributions"]["series"][0]["values"]["quantiles"][2].is_null());
  EXPECT_EQ(data["distributions"]["series"][0]["values"]["not_finite"], json({0, 0, 5}));
}

TEST(WriteReport, WritesNoNameAsHtml) {
  const SampleRun sample = testing::hostile_run();
  const std::string page = page_of(sample.run), plain = page_of(RunReport{});
  for (const char* tag : {"<script", "</script", "<img", "<title", "</title", "<!--", "<b>"})
    EXPECT_EQ(occurrences(page, tag), occurrences(plain, tag)) << tag;
  const json data = data_of(page);
  EXPECT_EQ(data["classes"][0], sample.run.class_names[0]);
  EXPECT_EQ(data["classes"][1], sample.run.class_names[1]);
  EXPECT_EQ(data["classes"][2], "a\xEF\xBF\xBD\"><img src=x onerror=alert(2)>");  // U+FFFD for a byte that is not UTF-8
  EXPECT_EQ(data["command"], sample.run.command);
  EXPECT_EQ(
      between(page, "class=\"lead\">", "</p>"),
      "Trained on &lt;b&gt;data&lt;/b&gt; &amp; &#39;more&#39; {{run}} &quot;&gt;&lt;img src=x onerror=alert(2)&gt;");
}

TEST(WriteReport, NeedsNoOtherFile) {
  for (const SampleRun& sample : testing::sample_runs()) {
    const std::string page = page_of(sample.run);
    EXPECT_TRUE(page.starts_with("<!doctype html>")) << sample.name;
    EXPECT_EQ(occurrences(page, "{{styles}}") + occurrences(page, "{{script}}"), 0u) << sample.name;
    EXPECT_TRUE(page.find("default-src 'none'") != std::string::npos) << sample.name;
    std::string text = page;
    const std::regex address(R"((https?:)?//[a-z]+\.[a-z.]+)");
    text =
        std::regex_replace(text, std::regex("http://www.w3.org/2000/svg"), "");  // the name of SVG, no address to load
    text = text.substr(0, text.find("id=\"run\"")) + text.substr(text.rfind("<script>"));
    std::smatch found;
    EXPECT_FALSE(std::regex_search(text, found, address)) << found.str();
    EXPECT_LT(page.size(), 3'000'000u) << sample.name;
  }
}

TEST(DescribeMachine, NamesTheProcessorAndItsCores) {
  const auto machine = describe_machine();
  ASSERT_EQ(machine.size(), 5u);
  EXPECT_EQ(machine[0].name, "processor");
  EXPECT_GE(std::stoi(machine[1].value), 1);
  EXPECT_EQ(describe_versions()[1].value, sizeof(Real) == 4 ? "float" : "double");
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION
