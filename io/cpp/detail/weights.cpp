#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/cpp/detail/weights.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::size_t block = 16;  // outputs; as in the kernels

/// Returns for each stored element the index of the element in (out, channels, positions), or `none` for padding.
constexpr auto none = static_cast<std::size_t>(-1);
std::vector<std::size_t> stored_order(const CppProduct& p) {
  const std::size_t depth = p.depth(), out = p.out / p.groups;
  std::vector<std::size_t> order;
  const auto source = [&](std::size_t o, std::size_t k) {  // k: (positions, channels)
    return o * depth + k % p.channels * p.positions + k / p.channels;
  };
  if (p.depthwise) {
    for (std::size_t k = 0; k < depth; ++k)
      for (std::size_t o = 0; o < p.out; ++o) order.push_back(source(o, k));
    return order;
  }
  for (std::size_t group = 0; group < p.groups; ++group)
    for (std::size_t first = 0; first < out; first += block) {
      const std::size_t width = std::min(block, (out - first + 3) / 4 * 4);
      for (std::size_t k = 0; k < depth; ++k)
        for (std::size_t o = first; o < first + width; ++o)
          order.push_back(o < out ? source(group * out + o, k) : none);
    }
  return order;
}

}  // namespace

CppConstant cpp_constant(std::string name, const std::vector<double>& values) {
  CppConstant constant{std::move(name), {}};
  constant.values.reserve(values.size());
  for (const double value : values) {
    constant.values.push_back(static_cast<float>(value));
    if (!std::isfinite(constant.values.back()))
      throw ValueError(
          format_text("expected weights that are finite in float after norms are folded in, got {:.9g} in {}.", value,
                      constant.name));
  }
  return constant;
}

std::pair<CppConstant, CppConstant> cpp_bytes(const std::string& name, const std::vector<double>& values,
                                              std::size_t columns) {
  const CppConstant rounded = cpp_constant(name, values);  // checks that the values are finite
  CppConstant bytes{name, {}}, scales{name + "_scale", {}};
  for (auto row = values.begin(); row != values.end(); row += static_cast<std::ptrdiff_t>(columns)) {
    double largest = 0;
    for (auto it = row; it != row + static_cast<std::ptrdiff_t>(columns); ++it)
      largest = std::max(largest, std::abs(*it));
    const auto scale = static_cast<float>(largest / 127);
    scales.values.push_back(scale);
    for (auto it = row; it != row + static_cast<std::ptrdiff_t>(columns); ++it)
      bytes.bytes.push_back(static_cast<std::int8_t>(
          scale > 0 ? std::clamp(std::nearbyint(*it / static_cast<double>(scale)), -127., 127.) : 0.));
  }
  return {std::move(bytes), std::move(scales)};
}

void fold(CppProduct& product, const std::vector<double>& scale, const std::vector<double>& shift) {
  product.bias.resize(product.out);
  for (std::size_t o = 0; o < product.out; ++o) {
    for (std::size_t k = 0; k < product.depth(); ++k) product.weight[o * product.depth() + k] *= scale[o];
    product.bias[o] = product.bias[o] * scale[o] + shift[o];
  }
}

void store_product(CppProgram& program, CppStep& step, const std::string& name, bool int8) {
  const CppProduct& product = *step.product;
  const std::string weight = name + "_weight";
  const std::vector<std::size_t> order = stored_order(product);
  CppConstant stored{weight, {}};
  std::string scale_name = "nullptr";
  if (int8) {
    auto [bytes, scale] = cpp_bytes(weight, product.weight, product.depth());
    for (const std::size_t at : order) stored.bytes.push_back(at == none ? std::int8_t{0} : bytes.bytes[at]);
    scale_name = scale.name;
    program.constants.push_back(std::move(scale));
  } else {
    const CppConstant values = cpp_constant(weight, product.weight);
    for (const std::size_t at : order) stored.values.push_back(at == none ? 0 : values.values[at]);
  }
  program.constants.push_back(std::move(stored));
  step.constants = {weight, scale_name, "nullptr"};
  if (product.bias.empty()) return;
  program.constants.push_back(cpp_constant(name + "_bias", product.bias));
  step.constants.back() = name + "_bias";
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
