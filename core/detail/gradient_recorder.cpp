#include <minnow/core/detail/gradient_recorder.hpp>

#include <utility>

namespace minnow::inline MINNOW_PRECISION {
namespace {

thread_local GradientRecorder* current = nullptr;

}  // namespace

GradientRecorder::GradientRecorder(std::vector<NamedTensor> state)
    : state_(std::move(state)), outer_(std::exchange(current, this)) {}

GradientRecorder::~GradientRecorder() { current = outer_; }

void GradientRecorder::record(const Parameter& parameter) {
  if (current != nullptr) current->check(parameter);
}

void GradientRecorder::check(const Parameter& parameter) {
  if (!fault_.empty()) return;
  for (const NamedTensor& entry : state_) {
    if (entry.parameter == &parameter) return;
    if (entry.value == &parameter.value)
      fault_ = "backward wrote a gradient of " + entry.name +
               ", which state() lists as a buffer. List the Parameter, not its value.";
  }
  if (fault_.empty())
    fault_ = "backward wrote a gradient of a parameter of shape " + to_string(parameter.value.shape()) +
             ", which state() does not list. Add the parameter to state().";
}

}  // namespace minnow::inline MINNOW_PRECISION
