// RFC 1952, section 2.2: a gzip file is a series of members, one after another, as `cat a.gz b.gz` and bgzip make them.

#include <minnow/core/error.hpp>
#include <minnow/datasets/images/idx.hpp>

#include <tests/support/idx_bytes.hpp>
#include <tests/support/message.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "encode_images.hpp"
#include "gzip_bytes.hpp"
#include <gtest/gtest.h>

namespace minnow {
namespace {

using test::Bytes;
using test::gzip;

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes slice(const Bytes& bytes, std::size_t begin, std::size_t end) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// Returns the member with an extra field (FEXTRA) of 6 bytes, as bgzip writes.
Bytes with_extra_field(Bytes member) {
  member[3] |= 4;
  const Bytes extra{6, 0, 'B', 'C', 2, 0, 0, 0};
  member.insert(member.begin() + 10, extra.begin(), extra.end());
  return member;
}

Bytes noise(std::size_t count) {
  Bytes values(count);
  std::uint32_t state = 1;
  for (std::uint8_t& value : values) value = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  return values;
}

const test::TemporaryFolder folder;

Tensor read(const Bytes& bytes) { return datasets::read_idx(folder.file("file", bytes), 1); }

std::string error_of(const Bytes& bytes) {
  const std::string text = message<DataError>([&] { read(bytes); });
  const std::string start = "read_idx: '" + (folder / "file").string() + "': ";
  return text.starts_with(start) ? text.substr(start.size()) : text;
}

const Bytes values = noise(40);
const Bytes file = test::idx(0x801, {40}, values);

::testing::AssertionResult reads_values(const Bytes& bytes) {
  try {
    const Tensor tensor = read(bytes);
    if (tensor.size() == values.size() && std::equal(values.begin(), values.end(), tensor.begin()))
      return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "other values";
  } catch (const DataError& error) {
    return ::testing::AssertionFailure() << error.what();
  }
}

TEST(GzipMembers, AreJoinedAtAnyBoundary) {
  for (std::size_t at = 0; at <= file.size(); ++at)
    EXPECT_TRUE(reads_values(joined({gzip(slice(file, 0, at)), gzip(slice(file, at, file.size()))}))) << at;
  std::vector<Bytes> single;
  for (const std::uint8_t byte : file) single.push_back(gzip({byte}));
  EXPECT_TRUE(reads_values(joined(single)));
}

TEST(GzipMembers, MayBeEmptyOrHaveExtraFields) {
  const Bytes empty = gzip({}), first = gzip(slice(file, 0, 20)), second = gzip(slice(file, 20, file.size()));
  EXPECT_TRUE(reads_values(joined({empty, first, empty, empty, second, empty})));
  EXPECT_TRUE(reads_values(joined({with_extra_field(first), with_extra_field(second), with_extra_field(empty)})));
  EXPECT_EQ(error_of(joined({empty, empty})), "expected a header of 8 bytes, got a file of 0 bytes.");
}

// The file is read in blocks of 64 KiB. The lengths put the end of the first member at each position near a block's
// end.
TEST(GzipMembers, MayEndNearTheEndOfABlock) {
  const Bytes big = noise((1 << 16) - 64);
  for (std::size_t cut = 0; cut < 96; ++cut) {
    const std::size_t first = big.size() - 8 + cut;
    Bytes all = test::idx(0x801, {static_cast<std::uint32_t>(first + 50)}, noise(first + 50));
    const Bytes packed = joined({gzip(slice(all, 0, first)), gzip(slice(all, first, all.size()))});
    Tensor tensor;
    ASSERT_NO_THROW(tensor = read(packed)) << cut;
    ASSERT_TRUE(std::equal(all.begin() + 8, all.end(), tensor.begin())) << cut;
    ASSERT_NO_THROW(read(joined({packed, Bytes(70000)}))) << cut;
  }
}

TEST(GzipMembers, TrailingZerosAreAccepted) {
  for (const std::size_t count : {1u, 2u, 511u, 200000u}) {
    EXPECT_TRUE(reads_values(joined({gzip(file), Bytes(count)}))) << count;
    EXPECT_TRUE(reads_values(joined({gzip(slice(file, 0, 9)), gzip(slice(file, 9, 48)), Bytes(count)}))) << count;
  }
}

TEST(GzipMembers, OtherTrailingBytesAreAnError) {
  const std::string other = "expected an IDX file, got: a gzip stream followed by other data.";
  for (const Bytes& tail : {Bytes{'x'}, Bytes{0, 'x'}, Bytes{0x8B, 0x1F}, Bytes{0, 0x1F, 0x8B}, Bytes{0x1F, 0x8C, 8}})
    EXPECT_EQ(error_of(joined({gzip(file), tail})), other);
  EXPECT_EQ(error_of(joined({gzip(file), Bytes{0}, gzip({})})), other);  // zeros end the series
  EXPECT_EQ(error_of(joined({gzip(file), Bytes(100000), Bytes{1}})), other);
}

TEST(GzipMembers, DamageInALaterMemberIsReported) {
  const Bytes first = gzip(slice(file, 0, 20)), second = gzip(slice(file, 20, file.size()));
  for (std::size_t length = 1; length < second.size(); ++length)
    EXPECT_EQ(error_of(joined({first, slice(second, 0, length)})),
              "expected an IDX file, got: a truncated gzip stream.")
        << length;
  Bytes damaged = joined({first, second});
  damaged[damaged.size() - 8] ^= 1;
  EXPECT_EQ(error_of(damaged), "expected an IDX file, got: a damaged gzip stream (incorrect data check).");
  damaged = joined({first, second});
  damaged[first.size() - 8] ^= 1;
  EXPECT_EQ(error_of(damaged), "expected an IDX file, got: a damaged gzip stream (incorrect data check).");
  EXPECT_EQ(error_of(joined({gzip(file), gzip({7})})), "expected 40 bytes after the header for (40), got more.");
}

TEST(GzipMembers, DoNotRaiseTheLimitOfDecompression) {
  const Bytes bomb = gzip(Bytes(1 << 20));
  const Bytes claims = gzip(test::idx(0x801, {0xFFFFFFFF}, {}));
  const Bytes packed = joined({claims, bomb, bomb});
  EXPECT_EQ(error_of(packed), "expected a shape of at most " + std::to_string(1032 * packed.size()) +
                                  " values, the limit for a file of this size, got (4294967295).");
  EXPECT_EQ(error_of(joined({gzip(test::idx(0x801, {40}, {})), bomb, bomb})),
            "expected 40 bytes after the header for (40), got more.");
}

}  // namespace
}  // namespace minnow
