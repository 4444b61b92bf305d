#pragma once

#include <minnow/losses/bce_loss.hpp>
#include <minnow/losses/bce_with_logits_loss.hpp>
#include <minnow/losses/cosine_embedding_loss.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/losses/focal_loss.hpp>
#include <minnow/losses/huber_loss.hpp>
#include <minnow/losses/kl_div_loss.hpp>
#include <minnow/losses/l1_loss.hpp>
#include <minnow/losses/mse_loss.hpp>
#include <minnow/losses/multi_margin_loss.hpp>
#include <minnow/losses/nll_loss.hpp>
#include <minnow/losses/sigmoid_focal_loss.hpp>
#include <minnow/losses/smooth_l1_loss.hpp>

#include <tests/support/fixture.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Returns an option of a fixture, or `default_value`; Json converts to the type of the option.
inline Json option(const Json& options, const std::string& name, const Json& default_value) {
  return options.value(name, default_value);
}

/// Returns a weight of a fixture, or nullopt if the fixture has none.
inline std::optional<Tensor> weight_option(const Json& options, const std::string& name) {
  return options.contains(name) ? std::optional(fixture_tensor(options.at(name))) : std::nullopt;
}

/// Returns the loss of a name and options. Both are PyTorch's, as written by scripts/make_loss_fixtures.py.
inline std::unique_ptr<Loss> make_loss(const std::string& name, const Json& o, Reduction reduction) {
  const auto weight = [&] { return weight_option(o, "weight"); };
  const auto ignore_index = [&] { return option(o, "ignore_index", -100); };
  const std::map<std::string, std::function<Loss*()>> losses{
      {"CrossEntropyLoss",
       [&] {
         return new CrossEntropyLoss({.weight = weight(),
                                      .ignore_index = ignore_index(),
                                      .label_smoothing = option(o, "label_smoothing", 0),
                                      .reduction = reduction});
       }},
      {"NLLLoss",
       [&] { return new NLLLoss({.weight = weight(), .ignore_index = ignore_index(), .reduction = reduction}); }},
      {"FocalLoss",
       [&] {
         return new FocalLoss({.gamma = option(o, "gamma", 2),
                               .weight = weight(),
                               .ignore_index = ignore_index(),
                               .reduction = reduction});
       }},
      {"MultiMarginLoss",
       [&] {
         return new MultiMarginLoss(
             {.p = option(o, "p", 1), .margin = option(o, "margin", 1), .weight = weight(), .reduction = reduction});
       }},
      {"BCELoss", [&] { return new BCELoss({.weight = weight(), .reduction = reduction}); }},
      {"BCEWithLogitsLoss",
       [&] {
         return new BCEWithLogitsLoss(
             {.weight = weight(), .pos_weight = weight_option(o, "pos_weight"), .reduction = reduction});
       }},
      {"SigmoidFocalLoss",
       [&] {
         return new SigmoidFocalLoss(
             {.alpha = option(o, "alpha", 0.25), .gamma = option(o, "gamma", 2), .reduction = reduction});
       }},
      {"KLDivLoss",
       [&] { return new KLDivLoss({.log_target = option(o, "log_target", false), .reduction = reduction}); }},
      {"MSELoss", [&] { return new MSELoss({.reduction = reduction}); }},
      {"L1Loss", [&] { return new L1Loss({.reduction = reduction}); }},
      {"HuberLoss", [&] { return new HuberLoss({.delta = option(o, "delta", 1), .reduction = reduction}); }},
      {"SmoothL1Loss", [&] { return new SmoothL1Loss({.beta = option(o, "beta", 1), .reduction = reduction}); }},
      {"CosineEmbeddingLoss",
       [&] { return new CosineEmbeddingLoss({.margin = option(o, "margin", 0), .reduction = reduction}); }},
  };
  return std::unique_ptr<Loss>(losses.at(name)());
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
