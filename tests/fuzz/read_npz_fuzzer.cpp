// An NPZ file is read or refused, whatever its bytes are. The first byte chooses between a whole file and an array in a
// zip file, which must give the same result if it is compressed.

#include <minnow/datasets/images/inflate.hpp>
#include <minnow/io/npz.hpp>

#include <tests/fuzz/tensor_fuzzer.hpp>
#include <tests/support/file_bytes.hpp>

#include <cstdint>

#include <zlib.h>

using namespace minnow;

namespace {

std::string deflated(const std::string& bytes) {
  z_stream stream{};
  if (::deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string packed(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

bool read(const std::string& zip) {
  return fuzz::succeeds([&] { fuzz::read_all(NpzReader(fuzz::bytes_of(zip), datasets::inflate)); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(data + 1, data + size);
  if (data[0] == 0) return read(bytes), 0;
  const std::string stored = testing::zip_of({{"x.npy", bytes}});
  const std::string packed = testing::zip_of({{"x.npy", deflated(bytes), 8, testing::little_endian(bytes.size(), 4)}});
  if (read(stored) != read(packed)) std::abort();
  return 0;
}
