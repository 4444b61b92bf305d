#include <minnow/core/init.hpp>

#include <algorithm>
#include <cmath>

namespace minnow::inline MINNOW_PRECISION {
namespace {

void fill_uniform(Tensor& tensor, double limit, Rng& rng) {
  for (Real& value : tensor.storage()) value = static_cast<Real>(rng.uniform(-limit, limit));
}

}  // namespace

void init_weight(Tensor& weight, Init rule, std::size_t fan_in, std::size_t fan_out, Rng& rng) {
  const auto in = static_cast<double>(fan_in), out = static_cast<double>(fan_out);
  switch (rule) {
    case Init::he:
      for (Real& value : weight.storage()) value = static_cast<Real>(rng.normal() * std::sqrt(2 / in));
      break;
    case Init::xavier:
      fill_uniform(weight, std::sqrt(6 / (in + out)), rng);
      break;
    case Init::pytorch:
      fill_uniform(weight, 1 / std::sqrt(in), rng);
      break;
  }
}

void init_bias(Tensor& bias, Init rule, std::size_t fan_in, Rng& rng) {
  if (rule == Init::pytorch)
    fill_uniform(bias, 1 / std::sqrt(static_cast<double>(fan_in)), rng);
  else
    std::fill(bias.storage().begin(), bias.storage().end(), Real{0});
}

}  // namespace minnow::inline MINNOW_PRECISION
