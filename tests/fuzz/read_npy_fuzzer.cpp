// An NPY file is read or refused, whatever its bytes are.

#include <minnow/io/npy.hpp>

#include <tests/fuzz/tensor_fuzzer.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  minnow::fuzz::succeeds([&] { minnow::read_npy(std::as_bytes(std::span(data, size))); });
  return 0;
}
