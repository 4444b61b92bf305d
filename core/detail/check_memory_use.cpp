#include <minnow/core/detail/check_memory_use.hpp>
#include <minnow/core/detail/format.hpp>
#include <minnow/core/detail/gradient_differences.hpp>

#include <algorithm>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

class MemoryUseChecker {
 public:
  MemoryUseChecker(Layer& layer, const std::vector<NamedTensor>& parameters, Mode mode, const KnownPass& known)
      : layer_(layer), parameters_(parameters), mode_(mode), known_(known) {}

  std::string fault() const {
    const MemoryUse use = layer_.memory_use();
    if (use.in_place && use.reads_x)
      return "memory_use returns in_place = true, but in_place requires reads_x = false: in place, y overwrites x.";
    if (use.in_place && known_.y.shape() != known_.x.shape())
      return format_text("memory_use returns in_place = true, but in_place requires y of x's shape, got {}.",
                         to_string(known_.y.shape()));
    std::string fault;
    if (!use.reads_x) fault = with_overwritten(true);
    if (fault.empty() && !use.reads_y) fault = with_overwritten(false);
    if (fault.empty() && use.in_place) fault = in_place();
    return fault;
  }

 private:
  /// Runs backward after x (or else y) was overwritten with NaN.
  std::string with_overwritten(bool x_overwritten) const {
    Tensor x = known_.x, y = known_.y, dx = zeros(x.shape());
    Context context(mode_);
    layer_.forward(x, y, context);
    (x_overwritten ? x : y).fill(std::numeric_limits<Real>::quiet_NaN());
    clear();
    layer_.backward(x, y, known_.dy, &dx, context);
    return compare_gradients(dx, x_overwritten ? "memory_use returns reads_x = false, but backward reads x"
                                               : "memory_use returns reads_y = false, but backward reads y");
  }

  /// Runs forward with y in the memory of x, and backward with dx in the memory of dy.
  std::string in_place() const {
    Tensor x = known_.x, dy = known_.dy;
    Context context(mode_);
    layer_.forward(x, x, context);
    std::string fault =
        compare("y", x, known_.y, "memory_use returns in_place = true, but in x's memory forward gives another y");
    if (!fault.empty()) return fault;
    clear();
    layer_.backward(x, x, dy, &dy, context);
    return compare_gradients(dy,
                             "memory_use returns in_place = true, but in dy's memory backward gives another gradient");
  }

  void clear() const {
    for (const NamedTensor& entry : parameters_) entry.parameter->clear_gradient();
  }

  std::string compare_gradients(const Tensor& dx, const std::string& message) const {
    std::string fault = compare("dx", dx, known_.gradients[0], message);
    for (std::size_t p = 0; p < parameters_.size() && fault.empty(); ++p)
      fault = compare(parameters_[p].name, parameters_[p].parameter->grad, known_.gradients[p + 1], message);
    return fault;
  }

  static std::string compare(const std::string& name, const Tensor& got, const Tensor& expected,
                             const std::string& message) {
    if (same_bits(got, expected)) return {};
    std::size_t i = 0;
    while (got.data()[i] == expected.data()[i] && i + 1 < got.size()) ++i;
    return format_text("{}: {}, expected {:.6g}, got {:.6g}.", coordinate(name, expected.shape(), i), message,
                       static_cast<double>(expected.data()[i]), static_cast<double>(got.data()[i]));
  }

  Layer& layer_;
  const std::vector<NamedTensor>& parameters_;
  Mode mode_;
  const KnownPass& known_;
};

}  // namespace

std::string memory_use_fault(Layer& layer, const std::vector<NamedTensor>& parameters, Mode mode,
                             const KnownPass& known) {
  return MemoryUseChecker(layer, parameters, mode, known).fault();
}

}  // namespace minnow::inline MINNOW_PRECISION
