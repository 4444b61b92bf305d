#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/cpp/detail/builder.hpp>
#include <minnow/io/cpp/detail/weights.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace minnow::inline MINNOW_PRECISION::detail {

std::string cpp_name(const CppLayer& layer) {
  std::string name = "layer_" + layer.prefix.substr(0, layer.prefix.size() - (layer.prefix.empty() ? 0 : 1));
  if (layer.prefix.empty()) name = "layer";
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string cpp_label(const CppLayer& layer) {
  if (layer.prefix.empty()) return layer.config.type;
  return layer.prefix.substr(0, layer.prefix.size() - 1) + " " + layer.config.type;
}

std::vector<std::string> texts(std::initializer_list<std::size_t> numbers) {
  std::vector<std::string> result;
  for (const std::size_t number : numbers) result.push_back(std::to_string(number));
  return result;
}

CppBuilder::CppBuilder(const Layer& model, bool int8) : int8_(int8) {
  for (const NamedConstTensor& entry : model.const_state()) {
    state_.emplace(entry.name, entry.value);
    for (const Real value : entry.value->values())
      if (!std::isfinite(static_cast<float>(value)))
        throw ValueError(
            format_text("expected weights that are finite in float, got {:.9g} in {}.", value, entry.name));
  }
}

CppValue CppBuilder::input(const Shape& shape, const std::vector<double>& scale, const std::vector<double>& shift) {
  const CppValue x{new_tensor(num_elements(shape)), shape};
  return scale.empty() ? x : scale_shift("normalization", "normalization", x, scale, shift);
}

CppValue CppBuilder::add(const CppLayer& layer, const CppValue& x) {
  const std::string& type = layer.config.type;
  if (type == "Sequential") return sequential(layer, x);
  if (type == "Residual") return residual(layer, x);
  if (type == "Concat") return concat(layer, x);
  if (type == "Multiply") return multiply(layer, x);
  if (type == "Dense") return dense(layer, x);
  if (type == "Conv2d") return convolution(layer, x);
  if (type == "MaxPool2d" || type == "AvgPool2d") return pooling(layer, x);
  if (type == "GlobalAvgPool2d") return global_mean(layer, x);
  if (type == "ZeroPad2d") return zero_pad(layer, x);
  if (type == "BatchNorm1d" || type == "BatchNorm2d") return batch_norm(layer, x);
  if (type == "LayerNorm") return layer_norm(layer, x);
  if (type == "Embedding") return embedding(layer, x);
  if (type == "Softmax" || type == "LogSoftmax") return softmax(layer, x);
  if (type == "Reshape") return reshape(layer, x);
  if (type == "Flatten") return flatten(x);
  if (type == "Dropout") return x;
  if (type == "LeakyReLU") return leaky_relu(layer, x);
  if (type == "GELU") {
    const ConfigValue* approximate = layer.config.find("approximate");
    return activation(layer, x, approximate != nullptr && *approximate == ConfigValue("tanh") ? "GELUTanh" : "GELU");
  }
  for (const char* name : {"ReLU", "ReLU6", "Hardsigmoid", "Hardswish", "Sigmoid", "SiLU", "Tanh"})
    if (type == name) return activation(layer, x, name);
  throw ValueError(
      format_text("expected layers of standard_layers() that plain C++ supports, got {}.", cpp_label(layer)));
}

CppProgram CppBuilder::finish(CppValue value) {
  value = in_order(value);
  if (value.tensor == 0) {
    const std::size_t size = num_elements(value.shape);
    emit("copy of the input", "copy", texts({size}), value.tensor, value);
  }
  program_.output = value.tensor;
  for (CppStep& step : program_.steps)
    if (step.product) store_product(program_, step, std::exchange(step.constants, {}).front(), int8_);
  return std::move(program_);
}

/// Appends a step that computes a new tensor for `y` from a tensor. The reference is valid until the next step.
CppStep& CppBuilder::emit(std::string layers, std::string_view kernel, std::vector<std::string> arguments,
                          std::size_t input, CppValue& y) {
  y.tensor = new_tensor(num_elements(y.shape));
  CppStep& step = program_.steps.emplace_back();
  step.layers = std::move(layers);
  step.kernel = kernel;
  step.arguments = std::move(arguments);
  step.inputs.push_back(input);
  step.output = y.tensor;
  step.shape = y.shape;
  return step;
}

/// Returns the step that computes the value; null if there is none or other layers read the value too.
CppStep* CppBuilder::step_of(const CppValue& value) {
  if (shared_[value.tensor] > 0) return nullptr;
  for (CppStep& step : program_.steps)
    if (step.output == value.tensor) return &step;
  return nullptr;
}

/// Returns the step that computes the value if an activation or a norm can be fused into it; otherwise null.
CppStep* CppBuilder::open_step(const CppValue& value) {
  CppStep* step = step_of(value);
  return step != nullptr && step->open && step->activation == "Identity" ? step : nullptr;
}

std::size_t CppBuilder::new_tensor(std::size_t size) {
  program_.tensors.push_back(size);
  shared_.push_back(0);
  return program_.tensors.size() - 1;
}

CppValue CppBuilder::transposed(const CppValue& value, std::size_t rows, std::size_t columns) {
  CppValue y = value;
  if (rows == 1 || columns == 1) return y;  // both orders are the same
  if (const auto found = transposed_.find(value.tensor); found != transposed_.end()) {
    y.tensor = found->second;
    return y;
  }
  emit("order of the elements", "transpose", texts({rows, columns}), value.tensor, y);
  transposed_[value.tensor] = y.tensor;
  transposed_[y.tensor] = value.tensor;
  return y;
}

/// Returns the value with its elements in the order of its shape.
CppValue CppBuilder::in_order(CppValue value) {
  if (value.image.empty()) return value;
  value = transposed(value, value.image[1] * value.image[2], value.image[0]);
  value.image.clear();
  return value;
}

/// Returns an image (C, H, W) with its elements stored as (H, W, C).
CppValue CppBuilder::as_image(CppValue value) {
  if (!value.image.empty()) return value;
  value = transposed(value, value.shape[0], value.shape[1] * value.shape[2]);
  value.image = value.shape;
  return value;
}

std::vector<double> CppBuilder::values(const CppLayer& layer, const char* name) const {
  const auto found = state_.find(layer.prefix + name);
  if (found == state_.end()) return {};
  return {found->second->data(), found->second->data() + found->second->size()};
}

/// Stores a tensor of the state as a constant and returns its name; "nullptr" if there is none.
std::string CppBuilder::constant(const CppLayer& layer, const char* name) {
  const std::vector<double> elements = values(layer, name);
  if (elements.empty()) return "nullptr";
  program_.constants.push_back(cpp_constant(cpp_name(layer) + "_" + name, elements));
  return program_.constants.back().name;
}

CppValue CppBuilder::sequential(const CppLayer& layer, CppValue x) {
  for (std::size_t i = 0; i < layer.config.children.size(); ++i) x = add(layer.child(i, std::to_string(i)), x);
  return x;
}

CppValue CppBuilder::residual(const CppLayer& layer, const CppValue& x) {
  ++shared_[x.tensor];
  CppValue body = add(layer.child(0, "body"), x);
  ++shared_[body.tensor];
  CppValue other = layer.config.children.size() > 1 ? add(layer.child(1, "projection"), x) : x;
  --shared_[body.tensor];
  --shared_[x.tensor];
  if (body.image != other.image) {
    body = in_order(body);
    other = in_order(other);
  }
  CppStep& step = emit(cpp_label(layer), "add", texts({num_elements(body.shape)}), body.tensor, body);
  step.activation = "Identity";
  step.inputs.push_back(other.tensor);
  step.in_place = true;
  return body;
}

CppValue CppBuilder::multiply(const CppLayer& layer, CppValue x) {
  ++shared_[x.tensor];
  CppValue gate = in_order(add(layer.child(0, "gate"), x));
  --shared_[x.tensor];
  const std::size_t size = num_elements(x.shape), factors = num_elements(gate.shape);
  x = factors == size ? in_order(x) : as_image(x);
  CppStep& step = emit(cpp_label(layer), "multiply", texts({size / factors, factors}), x.tensor, x);
  step.activation = "Identity";
  step.inputs.push_back(gate.tensor);
  step.in_place = true;
  return x;
}

CppValue CppBuilder::concat(const CppLayer& layer, const CppValue& x) {
  std::vector<CppValue> branches;
  bool images = true;
  ++shared_[x.tensor];
  for (std::size_t i = 0; i < layer.config.children.size(); ++i) {
    branches.push_back(add(layer.child(i, std::to_string(i)), x));
    ++shared_[branches.back().tensor];
    images = images && branches.back().shape.size() == 3 && !branches.back().image.empty();
  }
  --shared_[x.tensor];
  CppValue y{0, branches[0].shape};
  y.shape[0] = 0;
  for (CppValue& branch : branches) {
    --shared_[branch.tensor];
    if (!images) branch = in_order(branch);
    y.shape[0] += branch.shape[0];
  }
  if (images) y.image = y.shape;
  const std::size_t rows = images ? y.shape[1] * y.shape[2] : 1, columns = num_elements(y.shape) / rows;
  y.tensor = new_tensor(rows * columns);
  std::size_t offset = 0;
  for (const CppValue& branch : branches) {
    const std::size_t length = num_elements(branch.shape) / rows;
    CppStep& step = program_.steps.emplace_back();
    step.layers = cpp_label(layer);
    step.kernel = "copy_columns";
    step.arguments = texts({rows, length, columns});
    step.inputs.push_back(branch.tensor);
    step.output = y.tensor;
    step.output_offset = offset;
    step.shape = y.shape;
    offset += length;
  }
  return y;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
