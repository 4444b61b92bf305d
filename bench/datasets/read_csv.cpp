// Reads a CSV file of numbers to features and targets in memory, and prints the CPU seconds of each step and the peak
// memory beyond the tensors. scripts/bench_csv compares it with pandas. usage: read_csv FILE

#include <minnow/datasets/tables/table_dataset.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

using namespace minnow;

namespace {

/// Returns the peak memory in bytes, and sets the peak to the present memory.
double peak_memory() {
  double bytes = 0;
  std::ifstream file("/proc/self/status");
  for (std::string key; file >> key;)
    if (double kilobytes = 0; key == "VmHWM:" && file >> kilobytes) bytes = kilobytes * 1024;
  std::ofstream("/proc/self/clear_refs") << "5";
  return bytes;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: read_csv FILE\n", stderr), 2;
  const auto since = [](double start) { return cpu_seconds() - start; };
  const double before = peak_memory();
  const auto start = cpu_seconds();
  const datasets::Table table{argv[1]};
  const double index = since(start);
  const datasets::TableEncoder encoder(table);
  const double fit = since(start) - index;
  // A pass over the file as a loader reads it, 1024 rows at a time.
  const datasets::TableDataset stream(table, encoder);
  Batch batch;
  std::vector<std::size_t> rows;
  const auto stream_start = cpu_seconds();
  for (std::size_t first = 0; first < stream.size(); first += 1024) {
    rows.resize(std::min<std::size_t>(1024, stream.size() - first));
    std::iota(rows.begin(), rows.end(), first);
    resize(batch, stream, rows.size());
    stream.read(rows, batch);
  }
  const double streamed = since(stream_start), memory = peak_memory() - before;
  const auto encode_start = cpu_seconds();
  const TensorDataset data = encoder.encode(table);
  const double encode = since(encode_start);
  std::printf("%.4f %.4f %.4f %.4f %.2f %zu %zu\n", index, fit, encode, streamed, memory / 1e6, data.size(),
              encoder.num_features());
}
