#pragma once

/// \file
/// Dataset, DataLoader, augmentation, tables (CSV) and the drawn animals. Image files are in <minnow/images.hpp>.

#include <minnow/datasets/animals/animals.hpp>
#include <minnow/datasets/animals/draw_animal.hpp>
#include <minnow/datasets/augment.hpp>
#include <minnow/datasets/augmentation.hpp>
#include <minnow/datasets/data_loader.hpp>
#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/folds.hpp>
#include <minnow/datasets/lazy_dataset.hpp>
#include <minnow/datasets/normalization.hpp>
#include <minnow/datasets/random_split.hpp>
#include <minnow/datasets/subset.hpp>
#include <minnow/datasets/tables/csv_options.hpp>
#include <minnow/datasets/tables/encoded_rows.hpp>
#include <minnow/datasets/tables/split_table.hpp>
#include <minnow/datasets/tables/table.hpp>
#include <minnow/datasets/tables/table_dataset.hpp>
#include <minnow/datasets/tables/table_encoder.hpp>
#include <minnow/datasets/tables/table_encoding.hpp>
#include <minnow/datasets/tensor_dataset.hpp>
#include <minnow/datasets/weighted_sampler.hpp>
