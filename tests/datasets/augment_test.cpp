// Compares each transform with an independent, plain computation in double.

#include <minnow/core/error.hpp>
#include <minnow/datasets/augment.hpp>

#include <tests/support/message.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace minnow {
namespace {

using Values = std::vector<Real>;

Values random_image(const Shape& shape, std::uint64_t seed) {
  Rng rng{seed};
  Values values(num_elements(shape));
  for (Real& value : values) value = static_cast<Real>(rng.uniform());
  return values;
}

Values transformed(Transform transform, Values image, const Shape& shape, Rng rng) {
  transform(image, shape, rng);
  return image;
}

/// Returns pixel (c, y, x), or the value given by `edge` if it is outside the image.
double pixel(const Values& image, const Shape& shape, std::size_t c, long y, long x, const augment::Edge& edge) {
  const long h = static_cast<long>(shape[1]), w = static_cast<long>(shape[2]);
  const auto mirrored = [](long i, long n) {
    while (n > 1 && (i < 0 || i >= n)) i = i < 0 ? -i : 2 * (n - 1) - i;
    return n == 1 ? 0 : i;
  };
  if (!edge.reflect && (y < 0 || y >= h || x < 0 || x >= w)) return edge.fill;
  const long at = (static_cast<long>(c) * h + mirrored(y, h)) * w + mirrored(x, w);
  return static_cast<double>(image[static_cast<std::size_t>(at)]);
}

/// Returns the image whose pixel (c, y, x) is value(c, y, x).
template <class Value>
Values image_of(const Shape& shape, Value value) {
  Values image;
  for (std::size_t c = 0; c < shape[0]; ++c)
    for (long y = 0; y < static_cast<long>(shape[1]); ++y)
      for (long x = 0; x < static_cast<long>(shape[2]); ++x) image.push_back(static_cast<Real>(value(c, y, x)));
  return image;
}

double largest_difference(const Values& a, const Values& b) {
  double largest = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

constexpr double rounding = 8 * static_cast<double>(std::numeric_limits<Real>::epsilon());

TEST(Flip, MirrorsWithTheGivenProbability) {
  for (const Shape& shape : {Shape{3, 4, 5}, Shape{1, 1, 1}, Shape{2, 3, 8}, Shape{1, 0, 4}}) {
    const Values image = random_image(shape, 1);
    const long w = static_cast<long>(shape[2]);
    const Values mirror =
        image_of(shape, [&](std::size_t c, long y, long x) { return pixel(image, shape, c, y, w - 1 - x, {}); });
    int mirrored = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      const Values result = transformed(augment::Flip(0.3), image, shape, Rng{seed});
      EXPECT_TRUE(result == image || result == mirror);
      mirrored += result == mirror;
      EXPECT_EQ(transformed(augment::Flip(1), image, shape, Rng{seed}), mirror);
      EXPECT_EQ(transformed(augment::Flip(0), image, shape, Rng{seed}), image);
    }
    if (shape[2] > 1 && !image.empty()) {
      EXPECT_NEAR(mirrored, 300, 60);  // 4 standard deviations
    }
  }
}

TEST(ShiftedCrop, DrawsEachShiftEquallyOften) {
  for (const augment::Edge& edge : {augment::Edge{}, augment::Edge{.fill = 0.5}, augment::Edge{.reflect = true}})
    for (const auto& [its_shape, its_padding] : {std::pair{Shape{2, 5, 7}, 2L}, std::pair{Shape{1, 6, 4}, 3L},
                                                 std::pair{Shape{1, 2, 3}, 4L}, std::pair{Shape{1, 1, 1}, 2L}}) {
      const Shape& shape = its_shape;  // Clang 14 captures no structured binding
      const long padding = its_padding;
      const Values image = random_image(shape, 2);
      std::vector<Values> shifts;
      for (long down = -padding; down <= padding; ++down)
        for (long right = -padding; right <= padding; ++right)
          shifts.push_back(image_of(
              shape, [&](std::size_t c, long y, long x) { return pixel(image, shape, c, y + down, x + right, edge); }));
      std::vector<int> seen(shifts.size());
      augment::ShiftedCrop crop(static_cast<std::size_t>(padding), edge);
      const int each = 100;
      for (std::size_t seed = 0; seed < each * shifts.size(); ++seed) {
        const Values result = transformed(std::ref(crop), image, shape, Rng{seed});
        const auto found = std::find(shifts.begin(), shifts.end(), result);
        ASSERT_NE(found, shifts.end()) << "padding " << padding << ", seed " << seed;
        ++seen[static_cast<std::size_t>(found - shifts.begin())];
      }
      const std::set<Values> different(shifts.begin(), shifts.end());
      if (different.size() != shifts.size()) continue;  // some shifts give the same image, all `fill`
      for (const int count : seen) EXPECT_NEAR(count, each, 50);
    }
}

TEST(ShiftedCrop, WithoutPaddingChangesNothing) {
  const Shape shape{3, 4, 4};
  const Values image = random_image(shape, 2);
  EXPECT_EQ(transformed(augment::ShiftedCrop(0), image, shape, Rng{1}), image);
}

/// Bilinear interpolation as a sum: each source pixel has the weight max(0, 1 - |dy|) max(0, 1 - |dx|).
Values rotated(const Values& image, const Shape& shape, double degrees, const augment::Edge& edge) {
  const double angle = degrees * std::numbers::pi / 180;
  const double cy = (static_cast<double>(shape[1]) - 1) / 2, cx = (static_cast<double>(shape[2]) - 1) / 2;
  return image_of(shape, [&](std::size_t c, long y, long x) {
    const double right = static_cast<double>(x) - cx, up = cy - static_cast<double>(y);
    const double from_right = right * std::cos(-angle) - up * std::sin(-angle);  // rotated back
    const double from_up = right * std::sin(-angle) + up * std::cos(-angle);
    const double from_y = cy - from_up, from_x = cx + from_right;
    double sum = 0;
    for (long j = static_cast<long>(from_y) - 2; j <= static_cast<long>(from_y) + 2; ++j)
      for (long i = static_cast<long>(from_x) - 2; i <= static_cast<long>(from_x) + 2; ++i)
        sum += std::max(0.0, 1 - std::abs(from_y - static_cast<double>(j))) *
               std::max(0.0, 1 - std::abs(from_x - static_cast<double>(i))) * pixel(image, shape, c, j, i, edge);
    return sum;
  });
}

TEST(Rotation, InterpolatesBilinearly) {
  for (const augment::Edge& edge : {augment::Edge{}, augment::Edge{.fill = 0.5}, augment::Edge{.reflect = true}})
    for (const Shape& shape : {Shape{3, 6, 9}, Shape{1, 8, 8}, Shape{2, 1, 5}, Shape{1, 1, 1}})
      for (const double degrees : {0.0, 10.0, 180.0})
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
          const Values image = random_image(shape, 3);
          const double angle = Rng{seed}.uniform(-degrees, degrees);
          const Values result = transformed(augment::Rotation(degrees, edge), image, shape, Rng{seed});
          EXPECT_LE(largest_difference(result, rotated(image, shape, angle, edge)), 4 * rounding) << angle;
        }
}

