#include <minnow/core/version.hpp>

#include <apps/minnow/efficientnet_lite0.hpp>
#include <apps/minnow/recipes.hpp>
#include <apps/minnow/run.hpp>

#include <utility>

#include <fmt/format.h>

using namespace minnow;

namespace {

constexpr const char* test_data_key = "test data";

std::string test_data(const Data& data) {
  return fmt::format("{} samples, {}", data.test->size(), data.test->fingerprint());
}

}  // namespace

void check_test_data(const Classifier& trained, const Data& data, const std::string& who, const std::string& advice) {
  const auto expected = trained.info.metadata.find(test_data_key);
  if (expected == trained.info.metadata.end()) return;
  if (const std::string got = test_data(data); got != expected->second)
    throw DataError(fmt::format("{}: expected the test data of its training ({}), got other data ({}). {}", who,
                                expected->second, got, advice));
}

Run prepare(const Settings& settings) {
  Rng rng{*settings.seed};
  Data data = load_data(settings, rng.split());
  ModelInfo info{.input_shape = data.train->input_shape(),
                 .class_names = data.class_names,
                 .normalization = settings.backbone ? efficientnet_normalization() : data.normalization,
                 .metadata = {{"written_by", "minnow " + version()},
                              {"settings", settings_json(settings)},
                              {test_data_key, test_data(data)}},
                 .table = data.table};
  Classifier classifier{{}, std::move(info), settings.flip.value_or(false)};
  if (!settings.backbone)
    classifier.model = make_model(settings, data.train->input_shape(), data.outputs(), rng.split());
  return {settings, std::move(data), std::move(classifier), std::move(rng)};
}
