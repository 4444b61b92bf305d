#pragma once

#include <minnow/datasets/dataset.hpp>
#include <minnow/datasets/images/image.hpp>
#include <minnow/training/report/model_summary.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace minnow::inline MINNOW_PRECISION::detail {

/// Returns true if inputs of this shape are images: (3, H, W), (1, H, W) or (H, W) with H and W of at least 4.
bool are_images(const Shape& input);

/// Returns the values of one sample's input.
std::vector<Real> read_input(const Dataset& data, std::size_t index);

/// Returns an image of values in [0, 1], which are clamped; a value that is not finite is black. An image of more than
/// `most` pixels in a direction is reduced by a whole factor, whose pixels are averaged.
datasets::Image image_of(const std::vector<Real>& values, const Shape& input, std::size_t most);

/// Returns up to `most` filters as images. The range of each filter is symmetric about 0, which is middle grey. Three
/// input channels are red, green and blue; the mean of any other number of channels is grey.
std::vector<datasets::Image> filter_images(const Tensor& filters, std::size_t most);

/// Returns the image as the address of an <img>: a PNG, or a JPEG if that has fewer bytes and the image is larger than
/// 32 x 32.
std::string image_address(const datasets::Image& image);

}  // namespace minnow::inline MINNOW_PRECISION::detail
