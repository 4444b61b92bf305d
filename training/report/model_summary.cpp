#include <minnow/models/sequential.hpp>
#include <minnow/training/report/model_summary.hpp>

#include <algorithm>

namespace minnow::inline MINNOW_PRECISION {

ModelSummary summarize(const Layer& model, const Shape& input) {
  const Shape output = model.output_shape(input);  // its error names the layer
  ModelSummary summary;
  summary.input = to_string(input);
  summary.parameters = model.num_parameters();
  if (const auto* sequential = dynamic_cast<const Sequential*>(&model)) {
    Shape shape = input;
    for (std::size_t i = 0; i < sequential->size(); ++i) {
      const Layer& layer = (*sequential)[i];
      shape = layer.output_shape(shape);
      summary.rows.push_back({layer.name(), to_string(shape), layer.num_parameters()});
    }
  } else {
    summary.rows.push_back({model.name(), to_string(output), summary.parameters});
  }
  for (const NamedConstTensor& entry : model.const_state())
    if (entry.parameter != nullptr && entry.value->shape().size() == 4) {
      summary.filters_name = entry.name;
      summary.filters = from({entry.value->data(), entry.value->size()}, entry.value->shape());
      break;
    }
  return summary;
}

}  // namespace minnow::inline MINNOW_PRECISION
