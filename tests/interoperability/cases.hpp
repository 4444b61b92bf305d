#pragma once

// Models with inputs and predictions, for the Python scripts beside this file.

#include <minnow/minnow.hpp>
#include <minnow/onnx.hpp>

#include <tests/support/small_model.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::testing {

/// Fills every tensor of the state with random values; variances are positive.
inline void randomize(Layer& layer, std::uint64_t seed) {
  Rng rng{seed};
  for (const NamedTensor& entry : layer.state()) {
    const bool positive = entry.name.ends_with("running_var") || entry.name.ends_with("num_batches_tracked");
    for (Real& value : entry.value->values())
      value = static_cast<Real>(positive ? rng.uniform(0.5, 2) : 0.5 * rng.normal());
  }
}

inline FixedTensor fixed(const Tensor& tensor) {
  FixedTensor copy(tensor.shape());
  copy.assign(tensor);
  return copy;
}

/// Writes tensors by name.
inline void write_tensors(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, Tensor>>& tensors) {
  std::vector<FixedTensor> values;
  for (const auto& [name, tensor] : tensors) values.push_back(fixed(tensor));
  std::vector<NamedConstTensor> entries;
  for (std::size_t i = 0; i < tensors.size(); ++i) entries.push_back({tensors[i].first, &values[i], nullptr});
  write_safetensors(path, entries);
}

inline Tensor predict(const Layer& layer, const Tensor& x) {
  Tensor y = zeros(layer.output_shape(x.shape()));
  Context context(Mode::eval);
  layer.predict(x, y, context);
  return y;
}

/// Returns `batch` samples: ids below 3 if the first layer is an Embedding, normal values otherwise.
inline Tensor samples(const Layer& layer, std::size_t batch, const Shape& sample) {
  Shape shape{batch};
  for (const std::size_t extent : sample) shape.push_back(extent);
  Tensor x = random(shape, 5 + batch);
  if (layer.name().find("Embedding") < 20)
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<Real>((i * i + i / 3) % 3);
  return x;
}

/// Returns true if the layer needs several elements per channel: a BatchNorm of vectors without running statistics.
inline bool refuses_one_sample(const Layer& layer, const Shape& sample) {
  const std::optional<LayerConfig> config = layer.config();
  const ConfigValue* tracks = config->find("track_running_stats");
  return sample.size() == 1 && tracks != nullptr && *tracks == ConfigValue(false);
}

/// Writes NAME.onnx, and NAME.safetensors with x and y = predict(x) for batches of 7 and, if the model can, 1. With
/// `normalize` the model reads normalised inputs, and the graph raw ones.
inline void write_onnx_case(const std::filesystem::path& folder, const std::string& name, const Layer& model,
                            const ModelInfo& info, const OnnxOptions& options = {}) {
  export_onnx(model, folder / (name + ".onnx"), info, options);
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const std::size_t batch : {1u, 7u}) {
    if (batch == 1 && refuses_one_sample(model, info.input_shape)) continue;
    const Tensor x = samples(model, batch, info.input_shape);
    Tensor normalised = x;
    if (options.normalize) info.normalization->apply(normalised);
    tensors.emplace_back("x" + std::to_string(batch), x);
    tensors.emplace_back("y" + std::to_string(batch), predict(model, normalised));
  }
  write_tensors(folder / (name + ".safetensors"), tensors);
}

/// Writes a net of a program as it is, with norms folded, and with its normalization in the graph.
inline void write_program_net(const std::filesystem::path& folder, const std::string& name, Sequential model,
                              const Shape& image) {
  Rng rng{3};
  for (const NamedTensor& entry : model.state())
    for (Real& value : entry.value->values())  // statistics as after training
      if (entry.name.ends_with("running_mean"))
        value = static_cast<Real>(0.3 * rng.normal());
      else if (entry.name.ends_with("running_var"))
        value = static_cast<Real>(rng.uniform(0.5, 2));
  ModelInfo info{.input_shape = image};
  for (std::size_t i = 0; i < model.output_shape({1, image[0], image[1], image[2]})[1]; ++i)
    info.class_names.push_back("class " + std::to_string(i));
  info.normalization.emplace(std::vector<double>(image[0], 0.4), std::vector<double>(image[0], 0.3));
  info.metadata["net"] = name;
  write_onnx_case(folder, name, model, info);
  write_onnx_case(folder, name + "-folded", model, info, {.fold_norms = true});
  write_onnx_case(folder, name + "-normalize", model, info, {.fold_norms = true, .normalize = true});
}

}  // namespace minnow::inline MINNOW_PRECISION::testing
