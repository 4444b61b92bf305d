// Every option of a public header stands in a table of a page, with its default.

#include <minnow/models/layer_table.hpp>

#include <tests/docs/public_headers.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;
const fs::path root = MINNOW_SOURCE_DIR;

/// Returns the letters and digits of a text in lower case: "steplr" for "step_lr".
std::string letters(const std::string& text) {
  std::string result;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)))
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// Returns what the struct configures, as the pages write it: "Dense" for "DenseOptions".
std::string subject(const std::string& owner) {
  static const std::map<std::string, std::string> others{{"PoolingOptions", "MaxPool2d"},
                                                         {"GradientCheckOptions", "check_gradients"}};
  const auto other = others.find(owner);
  return other != others.end() ? other->second : owner.substr(0, owner.size() - std::string("Options").size());
}

bool same_number(const std::string& a, const std::string& b) {
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  return end_a != a.c_str() && end_b != b.c_str() && *end_a == 0 && *end_b == 0 && x == y;
}

/// Returns true if a cell of a page shows the default that a header declares.
bool shows(const std::string& cell, std::string value) {
  static const std::regex choice(R"(.*\? ([^ ]+) : ([^ ]+))"), qualifier(R"(.*::)"), marks("[`, ]");
  std::smatch parts;
  if (std::regex_match(value, parts, choice))
    return cell.find(parts[1]) != std::string::npos && cell.find(parts[2]) != std::string::npos;
  const std::string plain = std::regex_replace(cell, marks, "");
  if (value.empty()) return plain == "required";
  if (value == "std::nullopt" || value == "nullptr" || value == "{}")
    return std::set<std::string>{"none", "null", "kernel", "empty", "random"}.contains(plain);
  value = std::regex_replace(value, std::regex(R"(\(\)|\.0 | )"), "");
  value = std::regex_replace(value, qualifier, "");
  return plain == value || same_number(plain, value);
}

/// Returns true if the row is about `field`.
bool is_of(const Row& row, const Field& field) {
  if (row["option"].find('`' + field.name + '`') == std::string::npos) return false;
  const bool has_subjects = row.head[0] != "option";
  return letters(has_subjects ? row.cells[0] : row.above).find(letters(subject(field.owner))) != std::string::npos;
}

TEST(Pages, ShowEachOptionWithItsDefault) {
  std::vector<Row> rows;
  for (const auto& entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md")
      for (Row& row : table_rows(read_text(entry.path()))) rows.push_back(std::move(row));
  std::size_t fields = 0;
  for (const fs::path& header : public_headers()) {
    if (header.parent_path().filename() == "losses") continue;  // LossesPage compares the options of losses
    for (const Field& field : option_fields(read_text(header))) {
      ++fields;
      const std::string who = field.owner + "::" + field.name;
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return is_of(r, field); });
      if (row == rows.end()) {
        ADD_FAILURE() << who << " = " << field.value << " is in no table of docs/";
        continue;
      }
      std::string shown = (*row)["default"];  // "`Adam` 0, `AdamW` 0.01" has a default for each
      std::smatch own;
      if (std::regex_search(shown, own, std::regex('`' + subject(field.owner) + "` ([^ ,]+)"))) shown = own[1];
      EXPECT_TRUE(shows(shown, field.value)) << who << " is " << field.value << ", docs/ shows " << shown;
    }
  }
  EXPECT_GE(fields, 70u);
}

/// Returns the defaults of all options: {"SGDOptions::momentum", "0"}.
std::map<std::string, std::string> defaults() {
  std::map<std::string, std::string> result;
  for (const fs::path& header : public_headers())
    for (const Field& field : option_fields(read_text(header))) result[field.owner + "::" + field.name] = field.value;
  return result;
}

TEST(PyTorchPage, ShowsTheDefaultsThatDiffer) {
  static const std::regex option(R"(`(\w+Options::\w+)`)");
  const std::map<std::string, std::string> values = defaults();
  std::size_t shown = 0;
  for (const Row& row : table_rows(read_text(root / "docs/pytorch.md"))) {
    const std::string names = row["option"];
    for (std::sregex_iterator it(names.begin(), names.end(), option), end; it != end; ++it, ++shown) {
      const auto value = values.find((*it)[1]);
      ASSERT_NE(value, values.end()) << (*it)[1] << " is no option";
      EXPECT_TRUE(shows(row["Minnow"], value->second))
          << value->first << " is " << value->second << ", docs/pytorch.md shows " << row["Minnow"];
    }
  }
  EXPECT_GE(shown, 4u);
}

TEST(OptimPage, ShowsDefaultsInTheTableOfOptimizers) {
  static const std::regex option(R"(`(\w+)` = ([^ ,]+))");
  const std::map<std::string, std::string> values = defaults();
  std::size_t shown = 0;
  for (const Row& row : table_rows(read_text(root / "docs/optim.md"))) {
    const std::string optimizer = row["optimizer"], options = row["options to set, with their defaults"];
    for (std::sregex_iterator it(options.begin(), options.end(), option), end; it != end; ++it, ++shown) {
      const auto value = values.find(optimizer.substr(1, optimizer.size() - 2) + "Options::" + (*it)[1].str());
      ASSERT_NE(value, values.end()) << optimizer << " has no option " << (*it)[1];
      EXPECT_TRUE(shows((*it)[2], value->second))
          << value->first << " is " << value->second << ", docs/optim.md shows " << (*it)[2];
    }
  }
  EXPECT_GE(shown, 10u);
}

TEST(LayersPage, ListsEachLayer) {
  const std::string page = read_text(root / "docs/layers.md");
  for (const std::string& type : minnow::standard_layers().types())
    EXPECT_TRUE(std::regex_search(page, std::regex("\n\\| `" + type + "[({]"))) << type << " has no row";
}

}  // namespace
