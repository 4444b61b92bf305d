// The CPU quota of a container, read from files as they are in Docker, Kubernetes and systemd; and the default number
// of threads.

#include <minnow/core/threading/detail/cpu_quota.hpp>

#include <tests/support/run_program.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace minnow {
namespace {

namespace fs = std::filesystem;

const std::string mount2 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string mount1 = "33 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n";

/// A folder with the files of a container, which cpu_quota() reads in place of "/".
class CpuQuota : public ::testing::Test {
 protected:
  CpuQuota() : root_(fs::temp_directory_path() / ("minnow_quota_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
  }
  ~CpuQuota() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void process(const std::string& mounts, const std::string& groups) {
    write("proc/self/mountinfo", "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n" + mounts);
    write("proc/self/cgroup", groups);
  }
  void version2(const std::string& group, const std::string& cpu_max) {
    write("sys/fs/cgroup" + group + "/cpu.max", cpu_max);
  }
  void version1(const std::string& group, const std::string& quota, const std::string& period) {
    write("sys/fs/cgroup/cpu,cpuacct" + group + "/cpu.cfs_quota_us", quota);
    write("sys/fs/cgroup/cpu,cpuacct" + group + "/cpu.cfs_period_us", period);
  }
  int quota() const { return cpu_quota(root_); }

  fs::path root_;
};

TEST_F(CpuQuota, NoFilesNoQuota) { EXPECT_EQ(quota(), 0); }

TEST_F(CpuQuota, Version2InAContainerWithItsOwnNamespace) {
  process(mount2, "0::/\n");
  EXPECT_EQ(quota(), 0);
  version2("", "max 100000\n");
  EXPECT_EQ(quota(), 0);
  version2("", "200000 100000\n");
  EXPECT_EQ(quota(), 2);
}

TEST_F(CpuQuota, AFractionIsRoundedUp) {
  process(mount2, "0::/\n");
  for (const auto& [text, cpus] : {std::pair{"1000 100000\n", 1},
                                   {"50000 100000\n", 1},
                                   {"100000 100000\n", 1},
                                   {"100001 100000\n", 2},
                                   {"250000 100000\n", 3},
                                   {"75000 25000\n", 3}}) {
    version2("", text);
    EXPECT_EQ(quota(), cpus) << text;
  }
}

TEST_F(CpuQuota, TheSmallestOfTheGroupAndAllAboveIt) {
  process(mount2, "0::/kubepods.slice/pod1.slice/container\n");
  version2("/kubepods.slice/pod1.slice/container", "max 100000\n");
  EXPECT_EQ(quota(), 0);
  version2("/kubepods.slice/pod1.slice", "300000 100000\n");
  EXPECT_EQ(quota(), 3);
  version2("/kubepods.slice", "800000 100000\n");
  EXPECT_EQ(quota(), 3);
  version2("/kubepods.slice/pod1.slice/container", "400000 100000\n");
  EXPECT_EQ(quota(), 3);
  version2("/kubepods.slice", "150000 100000\n");
  EXPECT_EQ(quota(), 2);
  version2("/another.slice", "100000 100000\n");
  EXPECT_EQ(quota(), 2);
}

TEST_F(CpuQuota, Version1) {
  process(mount1, "5:memory:/\n4:cpu,cpuacct:/user.slice\n1:name=systemd:/other\n0::/\n");
  version1("/user.slice", "-1\n", "100000\n");
  EXPECT_EQ(quota(), 0);
  version1("/user.slice", "350000\n", "100000\n");
  EXPECT_EQ(quota(), 4);
  version1("", "50000\n", "25000\n");
  EXPECT_EQ(quota(), 2);
}

TEST_F(CpuQuota, Version1InAContainerThatShowsOnlyItsGroup) {
  process("33 31 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
          "4:cpu,cpuacct:/docker/abc\n");
  version1("", "600000\n", "100000\n");
  EXPECT_EQ(quota(), 6);
  process("33 31 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
          "4:cpu,cpuacct:/docker/abc/inner\n");
  version1("/inner", "500000\n", "100000\n");
  EXPECT_EQ(quota(), 5);
}

TEST_F(CpuQuota, AGroupOutsideOfWhatIsMounted) {
  process(mount2, "0::/../../elsewhere\n");
  version2("", "200000 100000\n");
  EXPECT_EQ(quota(), 2);
  process("31 23 0:28 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n", "0::/\n");
  EXPECT_EQ(quota(), 2);
}

TEST_F(CpuQuota, BothVersionsMounted) {
  process("41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n" + mount1, "4:cpu,cpuacct:/a\n0::/b\n");
  version1("/a", "400000", "100000");
  EXPECT_EQ(quota(), 4);
  version2("/unified/b", "300000 100000");
  EXPECT_EQ(quota(), 3);
}

TEST_F(CpuQuota, OtherControllersAreNotRead) {
  process("33 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpuacct,cpuset\n", "4:cpuacct,cpuset:/\n");
  version1("", "100000", "100000");
  EXPECT_EQ(quota(), 0);
}

TEST_F(CpuQuota, MalformedFilesAreIgnored) {
  for (const char* text : {"", "\n", "max", "100000", "a b", "100000 0", "0 100000", "-5 100000", "100000 -5", "nan 1",
                           "1e300 1e-300", "99999999999999999999999 1", "\xff\xfe 1"}) {
    process(mount2, "0::/\n");
    version2("", text);
    EXPECT_EQ(quota(), 0) << text;
  }
  version2("", "200000 100000\n");
  for (const char* mounts :
       {"", "31", "31 23 0:28 / /sys/fs/cgroup rw", "- cgroup2 x y", "31 23 0:28 / /sys - cgroup2"}) {
    process(mounts, "0::/\n");
    EXPECT_EQ(quota(), 0) << mounts;
  }
  for (const char* groups : {"", "\n", "0", "0:", ":", "x:y", "4:cpu:/"}) {
    process(mount2, groups);
    EXPECT_EQ(quota(), 0) << groups;
  }
}

TEST(AvailableCpus, AreAtLeastOneAndAtMostTheQuotaOfThisProcess) {
  const int cpus = available_cpus(), quota = cpu_quota();
  EXPECT_GE(cpus, 1);
  EXPECT_LE(cpus, quota > 0 ? quota : cpus);
}

/// Runs parallel_child.cpp without the variables that set the number of threads, and returns what it prints.
std::string default_threads(const std::string& environment) {
  const ProgramResult result = run_program("env -u OPENBLAS_NUM_THREADS -u GOTO_NUM_THREADS -u OMP_NUM_THREADS " +
                                           environment + " " + MINNOW_PARALLEL_CHILD + " default_threads");
  EXPECT_EQ(result.exit_code, 0);
  return result.output;
}

TEST(DefaultThreads, AreTheAvailableCpus) {
  const std::string expected = std::to_string(std::min(available_cpus(), 64)) + "\n";  // Debian's OpenBLAS permits 64
  EXPECT_EQ(default_threads(""), expected);
  EXPECT_EQ(default_threads("OPENBLAS_NUM_THREADS=0"), expected);
}

TEST(DefaultThreads, FollowTheAffinityMask) {
  const std::string first_cpu = R"sh("$(taskset -cp $$ | sed 's/.*: *//; s/[,-].*//')")sh";
  EXPECT_EQ(default_threads("taskset -c " + first_cpu), "1\n");
}

TEST(DefaultThreads, TheEnvironmentOverridesThem) {
  EXPECT_EQ(default_threads("OPENBLAS_NUM_THREADS=1"), "1\n");
  EXPECT_EQ(default_threads("OMP_NUM_THREADS=1"), "1\n");
}

}  // namespace
}  // namespace minnow
