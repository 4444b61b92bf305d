// Writes a report with an installed Minnow. minnow::report also links minnow::images and minnow::minnow.

#include <minnow/report.hpp>

#include <filesystem>

int main() {
  minnow::RunReport run;
  run.machine = minnow::describe_machine();
  minnow::write_report(run, "report.html");
  return std::filesystem::file_size("report.html") > 10000 ? 0 : 1;
}
