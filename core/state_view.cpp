#include <minnow/core/state_view.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

class Collector : public StateVisitor {
 public:
  explicit Collector(std::vector<StateView::Entry>& entries) : entries_(entries) {}

 protected:
  void do_constant(const std::string& name, std::string_view value) override { add(name, std::string(value)); }
  void do_visit(const std::string& name, std::uint64_t& value) override { add(name, value); }
  void do_visit(const std::string& name, double& value) override { add(name, value); }
  void do_visit(const std::string& name, FixedTensor& tensor) override {
    add(name, static_cast<const FixedTensor*>(&tensor));
  }
  void do_visit(const std::string& name, FixedTensor& tensor, const Shape&) override { do_visit(name, tensor); }

 private:
  template <class T>
  void add(const std::string& name, T value) {
    entries_.push_back({name, std::move(value)});
  }

  std::vector<StateView::Entry>& entries_;
};

}  // namespace

void StateView::visit_objects(const std::function<void(StateVisitor&)>& visit_all) {
  Collector collector(entries_);
  visit_all(collector);
}

}  // namespace minnow::inline MINNOW_PRECISION
