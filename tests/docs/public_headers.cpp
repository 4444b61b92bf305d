#include <tests/docs/public_headers.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <utility>

namespace fs = std::filesystem;

namespace {

using Match = std::sregex_iterator;

std::string trimmed(const std::string& text) {
  return std::regex_replace(std::regex_replace(text, std::regex(R"(\s+)"), " "), std::regex("^ | $"), "");
}

/// Returns C++ text without comments, preprocessor lines and the content of strings.
std::string code_of(const std::string& text) {
  static const std::regex ignored(R"(//[^\n]*|(^|\n)\s*#[^\n]*)"), literal(R"("[^"\n]*")");
  return std::regex_replace(std::regex_replace(text, ignored, "\n"), literal, "\"\"");
}

struct Statement {
  std::string text;
  bool defines;  // followed by { ... }
  std::string body;
};

/// Returns the statements in the namespaces of a header, outside of namespaces with "detail" in their names.
std::vector<Statement> statements(const std::string& code) {
  static const std::regex is_namespace(R"(^(inline )?namespace\b.*)");
  std::vector<Statement> result;
  std::string text, body;
  int parentheses = 0, braces = 0;
  bool keeps = false;
  for (const char c : code) {
    if (braces > 0) {
      braces += (c == '{') - (c == '}');
      if (keeps && braces > 0) body += c;
      if (keeps && braces == 0) result.back().body = std::exchange(body, "");
      continue;
    }
    parentheses += (c == '(') - (c == ')');
    if (parentheses > 0 || std::string("{};").find(c) == std::string::npos) {
      text += c;
      continue;
    }
    const std::string statement = trimmed(std::exchange(text, ""));
    const bool space = std::regex_match(statement, is_namespace);
    if (c == '{' && (!space || statement.find("detail") != std::string::npos)) braces = 1;
    keeps = !space && c == '{';
    if (!space && c != '}') result.push_back({statement, c == '{', ""});
  }
  return result;
}

/// Returns the statement without its template arguments, attributes and specifiers.
std::string bare(std::string text) {
  if (text.starts_with("template")) {
    std::size_t at = text.find('<'), open = 0;
    do open += (text[at] == '<') - static_cast<std::size_t>(text[at] == '>');
    while (++at < text.size() && open > 0);
    text.erase(0, at);
  }
  return trimmed(std::regex_replace(text, std::regex(R"(\[\[.*?\]\]|MINNOW_API|\binline\b|\bconstexpr\b)"), ""));
}

}  // namespace

std::string read_text(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> public_headers() {
  std::vector<fs::path> result;
  for (const char* folder : {"core", "layers", "models", "losses", "optim", "datasets", "io", "training"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(MINNOW_SOURCE_DIR) / folder))
      if (entry.path().extension() == ".hpp" && entry.path().string().find("/detail/") == std::string::npos)
        result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> public_names(const std::string& header) {
  static const std::regex type(R"(^(class|struct|enum class|enum) (\w+).*)"), alias(R"(^(using|concept) (\w+) =.*)"),
      function(R"(^[^=]*?(\w+)\s*\(.*)"), constant(R"((\w+) =)"), ignored(R"(^extern.*|.*\boperator\b.*)");
  std::vector<std::string> result;
  for (const Statement& statement : statements(code_of(header))) {
    const std::string text = bare(statement.text);
    std::smatch match;
    if (std::regex_match(text, match, type)) {
      if (statement.defines) result.push_back(match[2]);
    } else if (std::regex_match(text, match, alias)) {
      result.push_back(match[2]);
    } else if (std::regex_match(text, ignored)) {
      continue;
    } else if (std::regex_match(text, match, function)) {
      result.push_back(match[1]);
    } else {
      for (Match it(text.begin(), text.end(), constant), end; it != end; ++it) result.push_back((*it)[1]);
    }
  }
  return result;
}

std::vector<Field> option_fields(const std::string& header) {
  static const std::regex owner(R"(^struct (\w+Options)$)"), next_field(R"(, (?=\w+ = ))"), plain(R"((\w+)(\{\})?$)");
  std::vector<Field> result;
  for (const Statement& statement : statements(code_of(header))) {
    std::smatch match;
    if (!std::regex_match(statement.text, match, owner)) continue;
    const std::string name = match[1];
    std::istringstream members(statement.body);
    for (std::string member; std::getline(members, member, ';');) {
      member = trimmed(member);
      if (member.empty()) continue;
      const std::size_t equals = member.find(" = ");
      if (equals == std::string::npos) {
        std::regex_search(member, match, plain);
        result.push_back({name, match[1], match[2].length() > 0 ? "{}" : ""});
        continue;
      }
      // "double a = 0, b = 1" declares two fields.
      const std::string rest = member.substr(member.rfind(' ', equals - 1) + 1);
      for (std::sregex_token_iterator part(rest.begin(), rest.end(), next_field, -1), end; part != end; ++part) {
        const std::string text = *part;
        const std::size_t at = text.find(" = ");
        result.push_back({name, text.substr(0, at), text.substr(at + 3)});
      }
    }
  }
  return result;
}

std::string Row::operator[](const std::string& column) const {
  const auto at = static_cast<std::size_t>(std::find(head.begin(), head.end(), column) - head.begin());
  return at < cells.size() ? cells[at] : "";
}

std::vector<Row> table_rows(const std::string& page) {
  std::vector<Row> result;
  std::string heading, paragraph;
  bool ended = true;  // the paragraph, by an empty line
  std::vector<std::string> head, above;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|")) {
      head.clear();
      if (line.starts_with("#")) heading = line;
      if (!line.empty()) paragraph = ended ? line : paragraph + '\n' + line;
      ended = line.empty();
      continue;
    }
    std::vector<std::string> cells;
    std::istringstream text(line.substr(1));
    for (std::string cell; std::getline(text, cell, '|');) cells.push_back(trimmed(cell));
    if (line.starts_with("|--") || line.starts_with("| --")) continue;
    if (head.empty()) {
      head = cells;
      above.clear();
      continue;
    }
    if (!cells.empty() && cells[0].empty() && !above.empty()) cells[0] = above[0];
    result.push_back({heading + '\n' + paragraph, head, cells});
    above = cells;
  }
  return result;
}
