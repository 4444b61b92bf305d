#pragma once

#include <minnow/training/report/run_report.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/temporary_folder.hpp>

#include <string>

#include <nlohmann/json.hpp>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Returns the text of the report.
inline std::string page_of(const RunReport& run) {
  const TemporaryFolder folder;
  write_report(run, folder / "report.html");
  return read_bytes(folder / "report.html");
}

/// Returns the part of a text between two marks; "missing" if there is none.
inline std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin), start = at + begin.size();
  return at == std::string::npos ? "missing" : text.substr(start, text.find(end, start) - start);
}

/// Returns the data of a report.
inline nlohmann::json data_of(const std::string& page) {
  return nlohmann::json::parse(between(page, "id=\"run\">", "</script>"));
}
inline nlohmann::json data_of(const RunReport& run) { return data_of(page_of(run)); }

}  // namespace minnow::inline MINNOW_PRECISION::testing
