#include <minnow/datasets/tables/table_dataset.hpp>

#include <apps/minnow/table_data.hpp>
#include <apps/support/image_data.hpp>
#include <apps/support/output.hpp>
#include <apps/support/terminal.hpp>

#include <algorithm>
#include <map>
#include <utility>

using namespace minnow;

namespace {

constexpr std::size_t parts = 5;
constexpr double most_bytes = 1e9;  // of encoded rows in memory; larger tables are read from the file

/// Returns the texts between the commas.
std::vector<std::string> split(const std::optional<std::string>& list) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; list && at <= list->size();) {
    const std::size_t end = std::min(list->size(), list->find(',', at));
    texts.push_back(list->substr(at, end - at));
    at = end + 1;
  }
  return texts;
}

datasets::CsvOptions csv_options(const Settings& s) {
  datasets::CsvOptions options{.missing = split(s.missing)};
  if (s.header) options.header = s.header == "yes";
  return options;
}

datasets::TableEncoderOptions encoder_options(const Settings& s) {
  using Kind = datasets::TargetKind;
  const std::string kind = s.target_kind.value_or("detect");
  return {.target = s.target.value_or(""),
          .target_kind = kind == "classes"  ? Kind::classes
                         : kind == "number" ? Kind::number
                                            : Kind::detect,
          .categories = split(s.categories),
          .ignored = split(s.ignored)};
}

/// Returns the rows of a table, in memory if they are not too many.
std::unique_ptr<const Dataset> encoded(const datasets::Table& table, const datasets::TableEncoder& encoder) {
  const double bytes = static_cast<double>(table.size()) * static_cast<double>(encoder.num_features()) * sizeof(Real);
  if (bytes > most_bytes) return std::make_unique<const datasets::TableDataset>(table, encoder);
  return std::make_unique<const TensorDataset>(encoder.encode(table));
}

/// Returns true if each class has a sample for each part.
bool can_stratify(const Dataset& rows, const datasets::TableEncoder& encoder) {
  if (encoder.class_names().empty()) return false;
  std::vector<std::size_t> counts(encoder.class_names().size());
  DataLoader loader{rows, {.batch_size = 1024}};
  for (const Batch& batch : loader)
    for (const Real label : batch.targets) ++counts[static_cast<std::size_t>(label)];
  return *std::min_element(counts.begin(), counts.end()) >= parts;
}

/// Divides the rows at random into training and test rows.
Fold divided(const datasets::Table& table, const datasets::TableEncoderOptions& options, std::size_t fold, Rng rng) {
  if (table.size() < parts)
    throw DataError(fmt::format("{}: expected at least 5 rows for five folds, got {}. Add --test FILE.csv.",
                                table.source(), table.size()));
  const datasets::TableEncoder of_all(table, options);  // only its classes are used
  const std::unique_ptr<const Dataset> rows = encoded(table, of_all);
  return k_folds(*rows, parts, std::move(rng), {.stratified = can_stratify(*rows, of_all)})[fold - 1];
}

void print_table(const Data& data) {
  const datasets::TableEncoder& encoder = *data.table;
  const std::string target = printable(std::string_view(encoder.encoding().target.name));
  const std::string kind = data.class_names.empty() ? "a number"
                                                    : fmt::format("{} classes: {}", data.class_names.size(),
                                                                  listed(printable(data.class_names)));
  const std::size_t columns = table_columns();
  say("{}\n", clipped(fmt::format("Rows of {} features of {} columns, to predict {}, {}", encoder.num_features(),
                                  encoder.encoding().columns.size(), target, kind),
                      columns));
  print_counts(data);
}

}  // namespace

Data load_table(const Settings& settings, Rng rng) {
  const datasets::CsvOptions reading = csv_options(settings);
  const datasets::Table table(*settings.data, reading);
  const datasets::TableEncoderOptions options = encoder_options(settings);
  Fold fold{all_indices(table.size()), {}};
  if (!settings.test) fold = divided(table, options, *settings.fold, rng.split());
  Indices validation;
  rng.split().shuffle(fold.train);
  if (settings.validation.value_or(0) * static_cast<double>(fold.train.size()) >= 0.5)
    validation = hold_out(fold.train, *settings.validation, "--validation");
  datasets::TableEncoder encoder(table, fold.train, options);
  if (encoder.class_names().empty() && settings.balance.value_or("none") != "none")
    throw ValueError(fmt::format("--balance: expected a target of classes, got the numbers of the column '{}'.",
                                 encoder.encoding().target.name));
  if (settings.patience.value_or(0) > 0 && validation.empty())
    throw ValueError(
        fmt::format("--patience: expected validation rows, got none of {} rows. Add --validation 0.3.", table.size()));
  Data data{DataKind::table, encoder.class_names(), encoded(table, encoder), nullptr, nullptr, nullptr, {}, {}, "rows"};
  data.train = std::make_unique<const Subset>(*data.all, std::move(fold.train));
  if (!validation.empty()) data.validation = std::make_unique<const Subset>(*data.all, std::move(validation));
  if (settings.test) {
    data.test = encoded(datasets::Table(*settings.test, reading), encoder);
    fold.test = all_indices(data.test->size());
  } else {
    data.test = std::make_unique<const Subset>(*data.all, fold.test);
  }
  for (const std::size_t row : fold.test) data.test_names.push_back(std::to_string(row + 1));
  data.table = std::move(encoder);
  print_table(data);
  return data;
}
