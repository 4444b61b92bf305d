#include <minnow/core/error.hpp>
#include <minnow/core/init.hpp>
#include <minnow/io/architecture.hpp>
#include <minnow/io/detail/config_json.hpp>
#include <minnow/io/detail/model_metadata.hpp>

#include <cstdint>

namespace minnow::inline MINNOW_PRECISION {
namespace {

/// Draws the keys of random streams. A key is the member "key" of an Rng.
class SeedStreams : public StateVisitor {
 public:
  explicit SeedStreams(Rng& rng) : rng_(rng) {}
  bool writes() const override { return true; }
  bool skips_layer_state() const override { return true; }

 protected:
  void do_constant(const std::string&, std::string_view) override {}
  void do_visit(const std::string& name, std::uint64_t& value) override {
    if (name.ends_with("rng.key")) value = rng_.bits();
  }
  void do_visit(const std::string&, double&) override {}
  void do_visit(const std::string&, FixedTensor&) override {}
  void do_visit(const std::string&, FixedTensor&, const Shape&) override {}

 private:
  Rng& rng_;
};

void initialize(Layer& model, Rng& rng) {
  for (const NamedTensor& entry : model.parameters()) {
    FixedTensor& value = *entry.value;
    if (value.dimension() > 1)
      init_weight(value, Init::he, init::fans(value.shape()).in, init::fans(value.shape()).out, rng);
    else if (entry.name.ends_with("weight"))
      value.fill(1);
  }
  SeedStreams seed(rng);
  model.visit_state(seed);
}

}  // namespace

std::string architecture_json(const Layer& model) {
  try {
    return detail::to_json(detail::config_of_model(model));
  } catch (const ValueError& error) {
    throw ValueError("architecture_json: " + std::string(error.what()));
  }
}

Sequential model_from_json(std::string_view json, Rng& rng, const LayerTable& layers) {
  const LayerConfig config = detail::config_from_json(json);
  Sequential model;
  if (config.type == "Sequential")
    model = Sequential(config, layers);
  else
    model.add(layers.make(config));
  initialize(model, rng);
  return model;
}

}  // namespace minnow::inline MINNOW_PRECISION
