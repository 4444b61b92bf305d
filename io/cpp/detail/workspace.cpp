#include <minnow/io/cpp/detail/workspace.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

/// The memory of one or more tensors that are computed in place.
struct Buffer {
  std::size_t size = 0;
  std::size_t first = std::numeric_limits<std::size_t>::max(), last = 0;  // steps
  std::size_t offset = 0;

  bool used() const { return first <= last; }
  bool overlaps(const Buffer& other) const { return first <= other.last && other.first <= last; }
};

/// Returns the last step that reads each tensor.
std::vector<std::size_t> last_reads(const CppProgram& program) {
  std::vector<std::size_t> last(program.tensors.size(), 0);
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    for (const std::size_t input : program.steps[i].inputs) last[input] = i;
  last[program.output] = program.steps.size();
  return last;
}

/// Returns the buffer of each tensor. The output of a step in place has the buffer of an input that no step reads
/// later.
std::vector<std::size_t> buffers_of(const CppProgram& program) {
  const std::vector<std::size_t> last = last_reads(program);
  std::vector<std::size_t> buffer(program.tensors.size());
  std::iota(buffer.begin(), buffer.end(), 0);
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const CppStep& step = program.steps[i];
    if (!step.in_place) continue;
    for (const std::size_t input : step.inputs)
      if (input != 0 && last[input] == i && program.tensors[input] == program.tensors[step.output])
        buffer[step.output] = buffer[input];
  }
  return buffer;
}

/// Places the buffers and returns the size of the workspace.
std::size_t place(std::vector<Buffer*> buffers) {
  std::stable_sort(buffers.begin(), buffers.end(), [](const Buffer* a, const Buffer* b) { return a->size > b->size; });
  std::size_t size = 0;
  std::vector<const Buffer*> placed;  // by offset
  for (Buffer* buffer : buffers) {
    for (const Buffer* other : placed)
      if (buffer->overlaps(*other) && buffer->offset < other->offset + other->size &&
          other->offset < buffer->offset + buffer->size)
        buffer->offset = other->offset + other->size;
    const auto after = [](const Buffer* a, const Buffer* b) { return a->offset < b->offset; };
    placed.insert(std::upper_bound(placed.begin(), placed.end(), buffer, after), buffer);
    size = std::max(size, buffer->offset + buffer->size);
  }
  return size;
}

}  // namespace

std::string place_in(const std::string& array, std::size_t offset) {
  return offset == 0 ? array : array + " + " + std::to_string(offset);
}

CppWorkspace plan_workspace(const CppProgram& program) {
  const std::vector<std::size_t> buffer_of = buffers_of(program);
  std::vector<Buffer> buffers(program.tensors.size());
  CppWorkspace workspace;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const CppStep& step = program.steps[i];
    workspace.scratch = std::max(workspace.scratch, step.scratch);
    const auto use = [&](std::size_t tensor) {
      Buffer& buffer = buffers[buffer_of[tensor]];
      buffer.size = program.tensors[tensor];
      buffer.first = std::min(buffer.first, i);
      buffer.last = std::max(buffer.last, i);
    };
    for (const std::size_t input : step.inputs) use(input);
    use(step.output);
  }
  std::vector<Buffer*> in_workspace;
  const std::size_t output = buffer_of[program.output];
  for (std::size_t i = 1; i < buffers.size(); ++i)
    if (i != output && buffers[i].used()) in_workspace.push_back(&buffers[i]);
  workspace.size = place(in_workspace);
  for (const std::size_t buffer : buffer_of)
    workspace.places.push_back(buffer == 0        ? "input"
                               : buffer == output ? "output"
                                                  : place_in("workspace", buffers[buffer].offset));
  return workspace;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
