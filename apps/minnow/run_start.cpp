#include <minnow/core/error.hpp>
#include <minnow/io/checkpoint.hpp>

#include <apps/minnow/recipes.hpp>
#include <apps/minnow/run_start.hpp>
#include <apps/support/output.hpp>

#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

using namespace minnow;

namespace {

namespace fs = std::filesystem;

/// Throws ValueError if a given setting differs from the setting of the run.
void check_same(const Settings& given, const Settings& of_run, const fs::path& file) {
  using Json = nlohmann::ordered_json;
  const Json wanted = Json::parse(settings_json(given)), run = Json::parse(settings_json(of_run));
  const auto text = [](const char* name, const Json& settings) {
    const auto found = settings.find(name);
    if (found == settings.end()) return fmt::format("no --{}", name);
    return fmt::format("--{} {}", name, found->is_string() ? found->get<std::string>() : found->dump());
  };
  const auto check = [&](const char* name, const auto&, const Meaning&) {
    if (name == std::string("threads") || text(name, wanted) == text(name, run)) return;
    throw ValueError(
        fmt::format("--resume: expected {} as in {}, got {}. A run continues with its settings; --config FILE starts "
                    "another one with changes.",
                    text(name, run), file.string(), text(name, wanted)));
  };
  visit_settings(check, of_run);
  if (given.architecture != of_run.architecture)
    throw ValueError(
        fmt::format("--resume: expected --model with the layers in {}, got a file with other ones.", file.string()));
}

RunStart continued(const TrainOptions& options, const fs::path& file) {
  RunFile run = read_run_file(file);
  Settings settings = resolved(merged(options.settings, run.settings), options.settings);
  check_same(settings, resolved(std::move(run.settings)), file);
  say("Continuing the run in {}\n", options.checkpoint->string());
  return {std::move(settings), std::move(run.command), false};
}

/// Returns true if the folder has the run.json of a run. Throws if the folder may be neither started nor continued.
bool has_run(const TrainOptions& options) {
  const fs::path& folder = *options.checkpoint;
  std::error_code error;
  const bool exists = fs::exists(folder / "run.json", error);
  if (error) throw DataError(fmt::format("--checkpoint {}: {}.", folder.string(), error.message()));
  const bool has_checkpoints = !checkpoints_in(folder).empty();
  if ((exists || has_checkpoints) && !options.resume)
    throw ValueError(fmt::format(
        "--checkpoint {}: expected a new folder, got one with a run. Add --resume to continue it.", folder.string()));
  if (!exists && has_checkpoints)
    throw DataError(fmt::format(
        "--resume: expected {}/run.json, the settings of the checkpoints there, got none. Restore it, or choose "
        "another folder.",
        folder.string()));
  if (options.resume && !exists) say("There is no run in {} yet: it starts now\n", folder.string());
  return exists;
}

}  // namespace

RunStart start_of(const TrainOptions& options) {
  if (options.resume && !options.checkpoint) throw ValueError("--resume: expected --checkpoint DIR with it, a run.");
  if (options.resume && options.config) throw ValueError("--resume: expected no --config with it.");
  if (options.checkpoint && has_run(options)) return continued(options, *options.checkpoint / "run.json");
  Settings settings = options.settings;
  if (options.config) settings = merged(settings, read_run_file(*options.config).settings);
  return {resolved(std::move(settings), options.settings), options.command};
}
