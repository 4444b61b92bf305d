// The framing and the encoding of event files. tests/interoperability/check_tensorboard.py reads them with TensorBoard.

#include <minnow/core/error.hpp>
#include <minnow/training/report/tensorboard.hpp>

#include <tests/support/file_bytes.hpp>
#include <tests/support/temporary_folder.hpp>
#include <tests/training/report/sample_runs.hpp>

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

std::uint64_t number(const std::string& bytes, std::size_t at, std::size_t count) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < count; ++i) result |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return result;
}

/// CRC-32C, bit by bit, with the mask of a TFRecord.
std::uint32_t masked_crc(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
  }
  return std::rotr(~crc, 15) + 0xA282EAD8u;
}

/// Returns the events of a file, and checks lengths and checksums.
std::vector<std::string> events_of(const std::filesystem::path& path) {
  const std::string file = testing::read_bytes(path);
  std::vector<std::string> events;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t length = number(file, at, 8);
    EXPECT_EQ(number(file, at + 8, 4), masked_crc(file.substr(at, 8)));
    events.push_back(file.substr(at + 12, length));
    EXPECT_EQ(number(file, at + 12 + length, 4), masked_crc(events.back()));
    at += 16 + length;
    EXPECT_LE(at, file.size());
  }
  return events;
}

TEST(TensorBoardWriter, ChecksumIsCrc32c) {
  // The check value of CRC-32C is 0xE3069283 for "123456789" (RFC 3720, appendix B.4, has more).
  EXPECT_EQ(masked_crc("123456789"), std::rotr(0xE3069283u, 15) + 0xA282EAD8u);
}

TEST(TensorBoardWriter, WritesAScalarAsAnEvent) {
  const testing::TemporaryFolder folder;
  TensorBoardWriter writer(folder / "a" / "b");
  writer.add_scalar("loss", 300, 0.5);
  const std::vector<std::string> events = events_of(writer.file());
  ASSERT_EQ(events.size(), 2u);
  const auto time = std::bit_cast<double>(number(events[1], 1, 8));
  EXPECT_GT(time, 1.6e9);  // seconds since 1970
  // step = 2: 300; summary = 5 { value = 1 { tag = 1: "loss", simple_value = 2: 0.5f } }
  EXPECT_EQ(events[1].substr(9), std::string("\x10\xAC\x02\x2A\x0D\x0A\x0B\x0A\x04loss\x15\x00\x00\x00\x3F", 18));
  EXPECT_EQ(events[0].substr(9), std::string("\x10\x00\x1A\x0D", 4) + "brain.Event:2");
}

TEST(TensorBoardWriter, NamesOfFilesSortByTheirTime) {
  const testing::TemporaryFolder folder;
  const TensorBoardWriter first(folder.path()), second(folder.path());
  EXPECT_LT(first.file(), second.file());
  EXPECT_TRUE(first.file().filename().string().starts_with("events.out.tfevents."));
}

TEST(TensorBoardWriter, RestartsTheRunAtItsFirstEpoch) {
  const testing::TemporaryFolder folder;
  TensorBoardWriter writer(folder.path());
  Progress progress;
  progress.total_steps = 7;
  writer.on_epoch(progress);
  writer.on_epoch(progress);
  std::size_t restarts = 0;
  for (const std::string& event : events_of(writer.file()))
    restarts += event.substr(9) == std::string("\x10\x07\x3A\x02\x08\x01");
  EXPECT_EQ(restarts, 1u);
}

TEST(TensorBoardWriter, ThrowsIfTheFileCannotBeCreated) {
  const testing::TemporaryFolder folder;
  testing::write_bytes(folder / "file", "");
  EXPECT_THROW(TensorBoardWriter(folder / "file"), DataError);
}

TEST(WriteTensorBoard, WritesEverySampleRun) {
  for (const testing::SampleRun& sample : testing::sample_runs()) {
    const testing::TemporaryFolder folder;
    write_tensorboard(sample.run, folder.path());
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      EXPECT_GE(events_of(entry.path()).size(), 2u + sample.run.history.size()) << sample.name;
  }
}

}  // namespace
}  // namespace minnow::inline MINNOW_PRECISION
