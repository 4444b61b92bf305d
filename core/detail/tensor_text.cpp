#include <minnow/core/detail/format.hpp>
#include <minnow/core/detail/tensor_text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr std::size_t max_elements = 1000;  // of a tensor that is printed in full
constexpr std::size_t edge = 3;             // elements at each end of an abbreviated axis
constexpr std::size_t line_width = 80;
constexpr const char* opening = "tensor(";

enum class Notation { integer, fixed, scientific };

/// Returns the notation in which all elements can be read, with PyTorch's limits.
Notation notation_of(const std::vector<double>& values) {
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  bool integers = true;
  for (const double value : values) {
    if (!std::isfinite(value) || value == 0) continue;
    integers = integers && value == std::trunc(value);
    smallest = std::min(smallest, std::abs(value));
    largest = std::max(largest, std::abs(value));
  }
  if (largest > 1e8) return Notation::scientific;
  if (integers) return Notation::integer;
  return smallest < 1e-4 || largest > 1000 * smallest ? Notation::scientific : Notation::fixed;
}

std::string number_text(double value, Notation notation) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (notation == Notation::integer) return format_text("{:.0f}.", value);
  return notation == Notation::fixed ? format_text("{:.4f}", value) : format_text("{:.4e}", value);
}

class Printer {
 public:
  Printer(const Shape& shape, const std::function<double(std::size_t)>& at)
      : shape_(shape), at_(at), abbreviated_(num_elements(shape) > max_elements) {
    std::vector<double> shown;
    collect(0, 0, shown);
    notation_ = notation_of(shown);
    for (const double value : shown) width_ = std::max(width_, number_text(value, notation_).size());
  }

  /// Writes the part of the tensor with the first `axis` indices fixed; `row` is its index among such parts.
  void write(std::size_t axis, std::size_t row, std::string& text) const {
    if (axis == shape_.size()) {
      text += format_text("{:>{}}", number_text(at_(row), notation_), width_);
      return;
    }
    const std::size_t indent = std::string(opening).size() + axis + 1, inner = shape_.size() - axis - 1;
    const std::size_t per_line = std::max<std::size_t>((line_width - std::min(indent, line_width)) / (width_ + 2), 1);
    std::size_t items = 0;
    const auto separate = [&] {
      if (items++ == 0) return;
      text += inner == 0 && (items - 1) % per_line != 0
                  ? std::string(", ")
                  : format_text(",{}{}", std::string(std::max<std::size_t>(inner, 1), '\n'), std::string(indent, ' '));
    };
    text += '[';
    for (std::size_t i = 0; i < shape_[axis]; ++i) {
      separate();
      if (const std::size_t end = gap_end(axis, i); end > i) {
        text += "...";
        i = end;
        separate();
      }
      write(axis + 1, row * shape_[axis] + i, text);
    }
    text += ']';
  }

 private:
  /// Returns the end of the elements that are left out from index i on; i if there are none.
  std::size_t gap_end(std::size_t axis, std::size_t i) const {
    return abbreviated_ && i == edge && shape_[axis] > 2 * edge ? shape_[axis] - edge : i;
  }

  void collect(std::size_t axis, std::size_t row, std::vector<double>& shown) const {
    if (axis == shape_.size()) return shown.push_back(at_(row));
    for (std::size_t i = 0; i < shape_[axis]; ++i) {
      i = gap_end(axis, i);
      collect(axis + 1, row * shape_[axis] + i, shown);
    }
  }

  const Shape& shape_;
  const std::function<double(std::size_t)>& at_;
  bool abbreviated_;
  Notation notation_ = Notation::integer;
  std::size_t width_ = 0;
};

}  // namespace

std::string tensor_text(const Shape& shape, const std::function<double(std::size_t)>& at) {
  std::string text = opening;
  if (num_elements(shape) == 0)
    text += "[]";
  else
    Printer(shape, at).write(0, 0, text);
  return text + ", shape=" + to_string(shape) + ")";
}

}  // namespace minnow::inline MINNOW_PRECISION
