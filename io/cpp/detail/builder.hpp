#pragma once

#include <minnow/core/layer.hpp>
#include <minnow/io/cpp/detail/program.hpp>

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// A tensor of the program with its shape, without the batch. The elements of an image (C, H, W) are stored either in
/// this order or as (H, W, C).
struct CppValue {
  std::size_t tensor;
  Shape shape;
  Shape image = {};  // (C, H, W) if the elements are stored as (H, W, C); also after Flatten
};

/// A layer to translate: its config, and the prefix of its state, "3.body.".
struct CppLayer {
  const LayerConfig& config;
  std::string prefix;

  CppLayer child(std::size_t index, const std::string& name) const {
    return {config.children[index], prefix + name + "."};
  }
};

/// Translates a model into a program: layers become steps, and norms and activations are folded into the step before
/// them. Reads config() and state() only.
class CppBuilder {
 public:
  CppBuilder(const Layer& model, bool int8);

  /// Returns the value of the input. `scale` and `shift` of each channel are applied to it; they may be empty.
  CppValue input(const Shape& shape, const std::vector<double>& scale, const std::vector<double>& shift);

  /// Appends the steps of a layer. Throws ValueError if the layer is not supported.
  CppValue add(const CppLayer& layer, const CppValue& x);

  /// Returns the program with the value as its output.
  CppProgram finish(CppValue value);

 private:
  CppValue sequential(const CppLayer& layer, CppValue x);
  CppValue residual(const CppLayer& layer, const CppValue& x);
  CppValue concat(const CppLayer& layer, const CppValue& x);
  CppValue multiply(const CppLayer& layer, CppValue x);
  CppValue dense(const CppLayer& layer, CppValue x);
  CppValue convolution(const CppLayer& layer, CppValue x);
  CppValue pooling(const CppLayer& layer, CppValue x);
  bool pool_in_step(const CppLayer& layer, Size2d window, const CppValue& x, const CppValue& y);
  CppValue global_mean(const CppLayer& layer, CppValue x);
  CppValue zero_pad(const CppLayer& layer, CppValue x);
  CppValue batch_norm(const CppLayer& layer, CppValue x);
  CppValue layer_norm(const CppLayer& layer, CppValue x);
  CppValue embedding(const CppLayer& layer, CppValue x);
  CppValue softmax(const CppLayer& layer, CppValue x);
  CppValue reshape(const CppLayer& layer, CppValue x);
  CppValue flatten(CppValue x);
  CppValue activation(const CppLayer& layer, CppValue x, const std::string& name);
  CppValue leaky_relu(const CppLayer& layer, const CppValue& x);
  CppValue scale_shift(const std::string& layers, const std::string& name, CppValue x, std::vector<double> scale,
                       std::vector<double> shift);

  CppStep& emit(std::string layers, std::string_view kernel, std::vector<std::string> arguments, std::size_t input,
                CppValue& y);
  CppStep* step_of(const CppValue& value);
  CppStep* open_step(const CppValue& value);
  CppValue in_order(CppValue value);
  CppValue as_image(CppValue value);
  CppValue transposed(const CppValue& value, std::size_t rows, std::size_t columns);
  std::size_t new_tensor(std::size_t size);
  std::string constant(const CppLayer& layer, const char* name);
  std::vector<double> values(const CppLayer& layer, const char* name) const;

  struct Padded {
    CppValue x;
    std::size_t top, left;
  };

  CppProgram program_;
  std::map<std::string, const FixedTensor*> state_;
  std::vector<std::size_t> shared_;                // per tensor: containers that read it again later
  std::map<std::size_t, std::size_t> transposed_;  // tensor -> the same image in the other order
  std::map<std::size_t, Padded> padded_;           // outputs of zero_pad
  bool int8_;
};

/// Returns the name of a constant or a label: "layer_3_body_0" or "3.body.0 Conv2d".
std::string cpp_name(const CppLayer& layer);
std::string cpp_label(const CppLayer& layer);

/// Returns the numbers as template arguments.
std::vector<std::string> texts(std::initializer_list<std::size_t> numbers);

}  // namespace minnow::inline MINNOW_PRECISION::detail
