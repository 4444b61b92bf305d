#pragma once

/// \file
/// Every loss, and the entropy functions.

#include <minnow/losses/bce_loss.hpp>
#include <minnow/losses/bce_with_logits_loss.hpp>
#include <minnow/losses/check_gradients.hpp>
#include <minnow/losses/cosine_embedding_loss.hpp>
#include <minnow/losses/cross_entropy_loss.hpp>
#include <minnow/losses/entropy.hpp>
#include <minnow/losses/focal_loss.hpp>
#include <minnow/losses/huber_loss.hpp>
#include <minnow/losses/kl_div_loss.hpp>
#include <minnow/losses/l1_loss.hpp>
#include <minnow/losses/loss.hpp>
#include <minnow/losses/mse_loss.hpp>
#include <minnow/losses/multi_margin_loss.hpp>
#include <minnow/losses/nll_loss.hpp>
#include <minnow/losses/sigmoid_focal_loss.hpp>
#include <minnow/losses/smooth_l1_loss.hpp>