TEST(Rotation, AcceptsEmptyImages) {
  for (const Shape& shape : {Shape{3, 0, 9}, Shape{0, 8, 8}})
    EXPECT_TRUE(transformed(augment::Rotation(10), {}, shape, Rng{1}).empty());
}

struct Rgb {
  double r, g, b;
  double grey() const { return 0.299 * r + 0.587 * g + 0.114 * b; }
};

/// Computes v = clamp(f v + (1 - f) other, 0, 1) in double for brightness (0), contrast (1) and saturation (2).
Values jittered(const Values& image, const std::vector<std::pair<std::size_t, double>>& changes) {
  const std::size_t n = image.size() / 3;
  std::vector<Rgb> pixels(n);
  for (std::size_t i = 0; i < n; ++i)
    pixels[i] = {static_cast<double>(image[i]), static_cast<double>(image[n + i]),
                 static_cast<double>(image[2 * n + i])};
  for (const auto& [change, f] : changes) {
    double mean = 0;
    for (const Rgb& p : pixels) mean += p.grey() / static_cast<double>(n);
    for (Rgb& p : pixels) {
      const double other = (1 - f) * (change == 0 ? 0 : change == 1 ? mean : p.grey());
      for (double* v : {&p.r, &p.g, &p.b}) *v = std::clamp(f * *v + other, 0.0, 1.0);
    }
  }
  Values result(image.size());
  for (std::size_t i = 0; i < n; ++i) {
    result[i] = static_cast<Real>(pixels[i].r);
    result[n + i] = static_cast<Real>(pixels[i].g);
    result[2 * n + i] = static_cast<Real>(pixels[i].b);
  }
  return result;
}

