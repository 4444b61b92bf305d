#pragma once

#include <apps/animals/data.hpp>

#include <filesystem>

/// Writes a PNG of up to 64 test pictures chosen at random, eight to a row, as the network sees them but enlarged, and
/// prints what each shows, row by row, so that one can guess first.
void write_contact_sheet(const std::filesystem::path& path, const Pictures& pictures, minnow::Rng rng);
