#include <apps/minnow/backbone.hpp>
#include <apps/minnow/features.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/support/output.hpp>

#include <algorithm>
#include <optional>
#include <utility>

using namespace minnow;

namespace {

constexpr std::size_t frozen_layers = 12;  // with --finetune: the stem and the first 11 blocks

/// Training options of the upper blocks, chosen on a fifth of the training photographs.
Settings finetuning(Settings settings) {
  settings.epochs = 5;
  settings.batch_size = 32;
  settings.learning_rate = 0.0003;
  settings.weight_decay = 0.01;
  return settings;
}

/// Trains the upper blocks and the head on augmented photographs. The lower blocks stay as they are.
Sequential finetune(Sequential model, Trainer& trainer, const Data& data, const ModelInfo& info, Rng& rng) {
  const Settings settings = finetuning(trainer.settings());
  say("Fine-tuning the upper blocks: {} epochs, batches of {}, learning rate {}, weight decay {}\n", *settings.epochs,
      *settings.batch_size, *settings.learning_rate, *settings.weight_decay);
  Sequential lower = std::move(model).take(0, frozen_layers);
  Sequential trained{Frozen(lower), std::move(model)};
  const ImageChanges changes{.flip = true, .shift = *settings.size / 12, .jitter = 0.1};
  trainer.fit(trained,
              {.train = *data.train,
               .validation = data.validation.get(),
               .augment = changes.make(rng.split()),
               .normalize = efficientnet_normalization(),
               .shuffle = rng.split(),
               .info = info,
               .is_whole_model = false},
              settings);
  return Sequential{std::move(lower), static_cast<Sequential&>(trained[1])};
}

}  // namespace

Sequential train_on_backbone(Trainer& trainer, const Data& data, Rng& rng) {
  const Settings& settings = trainer.settings();
  Sequential model = efficientnet_lite0(rng);
  load_efficientnet_lite0(model, *settings.backbone);
  model = model.take(0, feature_layers);
  const TensorDataset features = features_of(model, *data.train, efficientnet_normalization());
  std::optional<TensorDataset> validation;
  if (data.validation != nullptr)
    validation.emplace(features_of(model, *data.validation, efficientnet_normalization()));
  const bool then_finetune = settings.finetune.value_or(false);
  const ModelInfo info{.class_names = data.class_names};
  Dense head(features.inputs().shape()[1], data.class_names.size(), rng, {.init = Init::pytorch});
  trainer.fit(head, {.train = features,
                     .validation = validation ? &*validation : nullptr,
                     .shuffle = rng.split(),
                     .info = info,
                     .is_whole_model = false,
                     .is_last_phase = !then_finetune});
  model.add(std::move(head));
  if (then_finetune && !trainer.was_stopped()) return finetune(std::move(model), trainer, data, info, rng);
  return model;
}
