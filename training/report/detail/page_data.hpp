#pragma once

#include <minnow/training/report/run_report.hpp>

#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns the data of the page as JSON that is safe inside of a <script>: no text in it contains <, > or &. Values
/// that are not finite become null. Throws as write_report.
std::string page_data(const RunReport& run);

/// Returns the text with &, <, >, " and ' as HTML entities, and bytes that are not UTF-8 replaced by U+FFFD.
std::string html_text(std::string_view text);

}  // namespace minnow::inline MINNOW_PRECISION::detail
