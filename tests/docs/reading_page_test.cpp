// docs/reading.md names files that exist, and the lengths that it and the README state are true.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;
const fs::path root = MINNOW_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
long lines_of(const fs::path& path) {
  const std::string text = text_of(path);
  return std::count(text.begin(), text.end(), '\n');
}

/// "1,300" for 1342 and a unit of 100.
std::string rounded(long count, long unit) {
  const long value = std::lround(static_cast<double>(count) / static_cast<double>(unit)) * unit;
  return std::to_string(value / 1000) + "," + std::to_string(value % 1000 + 1000).substr(1);
}

TEST(ReadingPage, NamesFilesThatExistAndCountsTheirLines) {
  static const std::regex link(R"(\]\(\.\./([^)]*)\))");
  const std::string page = text_of(root / "docs/reading.md"), readme = text_of(root / "README.md");
  long lines = 0, rows = 0;
  std::istringstream in(page);
  for (std::string line; std::getline(in, line);) {
    const bool is_row = std::regex_search(line, std::regex(R"(^\| \d+ \|)"));
    rows += is_row;
    for (std::sregex_iterator it(line.begin(), line.end(), link), end; it != end; ++it) {
      const fs::path file = root / (*it)[1].str();
      EXPECT_TRUE(fs::exists(file)) << file;
      if (is_row) lines += lines_of(file);
    }
  }
  EXPECT_EQ(rows, 12);
  EXPECT_LE(lines, 1500);
  long all = 0;
  for (const char* folder : {"core", "layers", "models", "losses", "optim", "datasets", "io", "training", "include"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.is_regular_file()) all += lines_of(entry.path());
  for (const std::string& text : {page, readme}) {
    EXPECT_NE(text.find(rounded(lines, 100) + " "), std::string::npos) << rounded(lines, 100) << " lines in the files";
    EXPECT_NE(text.find(rounded(all, 1000) + " lines"), std::string::npos) << rounded(all, 1000) << " lines in all";
  }
}

}  // namespace
