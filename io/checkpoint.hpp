#pragma once

#include <minnow/core/snapshot.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace minnow::inline MINNOW_PRECISION {

/// The state of a training run in a file, and texts beside it.
struct Checkpoint {
  Snapshot state;
  std::map<std::string, std::string> metadata{};  // a key must not begin with "minnow."
};

/// Saves the state of a training run as one safetensors file with a checksum:
///   save_checkpoint("run.safetensors", StateView(model, optimizer, loader));
///   load_checkpoint("run.safetensors").state.restore(model, optimizer, loader);
/// The restored run continues to the same bits. The file appears under its name only when it is complete and synced to
/// the disk; an old file is unchanged until then. Throws ValueError if a metadata key is reserved or a text is not
/// UTF-8, and DataError if the file cannot be written.
MINNOW_API void save_checkpoint(const std::filesystem::path& path, const StateView& state,
                                const std::map<std::string, std::string>& metadata = {});

/// Loads a file that save_checkpoint wrote in the same precision. Throws DataError if the file cannot be read, is no
/// checkpoint of this version or an earlier one, or differs from what was written.
MINNOW_API Checkpoint load_checkpoint(const std::filesystem::path& path);

/// The same from the bytes of a file in memory.
MINNOW_API Checkpoint load_checkpoint(std::span<const std::byte> bytes);

/// Returns the name of the checkpoint file of a step: "step-00000120.safetensors".
MINNOW_API std::string checkpoint_name(std::uint64_t step);

/// Returns the steps and the files of the checkpoints in a folder, in the order of the steps. Returns none if the
/// folder does not exist or cannot be read.
MINNOW_API std::vector<std::pair<std::uint64_t, std::filesystem::path>> checkpoints_in(
    const std::filesystem::path& folder);

}  // namespace minnow::inline MINNOW_PRECISION
