#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/core/threading/parallel_for.hpp>
#include <minnow/models/detail/branch_kernels.hpp>

#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// One pass through Branches. Stored in their context, which has a child for each branch.
struct BranchesPass {
  std::vector<Tensor> outputs;  // one per branch; empty if backward does not read it
  std::vector<Shape> shapes;    // of all outputs
  Tensor output, dy, dx;        // of one branch at a time
  std::size_t direct = 0;       // of Residual: the branch that wrote its output into y; size() if there is none
};

/// Computes to = a + b; any two of them may be the same tensor.
inline void add(const Tensor& a, const Tensor& b, Tensor& to) {
  parallel_for(to.size(), light_grain, [&](std::size_t begin, std::size_t end) {
    kernels::add(a.data() + begin, b.data() + begin, to.data() + begin, end - begin);
  });
}

}  // namespace minnow::inline MINNOW_PRECISION
