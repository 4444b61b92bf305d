#include <apps/minnow/data.hpp>
#include <apps/minnow/table_data.hpp>
#include <apps/support/image_data.hpp>
#include <apps/support/output.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

bool contains_idx_file(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::string name = entry.path().filename().string();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (name.find("images") != std::string::npos && name.find("idx3") != std::string::npos) return true;
  }
  return false;
}

/// Fashion-MNIST has the layout of MNIST: only the folder's name tells them apart.
bool is_fashion(const fs::path& folder) {
  return fs::absolute(folder).lexically_normal().string().find("fashion") != std::string::npos;
}

ImageData read_data(const Settings& s, DataKind kind, std::vector<std::string> class_order, Rng rng) {
  if (kind == DataKind::idx) return read_idx_images(*s.data, is_fashion(*s.data));
  if (kind == DataKind::drawings)
    return drawn_animals(*s.size, *s.drawings, std::max<std::size_t>(*s.drawings / 8, 4), std::move(rng));
  say("Reading photographs in {} ...\n", s.data->string());
  flush_output();
  return read_photographs(*s.data, *s.size, std::move(class_order), std::move(rng));
}

const char* noun(DataKind kind) {
  if (kind == DataKind::drawings) return "drawings";
  return kind == DataKind::photographs ? "photographs" : "images";
}

void print_images(const Data& data) {
  const Shape shape = data.train->input_shape();
  say("{}\n", clipped(fmt::format("{} of {}, {} x {} pixels", capitalised(data.training_names),
                                  listed(printable(data.class_names)), shape[1], shape[2]),
                      table_columns()));
  print_counts(data);
}

}  // namespace

void print_counts(const Data& data) {
  std::string counts = fmt::format("{} to train on", grouped(data.train->size()));
  if (data.validation != nullptr) counts += fmt::format(", {} for validation", grouped(data.validation->size()));
  counts += fmt::format(", {} to test", grouped(data.test->size()));
  say("{}\n", clipped(counts, table_columns()));
  flush_output();
}

DataKind kind_of(const std::optional<fs::path>& data) {
  if (!data) return DataKind::drawings;
  std::error_code error;
  const fs::file_status status = fs::status(*data, error);
  if (!fs::exists(status))
    throw DataError(fmt::format("--data: expected a folder or a CSV file, got '{}': {}.", data->string(),
                                error ? error.message() : "No such file or directory"));
  if (!fs::is_directory(status)) return DataKind::table;
  return contains_idx_file(*data) ? DataKind::idx : DataKind::photographs;
}

std::string capitalised(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

Data load_data(const Settings& settings, Rng rng, std::vector<std::string> class_order) {
  const DataKind kind = kind_of(settings.data);
  if (kind == DataKind::table) return load_table(settings, std::move(rng));
  ImageData source = read_data(settings, kind, std::move(class_order), rng.split());
  Data data{kind, source.class_names, std::move(source.train), nullptr, std::move(source.test), nullptr, {}, {}, {}};
  Indices train = all_indices(data.all->size()), validation;
  rng.split().shuffle(train);
  if (settings.validation.value_or(0) * static_cast<double>(train.size()) >= 0.5)
    validation = hold_out(train, *settings.validation, "--validation");
  data.normalization =
      kind == DataKind::idx ? Normalization(Subset(*data.all, train)) : fit_normalization(*data.all, train);
  data.train = std::make_unique<const Subset>(*data.all, std::move(train));
  if (!validation.empty()) data.validation = std::make_unique<const Subset>(*data.all, std::move(validation));
  data.test_names = std::move(source.test_names);
  data.training_names = noun(kind);
  print_images(data);
  return data;
}
