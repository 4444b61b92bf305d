#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/version.hpp>
#include <minnow/training/report/detail/page_data.hpp>
#include <minnow/training/report/detail/report_images.hpp>
#include <minnow/training/report/detail/test_data.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::size_t most_rows = 2000, most_parameters = 60, most_epochs = 64, most_filters = 96;

Json entries_json(const std::vector<ReportEntry>& entries) {
  Json list = Json::array();
  for (const ReportEntry& entry : entries) list.push_back(Json::array({entry.name, entry.value}));
  return list;
}

const char* end_name(History::End end) {
  switch (end) {
    case History::End::completed:
      return "completed";
    case History::End::early_stopping:
      return "early_stopping";
    case History::End::stop_requested:
      return "stop_requested";
    case History::End::callback:
      return "callback";
    case History::End::running:
      break;
  }
  return "running";
}

/// Returns the history; of more than most_rows rows, rows at equal distances, the best and the last.
Json history_json(const History& history) {
  const std::size_t stride = (history.size() + most_rows - 1) / most_rows;
  Json rows = Json::array(), best = nullptr;
  for (std::size_t r = 0; r < history.size(); ++r) {
    if (r % stride != 0 && r != history.best && r + 1 != history.size()) continue;
    if (r == history.best) best = rows.size();
    rows.push_back(history.row(r));
  }
  return {{"columns", history.columns()}, {"rows", std::move(rows)}, {"best", best}, {"end", end_name(history.end)}};
}

Json model_json(const ModelSummary& model) {
  Json rows = Json::array();
  for (const ModelSummary::Row& row : model.rows) rows.push_back(Json::array({row.layer, row.output, row.parameters}));
  Json json{{"input", model.input}, {"rows", std::move(rows)}, {"parameters", model.parameters}, {"filters", nullptr}};
  Json images = Json::array();
  for (const datasets::Image& image : filter_images(model.filters, most_filters))
    images.push_back(image_address(image));
  const Shape& shape = model.filters.shape();
  if (!images.empty() && shape[2] * shape[3] > 1)
    json["filters"] = {{"name", model.filters_name},
                       {"shape", std::vector<std::size_t>(shape.begin(), shape.end())},
                       {"colour", shape[1] == 3},
                       {"images", std::move(images)}};
  return json;
}

void add_record(Json& series, const Distribution& record) {
  series["epochs"].push_back(record.epoch);
  series["not_finite"].push_back(record.not_finite);
  Json quantiles = nullptr;
  if (record.quantiles.size() == distribution_levels.size()) {
    quantiles = Json::array();
    for (const double value : record.quantiles) quantiles.push_back(rounded(value));
  }
  series["quantiles"].push_back(std::move(quantiles));
}

/// Returns the quantiles of each parameter over the epochs; of more than most_epochs epochs, some at equal distances.
Json distributions_json(const Distributions& distributions) {
  std::vector<std::size_t> epochs;
  std::map<std::string, std::size_t> places;
  for (const Distribution& record : distributions) {
    if (epochs.empty() || record.epoch != epochs.back()) epochs.push_back(record.epoch);
    places.emplace(record.parameter, places.size());
  }
  const Json none{{"epochs", Json::array()}, {"quantiles", Json::array()}, {"not_finite", Json::array()}};
  std::vector<Json> series(std::min(places.size(), most_parameters));
  const std::size_t stride = (epochs.size() + most_epochs - 1) / most_epochs;
  std::size_t epoch = 0;
  for (const Distribution& record : distributions) {
    if (record.epoch != epochs[epoch]) ++epoch;
    const std::size_t place = places[record.parameter];
    if (place >= series.size() || (epoch % stride != 0 && epoch + 1 != epochs.size())) continue;
    Json& entry = series[place];
    if (entry.is_null())
      entry = {{"parameter", record.parameter}, {"elements", record.elements}, {"values", none}, {"gradient", none}};
    add_record(entry[record.of_gradient ? "gradient" : "values"], record);
  }
  return {{"series", series}, {"total", places.size()}};
}

}  // namespace

std::string page_data(const RunReport& run) {
  const Json data{{"command", run.command},
                  {"seed", run.seed ? Json(std::to_string(*run.seed)) : Json(nullptr)},
                  {"settings", entries_json(run.settings)},
                  {"versions", entries_json(run.versions)},
                  {"machine", entries_json(run.machine)},
                  {"history", history_json(run.history)},
                  {"classes", run.class_names},
                  {"features", run.feature_names},
                  {"test", test_json(run)},
                  {"examples", examples_json(run)},
                  {"model", run.model ? model_json(*run.model) : Json(nullptr)},
                  {"distributions", distributions_json(run.distributions)}};
  std::string safe;
  for (const char c : data.dump(-1, ' ', false, Json::error_handler_t::replace)) switch (c) {
      case '<':
        safe += "\\u003c";
        break;  // these characters occur only inside of strings
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  return safe;
}

std::string html_text(std::string_view text) {
  const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  for (const char c : Json::parse(quoted).get<std::string>()) switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  return safe;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
