#include <minnow/datasets/tables/detail/row_index.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

/// Row i starts at byte 10 i in line i + 2.
TEST(RowIndex, KeepsTheRowsThatItHasSpaceFor) {
  datasets::detail::RowIndex index;
  const std::size_t most = datasets::detail::RowIndex::most;
  for (const std::size_t size : {most, most + 1, 2 * most, 2 * most + 1, 5 * most}) {
    while (index.size() < size) index.add({10 * index.size(), index.size() + 2});
    const std::size_t stride = size <= most ? 1 : size <= 2 * most ? 2 : size <= 4 * most ? 4 : 8;
    for (const std::size_t row : {std::size_t{0}, std::size_t{7}, size / 3, size / 2 + 1, size - 1}) {
      const std::size_t entry = index.entry_before(row);
      EXPECT_EQ(entry, row - row % stride);
      EXPECT_EQ(index.position(entry).offset, 10 * entry);
      EXPECT_EQ(index.position(entry).line, entry + 2);
    }
  }
}

}  // namespace
}  // namespace minnow
