#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/core/layer.hpp>

#include <algorithm>
#include <typeinfo>

namespace minnow::inline MINNOW_PRECISION {

Layer::~Layer() = default;  // out of line: the library owns the vtable

/// state() and visit_state() return references for writing, and forward may write in train mode. The callers of this
/// function only read through the references, and run forward in eval mode.
Layer& Layer::mutable_self() const { return const_cast<Layer&>(*this); }

void Layer::read_state(StateVisitor& visitor) const {
  if (visitor.writes()) throw Error(name() + ": expected a visitor that only reads, got a visitor that writes.");
  mutable_self().visit_state(visitor);
}

std::vector<NamedConstTensor> Layer::const_state() const {
  std::vector<NamedConstTensor> entries;
  for (NamedTensor& entry : mutable_self().state())
    entries.push_back({std::move(entry.name), entry.value, entry.parameter});
  return entries;
}

void Layer::predict(const Tensor& x, Tensor& y, Context& context) const {
  context.settings.mode = Mode::eval;
  mutable_self().forward(x, y, context);
}

std::vector<NamedTensor> Layer::parameters() & {
  std::vector<NamedTensor> entries = state();
  std::erase_if(entries, [](const NamedTensor& entry) { return entry.parameter == nullptr; });
  return entries;
}

std::size_t Layer::num_parameters() const {
  std::size_t total = 0;
  for (const NamedConstTensor& entry : const_state())
    if (entry.parameter != nullptr) total += entry.value->size();
  return total;
}

void Layer::visit_state(StateVisitor& visitor) {
  if (visitor.skips_layer_state()) return;
  const std::optional<LayerConfig> its_config = config();
  visitor.constant("layer", its_config ? to_string(*its_config) : format_text("{} {}", typeid(*this).name(), name()));
  for (NamedTensor& entry : state()) {
    visitor.visit(entry.name, *entry.value);
    if (visitor.writes() && entry.parameter != nullptr) entry.parameter->clear_gradient();
  }
}

namespace {

/// Lists the parts of an architecture: types and options by name, and the shapes of tensors.
class ArchitectureReader : public StateVisitor {
 public:
  std::vector<std::pair<std::string, std::string>> parts;

  /// Adds the entries of state(), which a layer's own visit_state may have left out.
  void add_state(const Layer& layer) {
    for (const NamedConstTensor& entry : layer.const_state())
      parts.emplace_back(entry.name,
                         (entry.parameter != nullptr ? "parameter " : "buffer ") + shape_text(*entry.value));
  }

 protected:
  void do_constant(const std::string& name, std::string_view value) override { parts.emplace_back(name, value); }
  void do_visit(const std::string&, std::uint64_t&) override {}
  void do_visit(const std::string&, double&) override {}
  void do_visit(const std::string& name, FixedTensor& tensor) override { parts.emplace_back(name, shape_text(tensor)); }
  void do_visit(const std::string&, FixedTensor&, const Shape&) override {}

 private:
  static std::string shape_text(const FixedTensor& tensor) {
    return tensor.has_shape() ? to_string(tensor.shape()) : "no shape";
  }
};

}  // namespace

std::string architecture_difference(const Layer& a, const Layer& b) {
  ArchitectureReader of_a, of_b;
  a.mutable_self().visit_state(of_a);
  b.mutable_self().visit_state(of_b);
  of_a.add_state(a);
  of_b.add_state(b);
  const auto [i, j] = std::mismatch(of_a.parts.begin(), of_a.parts.end(), of_b.parts.begin(), of_b.parts.end());
  const auto describe = [](const auto& at, const auto& parts) {
    return at == parts.end() ? std::string("nothing") : at->first + " = " + at->second;
  };
  if (i == of_a.parts.end() && j == of_b.parts.end()) return {};
  return describe(i, of_a.parts) + " and " + describe(j, of_b.parts);
}

}  // namespace minnow::inline MINNOW_PRECISION
