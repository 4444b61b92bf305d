// The rules of the source tree: which folder may include which, what detail/ is for, and where files belong.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> may_include{
    {"core", {"core"}},
    {"layers", {"core", "layers"}},
    {"models", {"core", "layers", "models"}},
    {"losses", {"core", "losses"}},
    {"optim", {"core", "optim"}},
    {"datasets", {"core", "datasets"}},
    {"io", {"core", "layers", "models", "optim", "datasets", "io"}},
    {"training", {"core", "layers", "models", "losses", "optim", "datasets", "io", "training"}},
};
constexpr std::size_t most_files = 40;  // in a folder

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A source file: its path from the root, and its includes, "<minnow/core/tensor.hpp>".
struct File {
  std::string path;
  std::vector<std::string> includes;
  bool is_kernel = false;  // compiled by Highway for several instruction sets

  std::string folder() const { return path.substr(0, path.rfind('/')); }
  std::string top() const { return path.substr(0, path.find('/')); }
  bool in_detail() const { return contains(path, "/detail/"); }
  bool is_header() const { return path.ends_with(".hpp"); }
};

File read(const fs::path& root, const fs::path& path) {
  static const std::regex include_form(R"re(\s*#\s*include\s*([<"][^>"]*)[>"].*)re");
  File file{fs::relative(path, root).generic_string(), {}};
  std::ifstream in(path);
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_match(line, match, include_form)) file.includes.push_back(match[1].str());
    file.is_kernel = file.is_kernel || starts_with(line, "#define HWY_TARGET_INCLUDE");
  }
  return file;
}

std::vector<File> source_files(const fs::path& root, const std::string& folder) {
  std::vector<File> files;
  if (!fs::exists(root / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder))
    if (entry.is_regular_file()) files.push_back(read(root, entry.path()));
  return files;
}

/// The folder D of an included D/detail/FILE, with a slash at its end; empty if it is not in a detail/.
std::string owner_of_detail(const std::string& included) {
  const auto at = included.find("/detail/");
  return at == std::string::npos ? "" : included.substr(0, at + 1);
}

/// Returns true if `file` may include a header of owner/detail/: the files of owner and of its subfolders may. So may
/// the whole library for core, and models/detail/ for layers, because a fused step reads layers.
bool may_include_detail(const File& file, const std::string& owner) {
  if (file.is_header() && !file.in_detail()) return false;  // it is installed, detail/ is not
  return starts_with(file.path, owner) || starts_with(owner, "core/") ||
         (starts_with(file.path, "models/detail/") && starts_with(owner, "layers/"));
}

void check_includes(const File& file, std::vector<std::string>& faults) {
  for (const std::string& include : file.includes) {
    const std::string what = file.path + " includes " + include.substr(1);
    if (include[0] != '<') faults.push_back(what + ": write <minnow/FOLDER/FILE.hpp>");
    const std::string included = include.substr(1);
    if (starts_with(included, "xtensor") && file.path != "core/tensor.hpp" &&
        file.path != "core/math/detail/product.cpp")
      faults.push_back(what + ": only core/tensor.hpp and core/math/detail/product.cpp do");
    if (!starts_with(included, "minnow/")) continue;
    const std::string target = included.substr(7), top = target.substr(0, target.find('/'));
    if (!may_include.at(file.top()).contains(top))
      faults.push_back(what + ": " + file.top() + " may not include " + top);
    if (const std::string owner = owner_of_detail(target); !owner.empty() && !may_include_detail(file, owner))
      faults.push_back(what + ": detail/ is internal to " + owner);
  }
}

/// Returns true for the HTML, the styles and the scripts that become a part of minnow::report.
bool is_page_of_report(const File& file) { return starts_with(file.path, "training/report/detail/page/"); }

void check_place(const fs::path& root, const File& file, std::vector<std::string>& faults) {
  if (is_page_of_report(file)) return;
  if (file.is_kernel && !file.in_detail()) faults.push_back(file.path + ": a kernel belongs in detail/");
  if (file.folder() == "layers") faults.push_back(file.path + ": a layer belongs in the folder of its family");
  if (!file.is_header() && !file.in_detail() && !fs::exists((root / file.path).replace_extension(".hpp")))
    faults.push_back(file.path + ": expected a header of the same name beside it, or the folder detail/");
  if (!file.is_header() && !file.path.ends_with(".cpp")) faults.push_back(file.path + ": expected .hpp or .cpp");
}

