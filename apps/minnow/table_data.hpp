#pragma once

#include <minnow/minnow.hpp>

#include <apps/minnow/data.hpp>

/// Reads a CSV file, divides its rows at random into five parts of which one is tested, and encodes them by the
/// training rows. With settings.test, the rows of that file are tested.
Data load_table(const Settings& settings, minnow::Rng rng);
