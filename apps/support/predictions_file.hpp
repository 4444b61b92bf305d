#pragma once

#include <minnow/minnow.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

/// Writes a CSV file with a line for each image: its name, its class, the predicted class and the probability of each
/// class, with the digits of a float.
inline void write_predictions(const std::filesystem::path& path, const std::vector<std::string>& images,
                              const std::vector<std::string>& class_names, const minnow::Predictions& logits,
                              double temperature) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
  const auto check = [&](bool ok) {
    if (!ok)
      throw minnow::DataError(
          fmt::format("{}: cannot be written ({}).", path.string(), std::generic_category().message(errno)));
  };
  check(file != nullptr);
  const auto quoted = [](const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + '"';
  };
  std::string line = "image,class,predicted";
  for (const std::string& name : class_names) line += ',' + quoted(name);
  fmt::print(file.get(), "{}\n", line);
  const minnow::Tensor classes = minnow::predicted_classes(logits.scores());
  const minnow::Tensor p = minnow::probabilities(logits.scores(), temperature);
  const auto name_of = [&](minnow::Real label) { return quoted(class_names[static_cast<std::size_t>(label)]); };
  for (std::size_t i = 0; i < images.size(); ++i) {
    line = quoted(images[i]) + ',' + name_of(logits.targets()(i)) + ',' + name_of(classes(i));
    for (std::size_t c = 0; c < class_names.size(); ++c) line += fmt::format(",{:.9g}", p(i, c));
    fmt::print(file.get(), "{}\n", line);
  }
  check(std::fflush(file.get()) == 0);
}
