#pragma once

/// \file
/// The format of TensorBoard's event files. A file is a sequence of TFRecords (length, checksum, bytes, checksum), each
/// of which is a protobuf message `Event`. The few messages needed are encoded here: protobuf's library and its
/// compiler would be dependencies for a page of code. Field numbers are those of tensorflow/core/util/event.proto,
/// tensorflow/core/framework/summary.proto and tensorboard/plugins/hparams/*.proto.

#include <minnow/core/precision.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Encodes one protobuf message, field by field (https://protobuf.dev/programming-guides/encoding).
class ProtoMessage {
 public:
  ProtoMessage& integer(unsigned field, std::uint64_t value);           // int64, uint32, enum, bool
  ProtoMessage& real(unsigned field, double value);                     // double
  ProtoMessage& single(unsigned field, float value);                    // float
  ProtoMessage& bytes(unsigned field, std::string_view value);          // string, bytes
  ProtoMessage& message(unsigned field, const ProtoMessage& value);     // an embedded message
  ProtoMessage& reals(unsigned field, std::span<const double> values);  // packed repeated double

  const std::string& encoded() const { return encoded_; }

 private:
  void key(unsigned field, unsigned wire_type);
  void varint(std::uint64_t value);

  std::string encoded_;
};

/// Returns the CRC-32C (Castagnoli, polynomial 0x1EDC6F41) of the bytes.
std::uint32_t crc32c(std::string_view bytes);

/// Returns the bytes as a TFRecord. Its checksums are rotated by 15 bits and added to 0xA282EAD8.
std::string tf_record(std::string_view bytes);

}  // namespace minnow::inline MINNOW_PRECISION::detail
