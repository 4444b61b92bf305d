#include <minnow/core/detail/format.hpp>
#include <minnow/core/display_text.hpp>
#include <minnow/core/error.hpp>
#include <minnow/io/model.hpp>
#include <minnow/io/weights.hpp>
#include <minnow/training/detail/checkpoint_folder.hpp>
#include <minnow/training/detail/history_lines.hpp>

#include <cerrno>
#include <sstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace minnow::inline MINNOW_PRECISION {
namespace {

constexpr const char* history_key = "history";

/// Loads the last of several checkpoints. The error of a damaged file names the file before it.
Checkpoint load_last(const std::vector<std::pair<std::uint64_t, std::filesystem::path>>& checkpoints) try {
  return load_checkpoint(checkpoints.back().second);
} catch (const DataError& error) {
  if (checkpoints.size() == 1) throw;
  throw DataError(format_text("{} Delete this file to continue from {}.", error.what(),
                              (checkpoints.end() - 2)->second.filename().string()));
}

/// Deletes the temporary files that OutputFile leaves if its process is killed.
void delete_temporary_files(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> found;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (const std::string name = entry->path().filename().string();
        name.starts_with("minnow-") && name.ends_with(".tmp"))
      found.push_back(entry->path());
  for (const std::filesystem::path& path : found) std::filesystem::remove(path, error);
}

}  // namespace

CheckpointFolder::CheckpointFolder(const CheckpointOptions& options, bool resume) : options_(options) {
  if (options.keep == 0) throw ValueError("CheckpointOptions: expected to keep at least 1 checkpoint, got 0.");
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (!std::filesystem::is_directory(options.folder))
    throw DataError(format_text("{}: expected a folder for checkpoints, or a name for a new folder ({}).",
                                options.folder.string(), error ? error.message() : "it is a file"));
  lock();
  delete_temporary_files(options.folder);
  if (!resume && !checkpoints_in(options.folder).empty())
    throw ValueError(
        format_text("{}: expected a folder without checkpoints, got the checkpoints of another run. Resume that run, "
                    "or choose another folder.",
                    options.folder.string()));
}

CheckpointFolder::~CheckpointFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// A file system without locks is used without one.
void CheckpointFolder::lock() {
  descriptor_ = ::open(options_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ::close(std::exchange(descriptor_, -1));
  throw DataError(
      format_text("{}: expected a folder that no other run uses, got one in use. Wait for the end of that "
                  "run, or choose another folder.",
                  options_.folder.string()));
}

bool CheckpointFolder::restore(History& history, const std::function<void(const Snapshot&)>& restore_state) const {
  const auto checkpoints = checkpoints_in(options_.folder);
  if (checkpoints.empty()) return false;
  const std::string path = checkpoints.back().second.string();
  const Checkpoint checkpoint = load_last(checkpoints);
  try {
    restore_state(checkpoint.state);
  } catch (const Error& error) {
    std::string what = error.what();
    if (const std::string who = "Snapshot: "; what.starts_with(who)) what.erase(0, who.size());
    throw ValueError(format_text("{}: {} Resume with the settings and data of that run, or choose another folder.",
                                 path, printable(what)));
  }
  const auto rows = checkpoint.metadata.find(history_key);
  if (rows == checkpoint.metadata.end())
    throw DataError(path + ": expected a checkpoint of fit, got one without rows.");
  std::istringstream in(rows->second);
  if (History restored = read_history(in, path); restored.size() > 0) history = std::move(restored);
  return true;
}

void CheckpointFolder::save(const StateView& state, const History& history, std::uint64_t step) {
  save_checkpoint(options_.folder / checkpoint_name(step), state, {{history_key, history_text(history, true)}});
  const auto checkpoints = checkpoints_in(options_.folder);
  std::error_code ignored;
  for (std::size_t i = 0; i + options_.keep < checkpoints.size(); ++i)
    std::filesystem::remove(checkpoints[i].second, ignored);
}

void CheckpointFolder::save_best(const Layer& model) const {
  const std::filesystem::path path = options_.folder / "best.safetensors";
  if (model.config())
    save_model(model, path, options_.info);
  else
    save_weights(model, path);
}

}  // namespace minnow::inline MINNOW_PRECISION
