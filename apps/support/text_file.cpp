#include <minnow/core/error.hpp>
#include <minnow/io/output_file.hpp>

#include <apps/support/text_file.hpp>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <span>
#include <system_error>

#include <fmt/format.h>

using namespace minnow;

namespace {

using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] void throw_reason(const std::filesystem::path& path, const char* what) {
  throw DataError(fmt::format("{}: cannot be {} ({}).", path.string(), what, std::generic_category().message(errno)));
}

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  const Stream file(std::fopen(path.c_str(), "r"), std::fclose);
  std::string text;
  char buffer[4096];
  if (file != nullptr)
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0;) text.append(buffer, n);
  if (file == nullptr || std::ferror(file.get()) != 0) throw_reason(path, "read");
  return text;
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) || std::filesystem::is_regular_file(path, error)) {
    OutputFile file(path);
    file.write(std::as_bytes(std::span(text)));
    return file.commit();
  }
  const Stream file(std::fopen(path.c_str(), "w"), std::fclose);
  if (file == nullptr || std::fwrite(text.data(), 1, text.size(), file.get()) < text.size() ||
      std::fflush(file.get()) != 0)
    throw_reason(path, "written");
}
