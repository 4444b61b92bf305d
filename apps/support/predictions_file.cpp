#include <apps/support/predictions_file.hpp>
#include <apps/support/text_file.hpp>

#include <fmt/format.h>

using namespace minnow;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

void write_predictions(const std::filesystem::path& path, const std::vector<std::string>& images,
                       const std::vector<std::string>& class_names, const Predictions& logits, double temperature) {
  std::string text = "image,class,predicted";
  for (const std::string& name : class_names) text += ',' + csv_field(name);
  text += '\n';
  const Tensor classes = predicted_classes(logits.scores());
  const Tensor p = probabilities(logits.scores(), temperature);
  const auto name_of = [&](Real label) { return csv_field(class_names[static_cast<std::size_t>(label)]); };
  for (std::size_t i = 0; i < images.size(); ++i) {
    text += csv_field(images[i]) + ',' + name_of(logits.targets()(i)) + ',' + name_of(classes(i));
    for (std::size_t c = 0; c < class_names.size(); ++c) text += fmt::format(",{:.9g}", p(i, c));
    text += '\n';
  }
  write_text(path, text);
}
