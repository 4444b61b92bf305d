#pragma once

#include <minnow/core/math/instruction_set.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Restricts the kernels to an instruction set in a scope. The destructor restores the previous one.
class InstructionSetForTest {
 public:
  explicit InstructionSetForTest(const std::string& name) : before_(kernels::instruction_set()) {
    kernels::force_instruction_set(name);
  }
  ~InstructionSetForTest() { kernels::force_instruction_set(before_); }
  InstructionSetForTest(const InstructionSetForTest&) = delete;
  InstructionSetForTest& operator=(const InstructionSetForTest&) = delete;

 private:
  std::string before_;
};

/// Runs check(name) on each instruction set, or on the current one only if the program is restricted to it.
template <class Check>
void on_each_instruction_set(const Check& check) {
  const std::string current = kernels::instruction_set();
  const auto all = kernels::instruction_sets();
  ASSERT_FALSE(all.empty());
  for (const std::string& name : current == all.front() ? all : std::vector{current}) {
    SCOPED_TRACE(name);
    const InstructionSetForTest scope(name);
    EXPECT_EQ(kernels::instruction_set(), name);
    check(name);
  }
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
