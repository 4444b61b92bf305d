// The folders include each other in one direction only, and xtensor comes in through one door.

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> may_include{
    {"core", {"core"}},
    {"layers", {"core", "layers"}},
    {"losses", {"core", "losses"}},
    {"optim", {"core", "optim"}},
    {"datasets", {"core", "datasets"}},
    {"training", {"core", "layers", "losses", "optim", "datasets", "training"}},
};

std::vector<std::string> includes_of(const fs::path& file) {
  static const std::regex line_form(R"re(\s*#\s*(?:include|define HWY_TARGET_INCLUDE)\s*([<"])([^>"]*)[>"].*)re");
  std::ifstream in(file);
  std::vector<std::string> result;
  std::smatch match;
  for (std::string line; std::getline(in, line);)
    if (std::regex_match(line, match, line_form)) result.push_back(match[1].str() + match[2].str());
  return result;
}

template <class Check>
void for_each_include(Check check) {
  const fs::path root = MINNOW_SOURCE_DIR;
  for (const auto& [folder, allowed] : may_include)
    for (const auto& entry : fs::directory_iterator(root / folder))
      for (const std::string& include : includes_of(entry.path())) check(folder, allowed, entry.path(), include);
}

TEST(Layout, FoldersIncludeEachOtherOneWay) {
  std::size_t seen = 0;
  for_each_include([&](const auto&, const auto& allowed, const fs::path& file, const std::string& include) {
    EXPECT_EQ(include[0], '<') << file << " includes \"" << include.substr(1) << "\": write <minnow/FOLDER/FILE.hpp>";
    if (include.rfind("<minnow/", 0) != 0) return;
    ++seen;
    const std::string target = include.substr(8, include.find('/', 8) - 8);
    EXPECT_TRUE(allowed.contains(target)) << file << " includes " << include << ">";
  });
  EXPECT_GT(seen, 100u);
}

TEST(Layout, OnlyTensorAndGemmIncludeXtensor) {
  for_each_include([](const std::string&, const auto&, const fs::path& file, const std::string& include) {
    if (include.rfind("<xtensor", 0) != 0) return;
    const std::string name = file.filename().string();
    EXPECT_TRUE(name == "tensor.hpp" || name == "gemm.cpp") << file << " includes " << include << ">";
  });
}

TEST(Layout, TheUmbrellaHeaderHoldsEveryPublicHeaderOfTheCoreLibrary) {
  const fs::path root = MINNOW_SOURCE_DIR;
  std::ifstream in(root / "cmake/library.cmake");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto start = text.find("set(MINNOW_HEADERS");
  const std::string list = text.substr(start, text.find(')', start) - start);
  std::set<std::string> reachable, pending{"minnow.hpp"};
  while (!pending.empty()) {
    const std::string header = *pending.begin();
    pending.erase(pending.begin());
    if (!reachable.insert(header).second) continue;
    for (const std::string& include : includes_of(root / header))
      if (include.rfind("<minnow/", 0) == 0) pending.insert(include.substr(8));
  }
  static const std::regex header_form(R"(\S+\.hpp)");
  for (std::sregex_iterator it(list.begin(), list.end(), header_form), end; it != end; ++it)
    EXPECT_TRUE(reachable.contains(it->str())) << it->str() << " is public but not in minnow.hpp";
}

}  // namespace
