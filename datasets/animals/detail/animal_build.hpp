#pragma once

#include <minnow/core/precision.hpp>
#include <minnow/core/rng.hpp>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {

/// A range of random values, centre - spread to centre + spread.
struct Range {
  double centre, spread;
  double draw(Rng& rng) const { return centre + spread * rng.uniform(-1, 1); }
};
/// The proportions of an animal: lengths in units of the distance from hip to shoulder, angles in degrees above +x.
struct Build {
  struct {
    double height;              // of hip and shoulder
    double rump, waist, chest;  // radii
    double tuck;                // upward offset of the waist
  } trunk;
  struct {
    double thigh, shank, foot;  // radii
    double toe;                 // length of the foot
    Range stride;               // horizontal swing of a foot, in leg lengths
    bool hooves = false;
  } leg;
  struct {
    double length, root, end;  // the latter two are radii
    Range angle;
  } neck;
  struct {
    double skull;              // radius
    double muzzle, root, tip;  // length and radii of the muzzle
    Range angle;
  } head;
  struct {
    double length, root, middle, tip;  // the latter three are radii
    Range angle;                       // at the root
    Range bend, curl;                  // change of angle from the root to the middle, and from the middle to the tip
    bool dark_tip = false;
  } tail;
};

inline constexpr Build dog_build{
    .trunk = {.height = 0.73, .rump = 0.21, .waist = 0.19, .chest = 0.25, .tuck = 0.02},
    .leg = {.thigh = 0.13, .shank = 0.075, .foot = 0.07, .toe = 0.07, .stride = {0.22, 0.22}},
    .neck = {.length = 0.42, .root = 0.17, .end = 0.14, .angle = {58, 10}},
    .head = {.skull = 0.19, .muzzle = 0.31, .root = 0.105, .tip = 0.08, .angle = {-8, 12}},
    .tail = {.length = 0.62,
             .root = 0.06,
             .middle = 0.055,
             .tip = 0.03,
             .angle = {125, 15},
             .bend = {-25, 20},
             .curl = {-40, 30}}};

inline constexpr Build cat_build{
    .trunk = {.height = 0.62, .rump = 0.25, .waist = 0.215, .chest = 0.22, .tuck = 0.0},
    .leg = {.thigh = 0.11, .shank = 0.065, .foot = 0.06, .toe = 0.05, .stride = {0.2, 0.2}},
    .neck = {.length = 0.34, .root = 0.15, .end = 0.13, .angle = {45, 10}},
    .head = {.skull = 0.265, .muzzle = 0.0, .root = 0.0, .tip = 0.0, .angle = {0, 8}},
    .tail = {.length = 1.15,
             .root = 0.055,
             .middle = 0.05,
             .tip = 0.04,
             .angle = {150, 15},
             .bend = {-80, 20},
             .curl = {120, 60}}};

inline constexpr Build horse_build{
    .trunk = {.height = 1.12, .rump = 0.265, .waist = 0.245, .chest = 0.265, .tuck = 0.0},
    .leg = {.thigh = 0.15, .shank = 0.065, .foot = 0.05, .toe = 0.04, .stride = {0.2, 0.2}, .hooves = true},
    .neck = {.length = 0.78, .root = 0.23, .end = 0.125, .angle = {52, 10}},
    .head = {.skull = 0.125, .muzzle = 0.40, .root = 0.115, .tip = 0.08, .angle = {-42, 14}},
    .tail = {.length = 0.95,
             .root = 0.06,
             .middle = 0.115,
             .tip = 0.03,
             .angle = {200, 15},
             .bend = {45, 15},
             .curl = {10, 15}}};

inline constexpr Build cheetah_build{
    .trunk = {.height = 0.86, .rump = 0.165, .waist = 0.12, .chest = 0.205, .tuck = 0.05},
    .leg = {.thigh = 0.115, .shank = 0.05, .foot = 0.045, .toe = 0.05, .stride = {0.3, 0.25}},
    .neck = {.length = 0.36, .root = 0.135, .end = 0.10, .angle = {35, 12}},
    .head = {.skull = 0.135, .muzzle = 0.10, .root = 0.085, .tip = 0.065, .angle = {-12, 10}},
    .tail = {.length = 1.1,
             .root = 0.05,
             .middle = 0.045,
             .tip = 0.045,
             .angle = {215, 12},
             .bend = {-30, 15},
             .curl = {-60, 25},
             .dark_tip = true}};

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
