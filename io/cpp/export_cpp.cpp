#include <minnow/core/detail/format.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/cpp/detail/builder.hpp>
#include <minnow/io/cpp/detail/header.hpp>
#include <minnow/io/cpp/export_cpp.hpp>
#include <minnow/io/detail/model_metadata.hpp>
#include <minnow/io/output_file.hpp>

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

// Functions and types that <cmath>, <cstddef>, <cstdint>, <cstring> and the headers that they include declare in the
// global namespace. <cmath> has three functions of most names: exp, expf and expl.
constexpr std::string_view math_names =
    " acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh drem erf erfc exp exp10 exp2 expm1 fabs fdim "
    "finite floor fma fmax fmin fmod frexp gamma hypot ilogb isinf isnan j0 j1 jn ldexp lgamma llrint llround log "
    "log10 "
    "log1p log2 logb lrint lround modf nan nearbyint nextafter nexttoward pow remainder remquo rint round scalb "
    "scalbln "
    "scalbn significand sin sincos sinh sqrt tan tanh tgamma trunc y0 y1 yn ";
constexpr std::string_view library_names =
    " NULL NAN INFINITY HUGE OVERFLOW UNDERFLOW DOMAIN SING PLOSS TLOSS offsetof fpclassify isfinite isnormal signbit "
    "isgreater isgreaterequal isless islessequal islessgreater isunordered signgam math_errhandling abs labs llabs div "
    "ldiv lldiv memccpy memchr memcmp memcpy memmem memmove mempcpy memset memrchr rawmemchr strcat strchr strchrnul "
    "strcmp strcoll strcpy strcspn strdup strerror strlen strncat strncmp strncpy strndup strnlen strpbrk strrchr "
    "strsep strsignal strspn strstr strtok strxfrm stpcpy stpncpy strfry strverscmp strcasecmp strcasestr strncasecmp "
    "basename bcmp bcopy bzero explicit_bzero ffs ffsl ffsll index rindex memfrob abort alloca atexit atof atoi atol "
    "atoll bsearch calloc exit free getenv malloc qsort quick_exit rand random realloc select srand strtod strtof "
    "strtol strtoll strtoul system fopen fprintf fputs getchar gets printf putchar puts remove rename scanf snprintf "
    "sprintf sscanf stderr stdin stdout EOF clock time linux unix ";

/// Returns true for a name of the C library, which a header before or in the exported one declares.
bool is_library_name(const std::string& name) {
  const auto is_in = [](std::string_view names, const std::string& word) {
    return names.find(" " + word + " ") != std::string_view::npos;
  };
  const bool has_suffix = name.ends_with('f') || name.ends_with('l');
  for (const char* prefix : {"FP_", "M_", "HUGE_VAL"})
    if (name.starts_with(prefix)) return true;
  for (const char* suffix : {"_t", "_MAX", "_MIN", "_C"})
    if (name.ends_with(suffix)) return true;
  return is_in(library_names, name) || is_in(math_names, name) ||
         (has_suffix && is_in(math_names, name.substr(0, name.size() - 1)));
}

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
  if (is_library_name(options.name))
    throw ValueError(format_text("expected a name that the C library does not have, such as \"animals\", got \"{}\".",
                                 options.name));
  const LayerConfig config = detail::config_of_model(model);
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
  return detail::cpp_header(builder.finish(builder.add({config, ""}, x)), options);
}

}  // namespace

void export_cpp(const Layer& model, const std::filesystem::path& path, const ExportCppOptions& options) {
  std::string text;
  try {
    text = header_of(model, options);
  } catch (const ValueError& error) {
    throw ValueError("export_cpp: " + std::string(error.what()));
  }
  OutputFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace minnow::inline MINNOW_PRECISION
