// A model file is loaded or refused, whatever the JSON of its architecture or of its table's encoder is. The first byte
// chooses between a whole file, a header, an architecture, and an encoder.

#include <minnow/io/model.hpp>

#include <tests/fuzz/tensor_fuzzer.hpp>

#include <cstdint>

#include <nlohmann/json.hpp>

using namespace minnow;

namespace {

std::string file_of(const std::string& header) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string file(data + 1, data + size);
  if (data[0] % 4 == 1) file = file_of(file);
  if (data[0] % 4 == 2) {
    const nlohmann::json metadata = {{"minnow.format_version", "1"}, {"minnow.architecture", file}};
    file =
        file_of("{\"__metadata__\":" + metadata.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "}");
  }
  if (data[0] % 4 == 3) {
    const nlohmann::json metadata = {{"minnow.format_version", "1"},
                                     {"minnow.architecture", R"({"type":"Sequential","children":[]})"},
                                     {"minnow.table", file}};
    file =
        file_of("{\"__metadata__\":" + metadata.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "}");
  }
  fuzz::succeeds([&] { load_model(fuzz::bytes_of(file)); });
  return 0;
}
