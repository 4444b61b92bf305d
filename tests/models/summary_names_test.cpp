#include <minnow/layers/activation/relu.hpp>
#include <minnow/layers/linear/dense.hpp>
#include <minnow/models/sequential.hpp>

#include <gtest/gtest.h>

namespace minnow {
namespace {

struct Named : ReLU {
  explicit Named(std::string name) : name_(std::move(name)) {}
  std::string name() const override { return name_; }
  std::optional<LayerConfig> config() const override { return std::nullopt; }
  std::string name_;
};

TEST(Summary, AlignsLayerNamesOfAnyScript) {
  Rng rng{1};
  const Sequential model{Dense(2, 3, rng), Named("激活函数激活函数"), Named("caf\xE9")};
  EXPECT_EQ(model.summary({1, 2}),
            "  #  layer             output shape    parameters\n"
            "  0  Dense(2 -> 3)     (1, 3)                   9\n"
            "  1  激活函数激活函数  (1, 3)                   0\n"
            "  2  caf\\xE9           (1, 3)                   0\n"
            "     total                                      9\n");
}

}  // namespace
}  // namespace minnow
