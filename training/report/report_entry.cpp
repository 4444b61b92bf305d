#include <minnow/core/detail/format.hpp>
#include <minnow/core/math/instruction_set.hpp>
#include <minnow/core/precision.hpp>
#include <minnow/core/threading/threads.hpp>
#include <minnow/core/version.hpp>
#include <minnow/training/report/report_entry.hpp>

#include <fstream>
#include <thread>

#include <sys/utsname.h>
#include <unistd.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Returns the value of the first line "key : value" of a file; "unknown" if there is none.
std::string first_value(const char* path, const std::string& key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find(separator);
    if (!line.starts_with(key) || at == std::string::npos) continue;
    const std::size_t start = line.find_first_not_of(" \t\"", at + 1);
    return start == std::string::npos ? "unknown" : line.substr(start, line.find_last_not_of(" \t\"") + 1 - start);
  }
  return "unknown";
}

}  // namespace

std::vector<ReportEntry> describe_machine() {
  const auto bytes = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  utsname kernel{};
  ::uname(&kernel);
  return {{"processor", first_value("/proc/cpuinfo", "model name", ':')},
          {"logical cores", std::to_string(std::thread::hardware_concurrency())},
          {"threads used", std::to_string(num_threads())},
          {"memory", format_text("{:.0f} GiB", bytes / (1024.0 * 1024 * 1024))},
          {"operating system", format_text("{}, {} {}, {}", first_value("/etc/os-release", "PRETTY_NAME=", '='),
                                           kernel.sysname, kernel.release, kernel.machine)}};
}

std::vector<ReportEntry> describe_versions() {
  return {
    {"Minnow", version()}, {"precision", sizeof(Real) == sizeof(float) ? "float" : "double"},
        {"instruction set", kernels::instruction_set()},
#if defined(__clang__)
    {
      "compiler", "Clang " __clang_version__
    }
  };
#elif defined(__GNUC__)
    {
      "compiler", "GCC " __VERSION__
    }
  };
#else
    {
      "compiler", "unknown"
    }
  };
#endif
}

}  // namespace minnow::inline MINNOW_PRECISION
