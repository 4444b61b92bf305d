#include <minnow/datasets/images/image_folder.hpp>
#include <minnow/minnow.hpp>

#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace minnow {
namespace {

// A named Rng that is passed by value would be copied, and the copy and the Rng would draw the same values. None of
// these calls compiles with a named Rng; all of them compile with `rng.split()`, which is an rvalue.

template <class R, class Data = Dataset>
concept Splits = requires(const Data& data, R&& rng) {
  random_split(data, 0.5, std::forward<R>(rng));
};
template <class R>
concept Shuffles = requires(R&& rng) {
  DataLoaderOptions{.shuffle = std::forward<R>(rng)};
};
template <class R>
concept Augments = requires(R&& rng) {
  Augmentation{std::forward<R>(rng)};
};
template <class R>
concept Animals = std::is_invocable_v<decltype(&datasets::animals), const datasets::AnimalsOptions&, R>;
template <class R>
concept Draws =
    std::is_invocable_v<decltype(&datasets::draw_animal), datasets::Animal, std::size_t, R, std::span<Real>>;
template <class R>
concept Folders = std::is_invocable_v<decltype(&datasets::read_image_folder), const std::filesystem::path&,
                                      const datasets::ImageFolderOptions&, R>;
template <class R>
concept Converts = std::is_convertible_v<R, Rng>;

static_assert(Splits<Rng> && Shuffles<Rng> && Augments<Rng> && Animals<Rng> && Draws<Rng> && Folders<Rng> &&
              Converts<Rng>);
static_assert(!Splits<Rng&> && !Splits<const Rng&>);
static_assert(Splits<Rng, TensorDataset> && !Splits<Rng&, TensorDataset>);
static_assert(!Shuffles<Rng&> && !Shuffles<const Rng&>);
static_assert(!Augments<Rng&> && !Augments<const Rng&>);
static_assert(!Animals<Rng&> && !Animals<const Rng&>);
static_assert(!Draws<Rng&> && !Draws<const Rng&>);
static_assert(!Folders<Rng&> && !Folders<const Rng&>);
static_assert(!Converts<Rng&> && !Converts<const Rng&>);

}  // namespace
}  // namespace minnow
