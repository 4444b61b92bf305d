#include <minnow/core/version.hpp>

#include <apps/minnow/efficientnet_lite0.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/minnow/run.hpp>

#include <utility>

using namespace minnow;

Run prepare(const Settings& settings) {
  Rng rng{*settings.seed};
  Data data = load_data(settings, rng.split());
  ModelInfo info{.input_shape = data.train->input_shape(),
                 .class_names = data.class_names,
                 .normalization = settings.backbone ? efficientnet_normalization() : data.normalization,
                 .metadata = {{"written_by", "minnow " + version()}, {"settings", settings_json(settings)}},
                 .table = data.table};
  Classifier classifier{{}, std::move(info), settings.flip.value_or(false)};
  if (!settings.backbone)
    classifier.model = make_model(settings, data.train->input_shape(), data.outputs(), rng.split());
  return {settings, std::move(data), std::move(classifier), std::move(rng)};
}
