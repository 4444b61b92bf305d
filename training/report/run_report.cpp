#include <minnow/core/version.hpp>
#include <minnow/io/output_file.hpp>
#include <minnow/training/report/detail/page_data.hpp>
#include <minnow/training/report/detail/page_text.hpp>
#include <minnow/training/report/run_report.hpp>

#include <map>
#include <span>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns the page with each place {{name}} replaced by its text. The texts are not searched for places.
std::string filled(std::string_view page, const std::map<std::string_view, std::string_view>& texts) {
  std::string result;
  for (std::size_t start; (start = page.find("{{")) != std::string_view::npos;) {
    const std::size_t end = page.find("}}", start);
    result += page.substr(0, start);
    result += texts.at(page.substr(start + 2, end - start - 2));
    page.remove_prefix(end + 2);
  }
  return result.append(page);
}

}  // namespace

void write_report(const RunReport& run, const std::filesystem::path& path) {
  const std::string data = detail::page_data(run), title = detail::html_text(run.title);
  const std::string sentence = detail::html_text(run.sentence), of_minnow = version();
  const std::string page = filled(detail::page_html, {{"title", title},
                                                      {"sentence", sentence},
                                                      {"version", of_minnow},
                                                      {"styles", detail::page_styles},
                                                      {"script", detail::page_script},
                                                      {"run", data}});
  OutputFile file(path);
  file.write(std::as_bytes(std::span(page)));
  file.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION
