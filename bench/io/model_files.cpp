// Saving and loading models, beside writing and reading the same bytes: the median of alternating runs, and the peak
// memory. usage: model_files [FOLDER] [MEGABYTES]

#include <minnow/io.hpp>
#include <minnow/layers.hpp>
#include <minnow/models.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace minnow;

namespace {

double seconds(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void check(bool ok, const char* what) {
  if (!ok) std::perror(what), std::exit(1);
}

void write_plainly(const std::string& path, const std::byte* bytes, std::size_t size) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = ::write(file, bytes + done, size - done);
    check(count > 0, "write");
    done += static_cast<std::size_t>(count);
  }
  check(::fsync(file) == 0 && ::close(file) == 0, "fsync");
}

std::unique_ptr<std::byte[]> read_plainly(const std::string& path, std::size_t size) {
  std::unique_ptr<std::byte[]> bytes(new std::byte[size]);
  const int file = ::open(path.c_str(), O_RDONLY);
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = ::read(file, bytes.get() + done, size - done);
    check(count > 0, "read");
    done += static_cast<std::size_t>(count);
  }
  ::close(file);
  return bytes;
}

/// Returns a line of /proc/self/status in bytes: "VmRSS" or "VmHWM".
double status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string key; file >> key;) {
    double kilobytes = 0;
    if (key == name + ":" && file >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

/// Sets the peak memory to the present memory.
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Sequential model_of(std::size_t layers, std::size_t width) {
  Sequential model;
  Rng rng{1};
  for (std::size_t i = 0; i < layers; ++i) model.add(Dense(width, width, rng));
  return model;
}

void compare(const char* name, const std::vector<double>& ours, const std::vector<double>& plain, std::size_t size) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / plain[i]);
  std::printf("%-6s %8.3f s %8.3f s %8.2f GB/s %8.2f\n", name, median(ours), median(plain),
              static_cast<double>(size) / median(ours) / 1e9, median(ratios));
}

void measure_large(const std::string& folder, std::size_t megabytes) {
  constexpr std::size_t width = 2048, runs = 7;
  const std::string path = folder + "/model.safetensors", plain = folder + "/plain.bin";
  const std::size_t layers = megabytes * 1'000'000 / (4 * width * width);
  std::vector<double> save, write, load, read;
  double save_peak = 0, load_peak = 0;
  std::size_t size = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    {
      const Sequential model = model_of(layers, width);
      reset_peak();
      const double before = status("VmRSS");
      std::filesystem::remove(path);  // both write new files: the pages of an old file would be reused
      save.push_back(seconds([&] { save_model(model, path); }));
      save_peak = std::max(save_peak, status("VmHWM") - before);
    }
    size = std::filesystem::file_size(path);
    const std::unique_ptr<std::byte[]> bytes = read_plainly(path, size);
    std::filesystem::remove(plain);
    write.push_back(seconds([&] { write_plainly(plain, bytes.get(), size); }));
    read.push_back(seconds([&] { read_plainly(path, size); }));
    reset_peak();
    const double before = status("VmRSS");
    load.push_back(seconds([&] {
      const Sequential model = load_model(path);
      load_peak = std::max(load_peak, status("VmHWM") - before - static_cast<double>(size));
    }));
  }
  std::printf("A model of %.1f MB, %zu runs in turn\n", static_cast<double>(size) / 1e6, runs);
  std::printf("%-6s %10s %10s %13s %8s\n", "", "Minnow", "plainly", "Minnow", "ratio");
  compare("save", save, write, size);
  compare("load", load, read, size);
  std::printf("memory beyond the model: save %.2f MB, load %.2f MB\n", save_peak / 1e6, load_peak / 1e6);
  std::filesystem::remove(path);
  std::filesystem::remove(plain);
}

void measure_small(const std::string& folder) {
  Rng rng{1};
  const std::string path = folder + "/small.safetensors";
  save_model(Sequential{Dense(784, 128, rng), ReLU(), Dense(128, 10, rng)}, path);
  std::vector<double> times;
  for (int run = 0; run < 101; ++run) times.push_back(seconds([&] { load_model(path); }));
  std::printf("load of 784-128-10 (%.1f MB): %.3f ms\n", static_cast<double>(std::filesystem::file_size(path)) / 1e6,
              1e3 * median(times));
  std::filesystem::remove(path);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  measure_large(folder, argc > 2 ? std::stoul(argv[2]) : 400);
  measure_small(folder);
}
