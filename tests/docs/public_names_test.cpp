// Every public name stands on a page: README.md or docs/*.md, in code.

#include <tests/docs/public_headers.hpp>

#include <map>
#include <regex>
#include <set>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;
const fs::path root = MINNOW_SOURCE_DIR;

/// Adds the words of all code spans and blocks of a page.
void add_code_words(std::string page, std::set<std::string>& words) {
  static const std::regex word(R"(\w+)");
  page = std::regex_replace(page, std::regex("```"), "`");
  bool code = false;
  std::size_t start = 0;
  for (std::size_t end; (end = page.find('`', start)) != std::string::npos; start = end + 1, code = !code)
    if (code)
      for (std::sregex_iterator
               it(page.begin() + static_cast<long>(start), page.begin() + static_cast<long>(end), word),
           last;
           it != last; ++it)
        words.insert(it->str());
}

TEST(Pages, ContainEachPublicName) {
  std::set<std::string> words;
  add_code_words(read_text(root / "README.md"), words);
  for (const auto& entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") add_code_words(read_text(entry.path()), words);
  std::map<std::string, std::string> names;  // with a header that declares the name
  for (const fs::path& header : public_headers())
    for (const std::string& name : public_names(read_text(header)))
      if (!name.ends_with("Options")) names[name] = fs::relative(header, root);  // ShowEachOptionWithItsDefault
  for (const auto& [name, header] : names)
    EXPECT_TRUE(words.contains(name)) << name << " (" << header << ") is on no page";
  EXPECT_GE(names.size(), 220u);
}

TEST(PublicHeaders, AreReadAsDeclared) {
  const std::string header = R"(
#include <vector>
namespace minnow::inline MINNOW_PRECISION {
class Forward;
// class Comment {};
struct PairOptions {
  std::vector<int> list = {};  // ; a comment
  double a = 0, b = 1e-3;
  double c = std::is_same_v<A, B> ? 1 : 2;
  Size size{};
  bool needed;
};
enum class Kind { one, two };
using Alias = int;
template <class T>
concept Addable = requires(T a) { a + a; };
/// A function { }
template <class T = std::vector<int>>
[[nodiscard]] MINNOW_API std::vector<T> make(const T& value, const PairOptions& options = {});
inline int twice(int x) { return 2 * x; }
inline constexpr double low = 1e-6, high = 1e6;
bool operator==(const PairOptions&, const PairOptions&);
namespace detail {
void hidden();
}
namespace inner {
void shown();
}
})";
  const std::vector<std::string> names{"PairOptions", "Kind", "Alias", "Addable", "make",
                                       "twice",       "low",  "high",  "shown"};
  EXPECT_EQ(public_names(header), names);
  std::string fields;
  for (const Field& field : option_fields(header)) fields += field.name + '=' + field.value + ' ';
  EXPECT_EQ(fields, "list={} a=0 b=1e-3 c=std::is_same_v<A, B> ? 1 : 2 size={} needed= ");
}

}  // namespace
