#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/training/report/detail/distribution_lines.hpp>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION {
namespace {

using Json = nlohmann::ordered_json;

Json record_json(const Distribution& record) {
  return {{"parameter", record.parameter},
          {"gradient", record.of_gradient},
          {"elements", record.elements},
          {"not finite", record.not_finite},
          {"sum", record.sum},
          {"squares", record.squares},
          {"quantiles", record.quantiles},
          {"limits", record.limits},
          {"counts", record.counts}};
}

Distribution record_of(const Json& json, std::size_t epoch, std::uint64_t step) {
  return {.parameter = json.at("parameter"),
          .of_gradient = json.at("gradient"),
          .epoch = epoch,
          .step = step,
          .elements = json.at("elements"),
          .not_finite = json.at("not finite"),
          .sum = json.at("sum"),
          .squares = json.at("squares"),
          .quantiles = json.at("quantiles"),
          .limits = json.at("limits"),
          .counts = json.at("counts")};
}

void check_record(const Distribution& record) {
  const std::size_t levels = record.quantiles.size();
  if ((levels != 0 && levels != distribution_levels.size()) || record.limits.size() != record.counts.size())
    throw DataError("lists of another length");
}

void add_line(const std::string& line, Distributions& result) {
  const Json json = Json::parse(line);
  for (const Json& record : json.at("parameters")) {
    result.push_back(record_of(record, json.at("epoch"), json.at("step")));
    check_record(result.back());
  }
}

}  // namespace

std::string detail::distribution_lines(std::span<const Distribution> distributions) {
  std::string text;
  for (std::size_t i = 0; i < distributions.size();) {
    const std::size_t epoch = distributions[i].epoch;
    Json line{{"epoch", epoch}, {"step", distributions[i].step}, {"parameters", Json::array()}};
    for (; i < distributions.size() && distributions[i].epoch == epoch; ++i)
      line["parameters"].push_back(record_json(distributions[i]));
    text += line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  }
  return text;
}

Distributions read_distributions(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path);
  if (!file)
    throw DataError(format_text("read_distributions: cannot open '{}': {}.", path.string(),
                                std::generic_category().message(errno)));
  Distributions result;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line) && !file.eof();) try {  // eof: an incomplete last line
      ++number;
      add_line(line, result);
    } catch (const std::exception& error) {
      throw DataError(
          format_text("read_distributions: expected a line of a DistributionRecorder in line {} of '{}', "
                      "got: {}. Delete the file to record anew.",
                      number, path.string(), error.what()));
    }
  return result;
}

}  // namespace minnow::inline MINNOW_PRECISION
