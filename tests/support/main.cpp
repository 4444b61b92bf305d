#include <minnow/core/math/instruction_set.hpp>

#include <cstdlib>

#include <gtest/gtest.h>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (std::getenv("MINNOW_TEST_BASELINE") != nullptr) minnow::kernels::force_baseline(true);
  if (const char* name = std::getenv("MINNOW_TEST_INSTRUCTION_SET")) minnow::kernels::force_instruction_set(name);
  return RUN_ALL_TESTS();
}
