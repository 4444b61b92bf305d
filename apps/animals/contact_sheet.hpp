#pragma once

#include <apps/animals/data.hpp>

#include <filesystem>

/// Writes a PNG of up to 64 random test images, eight per row, in the resolution of the network's input but enlarged.
/// Prints the label of each image, row by row.
void write_contact_sheet(const std::filesystem::path& path, const Images& images, minnow::Rng rng);
