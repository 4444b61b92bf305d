#pragma once

#include <minnow/minnow.hpp>

#include <apps/minnow/data.hpp>
#include <apps/minnow/efficientnet_lite0.hpp>
#include <apps/minnow/trainer.hpp>

/// Trains a linear layer on the features of EfficientNet-Lite0, then with --finetune the upper blocks too. Returns the
/// whole model.
minnow::Sequential train_on_backbone(Trainer& trainer, const Data& data, minnow::Rng& rng);
