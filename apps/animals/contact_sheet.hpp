#pragma once

#include <minnow/minnow.hpp>

#include <filesystem>

/// Writes a PNG of up to 64 pictures chosen at random, eight to a row, as the network sees them but enlarged, and
/// prints what each shows, row by row, so that one can guess first.
void write_contact_sheet(const std::filesystem::path& path, const minnow::TensorDataset& pictures, minnow::Rng rng);
