#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/version.hpp>
#include <minnow/io/onnx/detail/graph.hpp>
#include <minnow/io/output_file.hpp>

#include <algorithm>
#include <bit>
#include <exception>
#include <limits>

#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

namespace minnow::inline MINNOW_PRECISION::onnx_export {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

/// Lets protobuf write into an OutputFile. Protobuf is not made for exceptions: the first one is kept for rethrow().
class OutputFileStream : public google::protobuf::io::CopyingOutputStream {
 public:
  explicit OutputFileStream(OutputFile& file) : file_(file) {}

  bool Write(const void* data, int size) override {
    if (error_) return false;
    try {
      file_.write({static_cast<const std::byte*>(data), static_cast<std::size_t>(size)});
    } catch (...) {
      error_ = std::current_exception();
    }
    return !error_;
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  OutputFile& file_;
  std::exception_ptr error_;
};

void describe(onnx::ValueInfoProto& value, const std::string& name, std::span<const std::size_t> shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("N");
  for (const std::size_t extent : shape)
    type.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(extent));
}

template <class T>
void assign(onnx::TensorProto& tensor, const std::string& name, int type, std::span<const T> values) {
  tensor.set_name(name);
  tensor.set_data_type(type);
  tensor.set_raw_data(values.data(), values.size_bytes());
}

}  // namespace

struct Graph::Model {
  onnx::ModelProto proto;
};

Graph::Graph() : model_(std::make_unique<Model>()) {
  onnx::ModelProto& model = model_->proto;
  model.set_ir_version(8);
  model.set_producer_name("minnow");
  model.set_producer_version(version());
  model.add_opset_import()->set_version(17);
  model.mutable_graph()->set_name("model");
}

Graph::~Graph() = default;

std::string Graph::new_name(const std::string& prefix) { return prefix + "_" + std::to_string(names_++); }

void Graph::set_input(const std::string& name, std::span<const std::size_t> shape) {
  describe(*model_->proto.mutable_graph()->add_input(), name, shape);
}

void Graph::set_output(const std::string& value, const std::string& name, std::span<const std::size_t> shape) {
  onnx::GraphProto& graph = *model_->proto.mutable_graph();
  const int nodes = graph.node_size();
  if (nodes == 0 || graph.node(nodes - 1).output(0) != value) add("Identity", {value});
  graph.mutable_node(graph.node_size() - 1)->set_output(0, name);
  describe(*graph.add_output(), name, shape);
}

std::string Graph::add(const char* op, const std::vector<std::string>& inputs, std::vector<Attribute> attributes) {
  onnx::NodeProto& node = *model_->proto.mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name(new_name(op));
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(node.name());
  for (const Attribute& attribute : attributes) {
    onnx::AttributeProto& proto = *node.add_attribute();
    proto.set_name(attribute.name);
    if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
      proto.set_type(onnx::AttributeProto::INT);
      proto.set_i(*integer);
    } else if (const auto* real = std::get_if<float>(&attribute.value)) {
      proto.set_type(onnx::AttributeProto::FLOAT);
      proto.set_f(*real);
    } else {
      proto.set_type(onnx::AttributeProto::INTS);
      for (const std::int64_t value : std::get<std::vector<std::int64_t>>(attribute.value)) proto.add_ints(value);
    }
  }
  return node.name();
}

std::string Graph::constant(const std::string& name, const Shape& shape, std::span<const float> values) {
  onnx::TensorProto& tensor = *model_->proto.mutable_graph()->add_initializer();
  assign(tensor, name, onnx::TensorProto::FLOAT, values);
  for (const std::size_t extent : shape) tensor.add_dims(static_cast<std::int64_t>(extent));
  return name;
}

std::string Graph::constant(const std::string& name, const Shape& shape, std::span<const double> values) {
  std::vector<float> rounded(values.size());
  std::transform(values.begin(), values.end(), rounded.begin(), [](double value) { return static_cast<float>(value); });
  return constant(name, shape, std::span<const float>(rounded));
}

std::string Graph::integers(std::span<const std::int64_t> values) {
  const std::string name = new_name("integers");
  onnx::TensorProto& tensor = *model_->proto.mutable_graph()->add_initializer();
  assign(tensor, name, onnx::TensorProto::INT64, values);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  return name;
}

std::string Graph::scalar(double value) {
  return constant(new_name("scalar"), Shape{}, std::span<const double>(&value, 1));
}

void Graph::set_metadata(const std::string& key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *model_->proto.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

void Graph::write(const std::filesystem::path& path) const {
  if (const std::size_t size = model_->proto.ByteSizeLong(); size > std::numeric_limits<int>::max())
    throw ValueError(format_text(
        "export_onnx: expected a model of less than 2 GiB, the limit of an ONNX file, got {} bytes.", size));
  OutputFile file(path);
  OutputFileStream stream(file);
  {
    google::protobuf::io::CopyingOutputStreamAdaptor adaptor(&stream);
    model_->proto.SerializeToZeroCopyStream(&adaptor);
  }  // the destructor writes the rest
  stream.rethrow();
  file.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION::onnx_export
