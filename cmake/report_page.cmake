# Writes MINNOW_REPORT_PAGE, a source file with the HTML, the styles and the scripts of the report as texts. The order of the
# scripts is that in which they use each other.

set(folder ${PROJECT_SOURCE_DIR}/training/report/detail/page)
set(MINNOW_REPORT_PAGE ${PROJECT_BINARY_DIR}/report_page.cpp)

function(minnow_read_page_files out)
  set(text "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${file})
    file(READ ${folder}/${file} content)
    string(APPEND text "${content}")
  endforeach()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

minnow_read_page_files(page_html page.html)
minnow_read_page_files(page_styles page.css print.css)
minnow_read_page_files(page_script elements.js charts.js line_chart.js classes.js calibration.js samples.js computation.js distributions.js page.js)
file(CONFIGURE OUTPUT ${MINNOW_REPORT_PAGE} @ONLY CONTENT
"#include <minnow/training/report/detail/page_text.hpp>

namespace minnow::inline MINNOW_PRECISION::detail {

const std::string_view page_html = R\"page(@page_html@)page\";
const std::string_view page_styles = R\"page(@page_styles@)page\";
const std::string_view page_script = R\"page(@page_script@)page\";

}  // namespace minnow::inline MINNOW_PRECISION::detail
")
