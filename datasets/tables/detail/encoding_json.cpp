#include <minnow/core/error.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets {
namespace {

using Json = nlohmann::json;

void expect_json(bool valid, const char* what) {
  if (!valid) throw ValueError("TableEncoder: expected " + std::string(what) + " in the JSON of an encoder.");
}

double real_in(const Json& json, const char* key, double otherwise) {
  const auto found = json.find(key);
  if (found == json.end()) return otherwise;
  expect_json(found->is_number(), "numbers as mean and deviation");
  return found->get<double>();
}

bool flag_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  expect_json(found == json.end() || found->is_boolean(), "true or false");
  return found != json.end() && found->get<bool>();
}

std::string text_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  expect_json(found != json.end() && found->is_string(), "texts as names");
  return found->get<std::string>();
}

std::size_t count_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  expect_json(found != json.end() && found->is_number_unsigned(), "whole numbers as positions");
  return found->get<std::size_t>();
}

std::vector<std::string> texts_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return {};
  expect_json(found->is_array() && std::ranges::all_of(*found, [](const Json& item) { return item.is_string(); }),
              "lists of texts");
  return found->get<std::vector<std::string>>();
}

/// Adds what columns and targets have in common.
Json json_of(const std::string& name, std::size_t position, const char* key, const std::vector<std::string>& texts,
             double mean, double deviation) {
  Json json;
  json["name"] = name;
  json["position"] = position;
  if (texts.empty())
    json["mean"] = mean, json["deviation"] = deviation;
  else
    json[key] = texts;
  return json;
}

ColumnEncoding column_in(const Json& json) {
  expect_json(json.is_object(), "an object for each column");
  return {.name = text_in(json, "name"),
          .position = count_in(json, "position"),
          .categories = texts_in(json, "categories"),
          .mean = real_in(json, "mean", 0),
          .deviation = real_in(json, "deviation", 1),
          .indicator = flag_in(json, "indicator")};
}

TableEncoding encoding_in(const Json& json) {
  expect_json(json.is_object(), "an object");
  const auto columns = json.find("columns"), target = json.find("target");
  expect_json(columns != json.end() && columns->is_array(), "a list of columns");
  expect_json(target != json.end() && target->is_object(), "a target");
  const std::string delimiter = text_in(json, "delimiter");
  expect_json(delimiter.size() == 1, "a delimiter of one byte");
  TableEncoding encoding{.target = {.name = text_in(*target, "name"),
                                    .position = count_in(*target, "position"),
                                    .classes = texts_in(*target, "classes"),
                                    .mean = real_in(*target, "mean", 0),
                                    .deviation = real_in(*target, "deviation", 1)},
                         .width = count_in(json, "width"),
                         .has_names = flag_in(json, "has_names"),
                         .delimiter = delimiter[0],
                         .missing = texts_in(json, "missing")};
  for (const Json& column : *columns) encoding.columns.push_back(column_in(column));
  return encoding;
}

}  // namespace

std::string TableEncoder::to_json() const {
  const TargetEncoding& target = encoding_.target;
  Json json;
  json["target"] = json_of(target.name, target.position, "classes", target.classes, target.mean, target.deviation);
  json["columns"] = Json::array();
  json["width"] = encoding_.width;
  json["has_names"] = encoding_.has_names;
  json["delimiter"] = std::string(1, encoding_.delimiter);
  if (!encoding_.missing.empty()) json["missing"] = encoding_.missing;
  for (const ColumnEncoding& column : encoding_.columns) {
    Json item = json_of(column.name, column.position, "categories", column.categories, column.mean, column.deviation);
    if (column.indicator) item["indicator"] = true;
    json["columns"].push_back(std::move(item));
  }
  try {
    return json.dump();
  } catch (const Json::exception&) {
    throw ValueError("TableEncoder: expected names and categories in UTF-8, got other bytes.");
  }
}

TableEncoder TableEncoder::from_json(std::string_view text) {
  const Json json = Json::parse(std::string(text), nullptr, false);
  expect_json(!json.is_discarded(), "valid JSON");
  return TableEncoder(encoding_in(json));
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets
