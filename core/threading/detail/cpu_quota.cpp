#include <minnow/core/threading/detail/cpu_quota.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {
namespace {

namespace fs = std::filesystem;

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// A mounted hierarchy of control groups. `group` is the group at `folder`; "/" unless a container shows only a part.
struct Mount {
  bool version2;
  std::string group, folder;
};

/// Returns true if the list, "cpu,cpuacct", contains the name.
bool lists(const std::string& list, const std::string& name) {
  return ("," + list + ",").find("," + name + ",") != std::string::npos;
}

/// Parses a line of /proc/self/mountinfo:
///   36 35 0:30 GROUP FOLDER OPTIONS [FIELD ...] - TYPE SOURCE SUPER_OPTIONS
/// Returns nothing if it is no hierarchy with CPU quotas.
std::optional<Mount> parse_mount(const std::string& line) {
  std::istringstream words(line);
  std::string word, type, options;
  Mount mount;
  if (!(words >> word >> word >> word >> mount.group >> mount.folder)) return {};
  while (words >> word && word != "-") {
  }
  if (!(words >> type >> word >> options)) return {};
  mount.version2 = type == "cgroup2";
  if (!mount.version2 && !(type == "cgroup" && lists(options, "cpu"))) return {};
  return mount;
}

/// Returns the group of this process in a hierarchy, from the lines ID:CONTROLLERS:GROUP of /proc/self/cgroup.
std::optional<std::string> group_in(const Mount& mount, std::istream& groups) {
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (mount.version2 ? controllers.empty() : lists(controllers, "cpu")) return line.substr(second + 1);
  }
  return {};
}

/// Returns quota / period in CPUs, or infinity if there is no quota.
double cpus_of(const fs::path& folder, bool version2) {
  double quota = 0, period = 0;
  if (version2) {
    std::ifstream(folder / "cpu.max") >> quota >> period;  // "max 100000" without a quota: `quota` stays 0
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;  // -1 without a quota
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : unlimited;
}

/// Returns the smallest quota from the group of this process up to the group at the mounted folder.
double cpus_of(const Mount& mount, const std::string& group, const fs::path& root) {
  const fs::path top = root / fs::path(mount.folder).relative_path();
  fs::path inside = fs::path(group).lexically_relative(mount.group);
  if (inside.empty() || *inside.begin() == "..") inside = ".";  // the group is outside of what is mounted
  double cpus = cpus_of(top, mount.version2);
  fs::path folder = top;
  for (const fs::path& name : inside) cpus = std::min(cpus, cpus_of(folder /= name, mount.version2));
  return cpus;
}

}  // namespace

int cpu_quota(const fs::path& root) {
  double cpus = unlimited;
  std::ifstream mounts(root / "proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const std::optional<Mount> mount = parse_mount(line);
    if (!mount) continue;
    std::ifstream groups(root / "proc/self/cgroup");
    if (const auto group = group_in(*mount, groups)) cpus = std::min(cpus, cpus_of(*mount, *group, root));
  }
  return cpus < 1e6 ? static_cast<int>(std::ceil(cpus)) : 0;
}

int available_cpus() {
  const int cpus = std::max(static_cast<int>(std::thread::hardware_concurrency()), 1), quota = cpu_quota();
  return quota > 0 ? std::min(cpus, quota) : cpus;
}

}  // namespace minnow::inline MINNOW_PRECISION