TEST(ColourJitter, BlendsWithBlackMeanGreyAndPixelGrey) {
  const Shape shape{3, 5, 6};
  const Values image = random_image(shape, 4);
  std::set<std::array<std::size_t, 3>> orders;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng draws{seed};
    std::array<std::size_t, 3> order{0, 1, 2};
    draws.shuffle(order);
    orders.insert(order);
    std::vector<std::pair<std::size_t, double>> changes;
    const std::array low{0.6, 0.0, 0.8}, high{1.4, 3.0, 1.2};
    for (const std::size_t change : order) changes.emplace_back(change, draws.uniform(low[change], high[change]));
    const Values result = transformed(augment::ColourJitter({.brightness = 0.4, .contrast = 2, .saturation = 0.2}),
                                      image, shape, Rng{seed});
    EXPECT_LE(largest_difference(result, jittered(image, changes)), 4 * rounding) << seed;
  }
  EXPECT_EQ(orders.size(), 6u);
}

TEST(ColourJitter, SkipsZeroOptionsAndAcceptsGreyImages) {
  const Shape rgb{3, 2, 2}, grey{1, 2, 2};
  const Values image = random_image(rgb, 4), one{Real(0.25), Real(0.5), Real(0.5), Real(0.75)};
  EXPECT_EQ(transformed(augment::ColourJitter({}), image, rgb, Rng{1}), image);
  EXPECT_EQ(transformed(augment::ColourJitter({.saturation = 0.5}), one, grey, Rng{1}), one);
  const Values result = transformed(augment::ColourJitter({.contrast = 0.5}), one, grey, Rng{1});
  EXPECT_NEAR(static_cast<double>(result[0] + result[3]), 1, rounding);  // symmetric about the mean, 0.5
  EXPECT_NE(result[0], one[0]);
  EXPECT_EQ(transformed(augment::ColourJitter({.contrast = 0.5}), {}, {1, 0, 2}, Rng{1}), Values{});
}

TEST(Cutout, CoversEverySquare) {
  for (const auto& [its_shape, its_size] :
       {std::pair{Shape{2, 6, 5}, 3L}, std::pair{Shape{1, 4, 4}, 2L}, std::pair{Shape{1, 3, 2}, 9L}}) {
    const Shape& shape = its_shape;
    const long size = its_size;
    const Values image = random_image(shape, 5);
    std::vector<Values> holes;
    for (long cy = 0; cy < static_cast<long>(shape[1]); ++cy)
      for (long cx = 0; cx < static_cast<long>(shape[2]); ++cx)
        holes.push_back(image_of(shape, [&](std::size_t c, long y, long x) {
          const bool hidden =
              y >= cy - size / 2 && y < cy - size / 2 + size && x >= cx - size / 2 && x < cx - size / 2 + size;
          return hidden ? 7 : pixel(image, shape, c, y, x, {});
        }));
    const std::set<Values> all(holes.begin(), holes.end());
    std::set<Values> seen;
    int whole = 0;
    const augment::Cutout cutout(static_cast<std::size_t>(size), {.probability = 0.75, .fill = 7});
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      const Values result = transformed(cutout, image, shape, Rng{seed});
      whole += result == image;
      if (result == image) continue;
      EXPECT_TRUE(all.contains(result)) << seed;
      seen.insert(result);
    }
    EXPECT_EQ(seen, all);
    EXPECT_NEAR(whole, 500, 80);  // 4 standard deviations
  }
  EXPECT_EQ(transformed(augment::Cutout(3), {}, {1, 0, 4}, Rng{1}), Values{});
}

