#include <minnow/core/error.hpp>
#include <minnow/core/version.hpp>

#include <apps/minnow/settings.hpp>
#include <apps/support/text_file.hpp>

#include <cmath>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace minnow;

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

bool is_choice(const std::string& text, const std::string& choices) {
  return ("|" + choices + "|").find("|" + text + "|") != std::string::npos;
}

std::string expected_number(const Meaning& m, const char* kind, const std::string& text) {
  if (m.high >= 1e9) return fmt::format("expected a {} of at least {}, got '{}'", kind, m.low, text);
  return fmt::format("expected a {} from {} to {}, got '{}'", kind, m.low, m.high, text);
}

/// The text of a value in run.json, as on the command line.
std::string json_value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

class JsonWriter {
 public:
  template <class T>
  void operator()(const char* name, const std::optional<T>& value, const Meaning&) {
    if (!value) return;
    if constexpr (std::is_same_v<T, fs::path>)
      json[name] = fs::absolute(*value).lexically_normal().string();
    else
      json[name] = *value;
  }
  Json json = Json::object();
};

class JsonReader {
 public:
  JsonReader(const Json& json, const std::string& file) : json_(json), file_(file) {}

  template <class T>
  void operator()(const char* name, std::optional<T>& value, const Meaning& meaning) {
    const auto found = json_.find(name);
    if (found == json_.end()) return;
    ++read_;
    if (const std::string error = read_setting(json_value_text(*found), meaning, value); !error.empty())
      throw DataError(fmt::format("{}: {}: {}.", file_, name, error));
  }
  std::size_t read() const { return read_; }

 private:
  const Json& json_;
  const std::string& file_;
  std::size_t read_ = 0;
};

Settings settings_of(const Json& json, const std::string& file) {
  if (!json.is_object()) throw DataError(file + ": expected an object of settings.");
  Settings settings;
  JsonReader reader(json, file);
  visit_settings(reader, settings);
  std::size_t known = reader.read();
  if (json.contains("architecture")) {
    settings.architecture = json["architecture"].dump();
    ++known;
  }
  if (known == json.size()) return settings;
  for (const auto& [name, value] : json.items()) {
    bool is_known = name == "architecture";
    visit_settings([&, &key = name](const char* of, auto&, const Meaning&) { is_known = is_known || key == of; },
                   settings);
    if (!is_known) throw DataError(fmt::format("{}: expected settings of `minnow train`, got '{}'.", file, name));
  }
  return settings;
}

Json json_of(const Settings& settings) {
  JsonWriter writer;
  visit_settings(writer, settings);
  if (settings.architecture) writer.json["architecture"] = Json::parse(*settings.architecture);
  return std::move(writer.json);
}

}  // namespace

std::string read_setting(const std::string& text, const Meaning& m, std::optional<std::size_t>& value) {
  const bool digits = !text.empty() && text.size() < 17 && text.find_first_not_of("0123456789") == std::string::npos;
  const auto number = digits ? std::stoull(text) : 0;
  if (!digits || static_cast<double>(number) < m.low || static_cast<double>(number) > m.high)
    return expected_number(m, "whole number", text);
  value = number;
  return {};
}

std::string read_setting(const std::string& text, const Meaning& m, std::optional<double>& value) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(number >= m.low && number <= m.high)) return expected_number(m, "number", text);
  value = number;
  return {};
}

std::string read_setting(const std::string& text, const Meaning& m, std::optional<std::string>& value) {
  const std::string choices = m.type;
  const bool is_list = choices.find('|') != std::string::npos && choices.find("FILE") == std::string::npos;
  if (is_list && !is_choice(text, choices)) return fmt::format("expected one of {}, got '{}'", choices, text);
  if (text.empty()) return "expected a text, got none";
  value = text;
  return {};
}

std::string read_setting(const std::string& text, const Meaning&, std::optional<fs::path>& value) {
  if (text.empty()) return "expected a path, got none";
  value = text;
  return {};
}

std::string read_setting(const std::string& text, const Meaning&, std::optional<bool>& value) {
  if (text != "true" && text != "false") return fmt::format("expected true or false, got '{}'", text);
  value = text == "true";
  return {};
}

Settings merged(const Settings& first, const Settings& second) {
  Json json = json_of(second);
  const Json of_first = json_of(first);
  if (of_first.contains("model") && !of_first.contains("architecture")) json.erase("architecture");
  json.update(of_first);
  return settings_of(json, "settings");
}

std::string settings_json(const Settings& settings) { return json_of(settings).dump(); }

Settings settings_from_json(const std::string& text, const std::string& file) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw DataError(file + ": expected settings as JSON, got other text.");
  return settings_of(json, file);
}

void write_run_file(const fs::path& path, const Settings& settings, const std::string& command) {
  const Json json = {{"minnow", version()}, {"command", command}, {"settings", json_of(settings)}};
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  write_text(path, text);
}

RunFile read_run_file(const fs::path& path) {
  const Json json = Json::parse(read_text(path), nullptr, false);
  if (!json.is_object() || !json.contains("settings"))
    throw DataError(path.string() + ": expected the run.json of a run, got other content.");
  RunFile run{settings_of(json["settings"], path.string()), ""};
  if (json.contains("command") && json["command"].is_string()) run.command = json["command"].get<std::string>();
  return run;
}

std::string json_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}