/// Returns the header in include/ that includes a public header: that of its folder, or of a target of its own.
std::string umbrella_of(const File& file) {
  if (starts_with(file.path, "datasets/images/")) return "images.hpp";
  if (starts_with(file.path, "io/onnx/")) return "onnx.hpp";
  if (starts_with(file.path, "training/report/")) return "report.hpp";
  return file.top() + ".hpp";
}

/// Each folder's own header includes every public header of the folder, and minnow.hpp all of them but images, onnx and
/// report.
void check_umbrella(const fs::path& root, const std::vector<File>& files, std::vector<std::string>& faults) {
  std::map<std::string, std::set<std::string>> listed;
  for (const File& file : source_files(root, "include"))
    listed[file.path].insert(file.includes.begin(), file.includes.end());
  for (const File& file : files) {
    if (!file.is_header() || file.in_detail()) continue;
    const std::string umbrella = umbrella_of(file);
    if (!listed["include/" + umbrella].contains("<minnow/" + file.path))
      faults.push_back("include/" + umbrella + " does not include " + file.path);
    if (umbrella == file.top() + ".hpp" && !listed["include/minnow.hpp"].contains("<minnow/" + file.top() + ".hpp"))
      faults.push_back("include/minnow.hpp does not include " + file.top() + ".hpp");
  }
}

void check_programs(const fs::path& root, std::vector<std::string>& faults) {
  for (const File& file : source_files(root, "apps"))
    for (const std::string& include : file.includes)
      if (starts_with(include, "<minnow/") && contains(include, "/detail/"))
        faults.push_back(file.path + " includes " + include.substr(1) + ": it is not installed");
}

void check_tests_mirror_the_tree(const fs::path& root, std::vector<std::string>& faults) {
  for (const auto& [top, allowed] : may_include)
    for (const File& file : source_files(root, "tests/" + top))
      if (const std::string folder = file.folder().substr(6); !fs::exists(root / folder))
        faults.push_back(file.path + ": the library has no folder " + folder);
}

std::vector<std::string> layout_faults(const fs::path& root) {
  std::vector<std::string> faults;
  std::vector<File> files;
  for (const auto& [top, allowed] : may_include) {
    const std::vector<File> of_folder = source_files(root, top);
    files.insert(files.end(), of_folder.begin(), of_folder.end());
  }
  std::map<std::string, std::size_t> count;
  for (const File& file : files) {
    check_includes(file, faults);
    check_place(root, file, faults);
    if (++count[file.folder()] == most_files + 1)
      faults.push_back(file.folder() + ": expected at most " + std::to_string(most_files) + " files");
  }
  if (files.size() < 100) faults.push_back("expected the library in " + root.string());
  check_umbrella(root, files, faults);
  check_programs(root, faults);
  check_tests_mirror_the_tree(root, faults);
  return faults;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(Layout, TheTreeKeepsItsRules) { EXPECT_EQ(joined(layout_faults(MINNOW_SOURCE_DIR)), ""); }

/// core/precision.hpp refuses -ffast-math. Every other file includes a file of Minnow, so every file includes that
/// header. An -inl.hpp is a part of a kernel.
TEST(Layout, EveryFileIncludesTheCheckOfTheCompilersFlags) {
  for (const auto& [top, allowed] : may_include)
    for (const File& file : source_files(MINNOW_SOURCE_DIR, top)) {
      if (file.path == "core/precision.hpp" || file.path.ends_with("-inl.hpp") || is_page_of_report(file)) continue;
      EXPECT_TRUE(std::ranges::any_of(file.includes, [](const std::string& i) { return starts_with(i, "<minnow/"); }))
          << file.path;
    }
}

/// A copy of the tree, to plant faults in.
class PlantedFault : public ::testing::Test {
 protected:
  PlantedFault() : root_(fs::temp_directory_path() / ("minnow_layout_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
    for (const char* folder :
         {"core", "layers", "models", "losses", "optim", "datasets", "io", "training", "include", "apps", "tests"})
      fs::copy(fs::path(MINNOW_SOURCE_DIR) / folder, root_ / folder, fs::copy_options::recursive);
  }
  ~PlantedFault() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& line) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::app) << line << "\n";
  }
  std::string faults() const { return joined(layout_faults(root_)); }

  fs::path root_;
};

