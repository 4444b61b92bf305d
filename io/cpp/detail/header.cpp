#include <minnow/core/detail/format.hpp>
#include <minnow/core/version.hpp>
#include <minnow/io/cpp/detail/header.hpp>
#include <minnow/io/cpp/detail/kernels.hpp>
#include <minnow/io/cpp/detail/workspace.hpp>

#include <algorithm>
#include <charconv>

namespace minnow::inline MINNOW_PRECISION::detail {
namespace {

constexpr std::size_t line_length = 120;

/// Returns a literal that is exactly `value`: the shortest one, with at most nine significant digits.
std::string float_literal(float value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
  std::string text(digits, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "f";
}

/// Returns a string literal with the bytes of `text`. Bytes outside of ASCII are octal, and ?? is no trigraph.
std::string string_literal(const std::string& text) {
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte > '~')
      literal += format_text("\\{:03o}", static_cast<unsigned>(byte));
    else if (c == '"' || c == '\\' || c == '?')
      literal += std::string("\\") + c;
    else
      literal += c;
  }
  return literal + "\"";
}

/// Appends the items to `text`, separated by commas, in lines.
template <class Item>
void append_list(std::string& text, std::size_t count, const Item& item) {
  std::size_t column = line_length;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string next = item(i) + (i + 1 < count ? "," : "");
    if (column + next.size() + 1 > line_length) {
      text += "\n ";
      column = 1;
    }
    text += " " + next;
    column += next.size() + 1;
  }
}

std::string constant_text(const CppConstant& constant) {
  const bool bytes = !constant.bytes.empty();
  const std::size_t count = bytes ? constant.bytes.size() : constant.values.size();
  std::string text =
      format_text("alignas(64) static const {} {}[{}] = {{", bytes ? "std::int8_t" : "float", constant.name, count);
  append_list(text, count, [&](std::size_t i) {
    return bytes ? std::to_string(constant.bytes[i]) : float_literal(constant.values[i]);
  });
  return text + "};\n";
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const std::size_t extent : shape) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text;
}

std::size_t bytes_of(const CppProgram& program) {
  std::size_t bytes = 0;
  for (const CppConstant& constant : program.constants)
    bytes += constant.bytes.size() + sizeof(float) * constant.values.size();
  return bytes;
}

/// The comment at the top: the network, and how to call it.
std::string introduction(const CppProgram& program, const ExportCppOptions& options, const CppWorkspace& workspace) {
  const std::string& n = options.name;
  std::string text = format_text("// {}: a neural network as plain C++11, written by Minnow {}.\n//\n", n, version());
  text += format_text("//   static float workspace[{}::workspace_size];\n", n);
  text += format_text("//   float input[{}::input_size], output[{}::output_size];\n", n, n);
  text += format_text("//   {}::predict(input, output, workspace);\n//\n", n);
  text += format_text("// The input is one sample of {}{}.\n", shape_text(options.input),
                      options.input.size() == 3 ? " (channels, rows, columns)" : "");
  if (options.normalization) text += "// predict normalizes it.\n";
  text += format_text(
      "// Constants: {} bytes. Workspace: {} floats{}.\n", bytes_of(program), workspace.size,
      workspace.scratch > 0 ? format_text(", and {} for each row of a tile (1 to 8 rows)", workspace.scratch) : "");
  text +=
      "// predict uses no heap, no exceptions and no static data but constants. The three arrays must not overlap.\n"
      "// Threads can call it at the same time, each with its own workspace. Include the header in one source file:\n"
      "// each file that includes it has a copy of the constants. Compile with optimization, such as -O3 "
      "-march=native.\n//\n";
  std::size_t width = 6;
  for (const CppStep& step : program.steps) width = std::max(width, shape_text(step.shape).size());
  text += format_text("// {:<{}}  layers\n", "output", width);
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const CppStep& step = program.steps[i];
    if (i > 0 && step.output == program.steps[i - 1].output) continue;  // the next branch of a Concat
    text += format_text("// {:<{}}  {}\n", shape_text(step.shape), width, step.layers);
  }
  return text;
}

/// The call of a step, in two lines if it is long.
std::string call_text(const CppStep& step, const CppWorkspace& workspace) {
  std::string call = "  " + std::string(step.kernel) + "<";
  for (const std::string& argument : step.arguments) call += (&argument == &step.arguments[0] ? "" : ", ") + argument;
  if (!step.activation.empty()) call += ", " + step.activation;
  call += ">(";
  std::string arguments;
  for (const std::string& constant : step.constants) arguments += constant + ", ";
  for (const std::size_t input : step.inputs) arguments += workspace.places[input] + ", ";
  arguments += place_in(workspace.places[step.output], step.output_offset);
  if (step.kernel == "convolution")
    arguments += ", " + (step.scratch > 0 ? place_in("workspace", workspace.size) : "nullptr");
  if (call.size() + arguments.size() + 2 > line_length) call += "\n      ";
  return call + arguments + ");\n";
}

std::string predict_text(const CppProgram& program, const CppWorkspace& workspace) {
  std::string text = "static inline void predict(const float* input, float* output, float* workspace) {\n";
  text += "  using namespace detail;\n";
  if (workspace.size + workspace.scratch == 0) text += "  static_cast<void>(workspace);\n";
  for (const CppStep& step : program.steps) {
    text += "  // " + step.layers + "\n";
    text += call_text(step, workspace);
  }
  return text + "}\n";
}

std::string kernels_text(const CppProgram& program) {
  std::set<std::string> names;
  for (const CppStep& step : program.steps) {
    names.emplace(step.kernel);
    names.insert(step.activation);
  }
  std::string text = cpp_kernel_text(std::move(names));
  for (const auto& [name, code] : program.activations) text += code;
  return text;
}

}  // namespace

std::string cpp_header(const CppProgram& program, const ExportCppOptions& options) {
  const CppWorkspace workspace = plan_workspace(program);
  std::string guard = "MINNOW_" + options.name + "_HPP";
  std::transform(guard.begin(), guard.end(), guard.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  std::string text = introduction(program, options, workspace);
  text += format_text("\n#ifndef {0}\n#define {0}\n\n", guard);
  text += "#include <cmath>\n#include <cstddef>\n#include <cstdint>\n\n";
  text += format_text("namespace {} {{\nnamespace detail {{\n\nusing std::size_t;\n", options.name);
  text += kernels_text(program) + "\n";
  for (const CppConstant& constant : program.constants) text += constant_text(constant);
  text += "\n}  // namespace detail\n\n";
  text += format_text("constexpr std::size_t input_size = {};\n", program.tensors[0]);
  text += format_text("constexpr std::size_t output_size = {};\n", program.tensors[program.output]);
  text += workspace.scratch > 0
              ? format_text("constexpr std::size_t workspace_size = {} + {} * detail::tile_rows;\n", workspace.size,
                            workspace.scratch)
              : format_text("constexpr std::size_t workspace_size = {};\n", std::max<std::size_t>(workspace.size, 1));
  if (!options.class_names.empty()) {
    text += "static const char* const class_names[output_size] = {";
    append_list(text, options.class_names.size(),
                [&](std::size_t i) { return string_literal(options.class_names[i]); });
    text += "};\n";
  }
  text += "\n// Writes the output of one sample.\n" + predict_text(program, workspace);
  text += format_text("\n}}  // namespace {}\n\n#endif\n", options.name);
  return text;
}

}  // namespace minnow::inline MINNOW_PRECISION::detail
