// docs/building.md lists every option of the build, with its default, and every preset.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(std::filesystem::path(MINNOW_SOURCE_DIR) / path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(BuildingPage, ListsEveryOptionWithItsDefault) {
  static const std::regex option(R"re(\noption\((MINNOW_\w+) "[^"]*" (\S+)\)|\nset\((MINNOW_\w+) "([^"]*)" CACHE)re");
  const std::string page = text_of("docs/building.md"), build = text_of("CMakeLists.txt");
  int options = 0;
  for (std::sregex_iterator it(build.begin(), build.end(), option), end; it != end; ++it) {
    const std::string name = (*it)[1].str() + (*it)[3].str();
    std::string value = (*it)[2].str() + (*it)[4].str();
    value = value == "${PROJECT_IS_TOP_LEVEL}" ? "`ON`; `OFF` in a larger build"
            : value.empty()                    ? "none"
                                               : "`" + std::regex_replace(value, std::regex(R"(\|)"), R"(\|)") + "`";
    EXPECT_NE(page.find("| `" + name + "` | " + value + " | "), std::string::npos) << name << ", default " << value;
    ++options;
  }
  EXPECT_GE(options, 13);
  static const std::regex row(R"re(\| `(MINNOW_\w+)` \|)re");
  for (std::sregex_iterator it(page.begin(), page.end(), row), end; it != end; ++it, --options)
    EXPECT_NE(build.find("(" + (*it)[1].str() + " "), std::string::npos) << (*it)[1] << " is not an option";
  EXPECT_EQ(options, 0);
}

}  // namespace
