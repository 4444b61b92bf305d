#pragma once

#include <minnow/io/detail/input.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// A file in a zip file.
struct ZipEntry {
  std::string name;
  std::size_t offset;  // of its bytes in the zip file
  std::size_t stored;  // number of bytes in the zip file
  std::size_t size;    // number of bytes after decompression
  bool deflated;       // stored == size if not
};

/// Reads the directory of a zip file (PKWARE's APPNOTE.TXT, version 6.3), also in the zip64 format, in the order of the
/// bytes. Throws ValueError("a zip file with ...") if the directory is invalid, two entries share bytes or a name, or
/// an entry is encrypted or compressed by another method than deflate. Checksums are not compared.
std::vector<ZipEntry> read_zip_directory(const Input& input);

}  // namespace minnow::inline MINNOW_PRECISION::detail
