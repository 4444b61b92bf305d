// A file of PyTorch is read or refused, whatever its bytes are. The first byte chooses between a whole file and a
// pickle in a zip file with two storages.

#include <minnow/io/pytorch.hpp>

#include <tests/fuzz/tensor_fuzzer.hpp>
#include <tests/support/file_bytes.hpp>

#include <cstdint>

using namespace minnow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string file(data + 1, data + size);
  if (data[0] != 0)
    file = testing::zip_of(
        {{"a/data.pkl", file}, {"a/data/0", std::string(24, '\1')}, {"a/data/1", std::string(8, '\1')}});
  fuzz::succeeds([&] { fuzz::read_all(PyTorchReader(fuzz::bytes_of(file))); });
  return 0;
}
