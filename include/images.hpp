#pragma once

/// \file
/// The readers of image files and IDX files, in the target minnow::images.

#include <minnow/datasets/images/idx.hpp>
#include <minnow/datasets/images/image.hpp>
#include <minnow/datasets/images/image_folder.hpp>
#include <minnow/datasets/images/inflate.hpp>
#include <minnow/datasets/images/mnist.hpp>
#include <minnow/datasets/images/read_images.hpp>
#include <minnow/datasets/images/skipped_file.hpp>
