#pragma once

#include <minnow/core/tensor.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::onnx_export {

/// A graph of ONNX operators, opset 17. A value of the graph is named by a text. Only graph.cpp includes protobuf.
class Graph {
 public:
  struct Attribute {
    const char* name;
    std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
  };

  Graph();
  Graph(const Graph&) = delete;
  ~Graph();

  /// Adds the input or the output of the graph, float32. `shape` is of one sample; the extent of the batch is "N".
  void set_input(const std::string& name, std::span<const std::size_t> shape);
  void set_output(const std::string& value, const std::string& name, std::span<const std::size_t> shape);

  /// Adds a node. Returns its output.
  std::string add(const char* op, const std::vector<std::string>& inputs, std::vector<Attribute> attributes = {});

  /// Adds a constant, float32. Returns `name`.
  std::string constant(const std::string& name, const Shape& shape, std::span<const double> values);
  std::string constant(const std::string& name, const Shape& shape, std::span<const float> values);

  /// Adds a constant with a new name: a list of integers, or a scalar.
  std::string integers(std::span<const std::int64_t> values);
  std::string scalar(double value);

  void set_metadata(const std::string& key, const std::string& value);

  /// Throws ValueError if the file would exceed 2 GiB, DataError if the file cannot be written.
  void write(const std::filesystem::path& path) const;

  /// Returns a name that no value has: "Conv_3".
  std::string new_name(const std::string& prefix);

 private:
  struct Model;  // holds the protobuf message
  std::unique_ptr<Model> model_;
  std::size_t names_ = 0;
};

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
