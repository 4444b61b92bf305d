#include <tests/support/run_program.hpp>

#include <algorithm>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace {

ProgramResult app(const std::string& command) {
  return run_program(std::string(MINNOW_APPS_DIR) + "/" + command + " 2>&1");
}

TEST(CrossEntropyApp, ShowsEveryWorkedFigure) {
  const ProgramResult result = app("cross_entropy");
  EXPECT_EQ(result.exit_code, 0);
  for (const char* figure : {"24.5325", "3.6693",       "1.2214",     "2.2255",     "0.775",      "0.116",     "0.039",
                             "0.070",   "0.3675",       "0.2547",     "0.3677",     "0.2549",     "0.0923",    "0.119",
                             "0.881",   "0.018",        "0.982",      "0.333",      "0.667",      "0.5665",    "0.9968",
                             "0.2108",  "0.5145731728", "2.30258509", "0.69314718", "2.99573227", "1.49786614"})
    EXPECT_NE(result.output.find(figure), std::string::npos) << figure;
}

TEST(CustomLayerApp, ChecksTrainsAndStaysShort) {
  const ProgramResult result = app("custom_layer");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.output.find("numerical derivatives of forward: passed"), std::string::npos) << result.output;
  const auto at = result.output.find("test loss");
  ASSERT_NE(at, std::string::npos);
  EXPECT_GE(std::stod(result.output.substr(result.output.find("accuracy", at) + 9)), 95) << result.output;

  std::ifstream source(MINNOW_SOURCE_DIR "/apps/custom_layer/main.cpp");
  std::size_t lines = 0;
  bool inside = false;
  for (std::string line; std::getline(source, line);) {
    inside = inside || line.rfind("class PReLU", 0) == 0;
    lines += inside;
    if (line == "};") inside = false;
  }
  EXPECT_GT(lines, 20u);
  EXPECT_LT(lines, 40u);
}

TEST(TeachingApps, HelpAndRefuseInOneLine) {
  for (const std::string name : {"cross_entropy", "custom_layer"}) {
    EXPECT_EQ(app(name + " --help").exit_code, 0);
    const ProgramResult result = app(name + " --no-such-option");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.output.find("no-such-option"), std::string::npos);
    EXPECT_EQ(app(name + " 2>&1 | head -n 1").exit_code, 0);
  }
}

}  // namespace
