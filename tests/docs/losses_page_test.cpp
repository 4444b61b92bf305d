// docs/losses.md has a section for each loss, and its figures show values computed by the library.

#include <tests/support/run_program.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

const fs::path root = MINNOW_SOURCE_DIR;

std::string read(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// Returns the text between `first` and `last`, searched from `at` on; empty if they do not occur.
std::string between(const std::string& text, const std::string& first, const std::string& last, std::size_t at = 0) {
  const std::size_t start = text.find(first, at);
  if (start == std::string::npos) return "";
  const std::size_t end = text.find(last, start + first.size());
  return end == std::string::npos ? "" : text.substr(start + first.size(), end - start - first.size());
}

/// Returns the options of a loss header in the form of the page, "`margin` = 0:".
std::vector<std::string> options(const std::string& header) {
  std::vector<std::string> result;
  std::istringstream lines(between(header, "Options {\n", "\n};"));
  for (std::string line; std::getline(lines, line);) {
    const std::string declared = line.substr(0, line.find(" = ")), value = between(line, " = ", ";");
    const std::string name = declared.substr(declared.rfind(' ') + 1);
    if (name != "reduction") result.push_back("`" + name + "` = " + (value == "std::nullopt" ? "unset" : value) + ":");
  }
  return result;
}

TEST(LossesPage, HasASectionAFigureAndTheOptionsOfEachLoss) {
  const std::string page = read(root / "docs/losses.md");
  std::size_t losses = 0;
  for (const auto& entry : fs::directory_iterator(root / "losses")) {
    if (!entry.path().string().ends_with("_loss.hpp")) continue;
    const std::string header = read(entry.path()), name = between(header, "class MINNOW_API ", " : public Loss");
    const std::string section = between(page, "\n### " + name + "\n", "\n##");
    ++losses;
    EXPECT_NE(section, "") << "no section on " << name << ", of " << entry.path();
    EXPECT_NE(section.find("(losses/" + name + ".svg)"), std::string::npos) << name;
    EXPECT_TRUE(fs::exists(root / "docs/losses" / (name + ".svg"))) << name;
    for (const std::string& option : options(header))
      EXPECT_NE(section.find(option), std::string::npos) << name << ": " << option;
  }
  EXPECT_GE(losses, 13u);
}

/// Returns the words and numbers of a JSON text.
std::vector<std::string> words(std::string json) {
  const auto is_mark = [](char c) { return std::string("[]{},:\"").find(c) != std::string::npos; };
  std::replace_if(json.begin(), json.end(), is_mark, ' ');
  std::istringstream in(json);
  return {std::istream_iterator<std::string>(in), {}};
}

bool agree(const std::string& a, const std::string& b) {
  if (a == b) return true;
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  return *end_a == 0 && *end_b == 0 && std::abs(x - y) <= 1e-6 * std::max(1.0, std::abs(y));
}

TEST(LossesPage, FiguresShowComputedValues) {
  const std::vector<std::string> stored = words(read(root / "docs/losses/curves.json"));
  const std::vector<std::string> computed = words(run_program(MINNOW_LOSS_CURVES).output);
  ASSERT_GT(computed.size(), 1000u);
  ASSERT_EQ(stored.size(), computed.size()) << "scripts/draw_losses.py describes how to redraw the figures";
  std::string figure;
  for (std::size_t i = 0; i < computed.size(); ++i) {
    if (i > 0 && computed[i - 1] == "name") figure = computed[i];
    ASSERT_TRUE(agree(stored[i], computed[i])) << figure << ": stored " << stored[i] << ", computed " << computed[i];
  }
}

}  // namespace
