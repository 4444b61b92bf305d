#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/cpp/detail/builder.hpp>
#include <minnow/io/cpp/detail/header.hpp>
#include <minnow/io/cpp/export_cpp.hpp>
#include <minnow/io/detail/output_file.hpp>

#include <algorithm>
#include <string_view>

namespace minnow::inline MINNOW_PRECISION {
namespace {

// Keywords of C++, and names that a namespace of a program cannot have.
constexpr std::string_view reserved =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class "
    "co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype "
    "default "
    "delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long "
    "main "
    "mutable namespace new noexcept not not_eq nullptr operator or or_eq posix private protected public register "
    "reinterpret_cast requires return short signed sizeof static static_assert static_cast std struct switch template "
    "this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while "
    "xor xor_eq ";

bool is_identifier(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || !letter(name[0]) || name.find("__") != std::string::npos) return false;
  const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return std::all_of(name.begin(), name.end(), allowed) && reserved.find(" " + name + " ") == std::string_view::npos;
}

/// Returns the scale and the shift of each channel.
std::pair<std::vector<double>, std::vector<double>> scale_and_shift(const ExportCppOptions& options) {
  std::vector<double> scale, shift;
  if (!options.normalization) return {scale, shift};
  const std::vector<double>&mean = options.normalization->mean(), &deviation = options.normalization->deviation();
  if (options.input.empty() || options.input[0] != mean.size())
    throw ValueError(format_text("expected a normalization of the channels of the input {}, got one of {} channels.",
                                 to_string(options.input), mean.size()));
  for (std::size_t c = 0; c < mean.size(); ++c) {
    scale.push_back(1 / deviation[c]);
    shift.push_back(-mean[c] / deviation[c]);
  }
  return {scale, shift};
}

std::string header_of(const Layer& model, const ExportCppOptions& options) {
  if (!is_identifier(options.name))
    throw ValueError(
        format_text("expected a name that is a C++ identifier, such as \"animals\", got \"{}\".", options.name));
  const std::optional<LayerConfig> config = model.config();
  if (!config)
    throw ValueError(
        format_text("expected layers with a config(), got {} without one or with such a child.", model.name()));
  Shape batch{1};
  for (const std::size_t extent : options.input) batch.push_back(extent);
  const Shape output = model.output_shape(batch);
  const std::size_t outputs = num_elements(output);
  if (outputs == 0 || num_elements(batch) == 0)
    throw ValueError(format_text("expected at least 1 element of input and output, got {} and {}.", to_string(batch),
                                 to_string(output)));
  if (!options.class_names.empty() && options.class_names.size() != outputs)
    throw ValueError(
        format_text("expected {} class names, one per output, got {}.", outputs, options.class_names.size()));
  const auto [scale, shift] = scale_and_shift(options);
  detail::CppBuilder builder(model, options.weights == CppWeights::int8);
  const detail::CppValue x = builder.input(options.input, scale, shift);
  return detail::cpp_header(builder.finish(builder.add({*config, ""}, x)), options);
}

}  // namespace

void export_cpp(const Layer& model, const std::filesystem::path& path, const ExportCppOptions& options) {
  std::string text;
  try {
    text = header_of(model, options);
  } catch (const ValueError& error) {
    throw ValueError("export_cpp: " + std::string(error.what()));
  }
  detail::OutputFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION
