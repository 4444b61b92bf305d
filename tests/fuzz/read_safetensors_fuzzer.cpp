// A safetensors file is read or refused, whatever its bytes are. The first byte chooses between a whole file and a
// header that is followed by as many multiples of 8 bytes of elements.

#include <minnow/io/safetensors.hpp>

#include <tests/fuzz/tensor_fuzzer.hpp>

#include <cstdint>

using namespace minnow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string file(data + 1, data + size);
  if (data[0] != 0) {
    const std::uint64_t length = file.size();
    file.insert(0, reinterpret_cast<const char*>(&length), sizeof length).append(8u * (data[0] - 1u), '\x3f');
  }
  fuzz::succeeds([&] { fuzz::read_all(SafetensorsReader(fuzz::bytes_of(file))); });
  return 0;
}
