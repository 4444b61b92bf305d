// A checkpoint is loaded or refused, whatever the JSON of its state is. The first byte chooses between a whole file and
// the JSON of a state without tensors.

#include <minnow/io/checkpoint.hpp>

#include <tests/fuzz/tensor_fuzzer.hpp>

#include <cstdint>

#include <nlohmann/json.hpp>

using namespace minnow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string file(data + 1, data + size);
  if (data[0] % 2 == 1) {
    const nlohmann::json metadata = {
        {"minnow.checkpoint_version", "1"}, {"minnow.checksum", "0"}, {"minnow.state", file}};
    const std::string header =
        "{\"__metadata__\":" + metadata.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "}";
    const std::uint64_t length = header.size();
    file = std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
  }
  fuzz::succeeds([&] { load_checkpoint(fuzz::bytes_of(file)); });
  return 0;
}