TEST_F(PlantedFault, NoneInTheCopy) { EXPECT_EQ(faults(), ""); }

TEST_F(PlantedFault, AnArrowReversedInASubfolder) {
  write("layers/linear/dense.cpp", "#include <minnow/models/sequential.hpp>");
  EXPECT_EQ(faults(), "layers/linear/dense.cpp includes minnow/models/sequential.hpp: layers may not include models\n");
}

TEST_F(PlantedFault, ADetailHeaderIncludedFromOutside) {
  write("optim/sgd.cpp", "#include <minnow/layers/linear/detail/dense_passes.hpp>");
  write("layers/pooling/max_pool2d.cpp", "#include <minnow/layers/linear/detail/dense_passes.hpp>");
  write("models/sequential.cpp", "#include <minnow/layers/linear/detail/dense_passes.hpp>");
  const std::string found = faults();
  EXPECT_TRUE(contains(found,
                       "optim/sgd.cpp includes minnow/layers/linear/detail/dense_passes.hpp: detail/ is internal to "
                       "layers/linear/"))
      << found;
  EXPECT_TRUE(contains(found, "layers/pooling/max_pool2d.cpp includes")) << found;
  EXPECT_TRUE(contains(found, "models/sequential.cpp includes")) << found;
}

TEST_F(PlantedFault, ADetailHeaderInAnInstalledHeader) {
  write("layers/linear/dense.hpp", "#include <minnow/layers/linear/detail/dense_passes.hpp>");
  write("core/layer.hpp", "#include <minnow/core/detail/format.hpp>");
  const std::string found = faults();
  EXPECT_TRUE(contains(found, "layers/linear/dense.hpp includes")) << found;
  EXPECT_TRUE(contains(found, "core/layer.hpp includes")) << found;
}

TEST_F(PlantedFault, AProgramThatIncludesDetail) {
  write("apps/animals/main.cpp", "#include <minnow/core/detail/format.hpp>");
  EXPECT_EQ(faults(), "apps/animals/main.cpp includes minnow/core/detail/format.hpp: it is not installed\n");
}

TEST_F(PlantedFault, AMisplacedFile) {
  write("layers/swish.hpp", "#pragma once");
  write("include/layers.hpp", "#include <minnow/layers/swish.hpp>");
  EXPECT_EQ(faults(), "layers/swish.hpp: a layer belongs in the folder of its family\n");
}

TEST_F(PlantedFault, AKernelOutsideDetail) {
  write("layers/activation/relu.cpp", "#define HWY_TARGET_INCLUDE <minnow/layers/activation/relu.cpp>");
  EXPECT_EQ(faults(), "layers/activation/relu.cpp: a kernel belongs in detail/\n");
}

TEST_F(PlantedFault, ASourceFileWithoutItsHeader) {
  write("losses/helper.cpp", "");
  EXPECT_EQ(faults(), "losses/helper.cpp: expected a header of the same name beside it, or the folder detail/\n");
}

TEST_F(PlantedFault, APublicHeaderThatNoUmbrellaHeaderIncludes) {
  write("optim/lion.hpp", "#pragma once");
  EXPECT_EQ(faults(), "include/optim.hpp does not include optim/lion.hpp\n");
}

TEST_F(PlantedFault, XtensorFromAnotherFile) {
  write("losses/mse_loss.cpp", "#include <xtensor/xview.hpp>");
  EXPECT_TRUE(contains(faults(), "losses/mse_loss.cpp includes xtensor/xview.hpp")) << faults();
}

TEST_F(PlantedFault, AFolderThatGrewTooLarge) {
  for (int i = 0; i < 45; ++i) write("losses/detail/file" + std::to_string(i) + ".cpp", "");
  EXPECT_EQ(faults(), "losses/detail: expected at most 40 files\n");
}

TEST_F(PlantedFault, ATestBesideTheTree) {
  write("tests/layers/elsewhere/x_test.cpp", "");
  EXPECT_EQ(faults(), "tests/layers/elsewhere/x_test.cpp: the library has no folder layers/elsewhere\n");
}

}  // namespace