TEST(Augment, PropagatesNaN) {
  const Shape shape{3, 3, 3};
  const Values image(27, std::numeric_limits<Real>::quiet_NaN());
  for (const Transform& transform :
       {Transform(augment::Flip()), Transform(augment::ShiftedCrop(1, {.reflect = true})),
        Transform(augment::Rotation(20, {.reflect = true})),
        Transform(augment::ColourJitter({.brightness = 0.5, .contrast = 0.5, .saturation = 0.5}))})
    for (const Real value : transformed(transform, image, shape, Rng{1})) EXPECT_TRUE(std::isnan(value));
}

TEST(Augment, RejectsInvalidArguments) {
  const auto error_of = [](const std::function<void()>& make) { return message<ValueError>(make); };
  EXPECT_EQ(error_of([] { augment::Flip(1.5); }), "Flip: expected a probability from 0 to 1, got 1.5.");
  EXPECT_EQ(error_of([] { augment::Flip(std::nan("")); }), "Flip: expected a probability from 0 to 1, got nan.");
  EXPECT_EQ(error_of([] { augment::ShiftedCrop(1, {.fill = INFINITY}); }),
            "ShiftedCrop: expected a finite fill, got inf.");
  EXPECT_EQ(error_of([] { augment::Rotation(-1); }), "Rotation: expected degrees from 0 to 180, got -1.");
  EXPECT_EQ(error_of([] { augment::Rotation(1, {.fill = INFINITY}); }), "Rotation: expected a finite fill, got inf.");
  EXPECT_EQ(error_of([] { augment::ColourJitter({.contrast = -0.5}); }),
            "ColourJitter: expected finite, non-negative options, got -0.5.");
  EXPECT_EQ(error_of([] { augment::Cutout(0); }), "Cutout: expected a size from 1 to 65536, got 0.");
  const auto minus_one = static_cast<std::size_t>(-1);  // -1 converted to size_t
  EXPECT_EQ(error_of([=] { augment::Cutout{minus_one}; }),
            "Cutout: expected a size from 1 to 65536, got 18446744073709551615.");
  EXPECT_EQ(error_of([=] { augment::ShiftedCrop{minus_one}; }),
            "ShiftedCrop: expected a padding from 0 to 65536, got 18446744073709551615.");
  EXPECT_EQ(error_of([] { augment::Cutout(3, {.probability = -1}); }),
            "Cutout: expected a probability from 0 to 1, got -1.");

  const auto shape_error = [](const Transform& transform) {
    return message<ShapeError>([&] { transformed(transform, Values(784), {784}, Rng{1}); });
  };
  const std::string expected = ": expected samples (C, H, W), got (784).";
  EXPECT_EQ(shape_error(augment::Flip()), "Flip" + expected);
  EXPECT_EQ(shape_error(augment::ShiftedCrop(1)), "ShiftedCrop" + expected);
  EXPECT_EQ(shape_error(augment::Rotation(5)), "Rotation" + expected);
  EXPECT_EQ(shape_error(augment::ColourJitter({})), "ColourJitter" + expected);
  EXPECT_EQ(shape_error(augment::Cutout(2)), "Cutout" + expected);
  EXPECT_EQ(message<ShapeError>([] {
              transformed(augment::ColourJitter({}), Values(32), {2, 4, 4}, Rng{1});
            }),
            "ColourJitter: expected samples (1, H, W) or (3, H, W), got (2, 4, 4).");
}

}  // namespace
}  // namespace minnow
