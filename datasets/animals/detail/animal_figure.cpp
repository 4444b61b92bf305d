#include <minnow/datasets/animals/detail/animal_build.hpp>
#include <minnow/datasets/animals/detail/animal_figure.hpp>

#include <algorithm>
#include <array>

namespace minnow::inline MINNOW_PRECISION::datasets::drawing {
namespace {

/// The points of a pose to which the parts are attached.
struct Joints {
  Vec hip, shoulder, withers, poll;  // the poll is the centre of the skull
  Vec ahead;                         // direction of the face
  std::array<Vec, 2> near_feet;
  Vec on_head(double along, double up) const { return poll + along * ahead + up * Vec{-ahead.y, ahead.x}; }
};

Vec between(Vec a, Vec b, double t) { return a + t * (b - a); }

Joints pose_joints(const Build& build, Rng& rng) {
  Joints joints;
  joints.hip = {0, build.trunk.height};
  joints.shoulder = {1, build.trunk.height};
  joints.withers = joints.shoulder + Vec{0.02, build.trunk.chest - build.neck.root};
  const double rise = build.neck.angle.draw(rng);
  joints.poll = joints.withers + build.neck.length * direction(rise * degrees);
  joints.ahead = direction((build.head.angle.draw(rng) + 0.4 * (rise - build.neck.angle.centre)) * degrees);
  return joints;
}

/// Adds one leg and returns its foot. The foot swings about the point below `top`. The joints of a hind leg form a Z; a
/// foreleg is nearly straight.
Vec add_leg(Figure& figure, const Build& build, Vec top, bool hind, double swing) {
  const auto& leg = build.leg;
  const double lift = 0.25 * std::max(0.0, swing);
  const Vec foot = top + top.y * Vec{swing, lift - 1} + Vec{0, leg.foot};
  const Vec knee = between(top, foot, 0.45) + top.y * Vec{(hind ? 0.10 : -0.02) + lift, 0};
  const Vec hock = between(top, foot, 0.75) + top.y * Vec{(hind ? -0.07 : 0.02), 0};
  figure.limb(top, knee, leg.thigh, 1.2 * leg.shank);
  figure.limb(knee, hock, 1.2 * leg.shank, leg.shank);
  figure.limb(hock, foot, leg.shank, leg.foot);
  figure.limb(foot, foot + Vec{leg.toe, 0}, leg.foot, 0.85 * leg.foot);
  return foot;
}

/// Adds the legs of one side and returns their feet. The hind leg swings by `swing`, the foreleg by -swing, as in a
/// trot.
std::array<Vec, 2> add_legs(Figure& figure, const Build& build, const Joints& joints, double swing, Vec offset) {
  const Vec hind = add_leg(figure, build, joints.hip + offset + Vec{-0.02, 0}, true, swing);
  const Vec fore = add_leg(figure, build, joints.shoulder + offset, false, -swing);
  return {hind, fore};
}

void add_hooves(Figure& figure, const Build& build, const std::array<Vec, 2>& feet) {
  if (!build.leg.hooves) return;
  figure.part(Zone::hoof);
  for (const Vec foot : feet)
    figure.limb(foot + Vec{0.01, 0.015}, foot + Vec{build.leg.toe, -0.01}, 1.1 * build.leg.foot, build.leg.foot);
}

void add_trunk(Figure& figure, const Build& build, const Joints& joints) {
  const auto& trunk = build.trunk;
  const Vec waist = between(joints.hip, joints.shoulder, 0.4) + Vec{0, trunk.tuck};
  figure.limb(joints.hip, waist, trunk.rump, trunk.waist);
  figure.limb(waist, joints.shoulder, trunk.waist, trunk.chest);
  figure.limb(joints.withers, joints.poll, build.neck.root, build.neck.end);
}

/// Adds a chain of limbs. Its direction changes by `bend` up to the middle and by `curl` from the middle to the tip.
void add_tail(Figure& figure, const Build& build, const Joints& joints, Rng& rng) {
  constexpr int links = 10;
  const auto& tail = build.tail;
  double angle = tail.angle.draw(rng);
  const double bend = tail.bend.draw(rng), curl = tail.curl.draw(rng);
  Vec end = joints.hip + 0.8 * build.trunk.rump * direction(140 * degrees);
  const auto radius = [&](int link) {
    const double t = 2.0 * link / links;
    return t < 1 ? tail.root + t * (tail.middle - tail.root) : tail.middle + (t - 1) * (tail.tip - tail.middle);
  };
  figure.part(Zone::tail);
  for (int link = 0; link < links; ++link) {
    if (tail.dark_tip && link == links - 2) figure.part(Zone::dark);
    const Vec start = end;
    end = start + (tail.length / links) * direction(angle * degrees);
    figure.limb(start, end, radius(link), radius(link + 1));
    angle += (link < links / 2 ? bend : curl) / (0.5 * links);
  }
}

/// Adds the parts common to all four animals: far legs, tail, then trunk, neck and near legs as one part, to which the
/// head is added.
Joints add_body(Figure& figure, const Build& build, Rng& rng) {
  Joints joints = pose_joints(build, rng);
  const double stride = build.leg.stride.draw(rng);
  const double swing = rng.chance(0.5) ? stride : -stride;
  const double stagger = 0.05 * rng.uniform(0.5, 1.5);  // separates near and far legs of a standing animal
  figure.part(Zone::far_side, 0.05);
  add_hooves(figure, build, add_legs(figure, build, joints, -swing, {stagger, 0.03}));
  add_tail(figure, build, joints, rng);
  figure.part(Zone::coat, 0.12);
  add_trunk(figure, build, joints);
  joints.near_feet = add_legs(figure, build, joints, swing, {-stagger, 0});
  return joints;
}

void add_muzzle(Figure& figure, const Build& build, const Joints& joints) {
  const auto& head = build.head;
  figure.disc(joints.poll, head.skull);
  figure.limb(joints.on_head(0.3 * head.skull, -0.15 * head.skull),
              joints.on_head(0.6 * head.skull + head.muzzle, -0.35 * head.skull), head.root, head.tip);
}

void add_eye(Figure& figure, Vec eye, double radius) {
  figure.part(Zone::eye);
  figure.disc(eye, radius);
  figure.part(Zone::glint);
  figure.disc(eye + radius * Vec{0.3, 0.35}, 0.35 * radius);
}

void add_dog(Figure& figure, Rng& rng) {
  const Joints joints = add_body(figure, dog_build, rng);
  const double skull = dog_build.head.skull;
  add_muzzle(figure, dog_build, joints);
  const bool pricked = rng.chance(0.3);  // semi-erect ears: up, then folded
  const Vec root = joints.on_head(-0.55 * skull, 0.6 * skull);
  figure.part(Zone::ear, 0.03);
  if (pricked) {
    const Vec fold = root + 0.17 * direction(rng.uniform(95, 115) * degrees);
    figure.limb(root, fold, 0.085, 0.045);
    figure.limb(fold, fold + 0.12 * direction(rng.uniform(-40, -10) * degrees), 0.045, 0.03);
  } else {
    const Vec fall = root + 0.3 * direction(rng.uniform(-110, -85) * degrees);
    figure.limb(root, fall, 0.06, 0.085);
  }
  figure.part(Zone::dark);
  figure.disc(joints.on_head(0.72 * skull + dog_build.head.muzzle, -0.1 * skull), 0.05);
  add_eye(figure, joints.on_head(0.45 * skull, 0.3 * skull), 0.038);
}

void add_cat(Figure& figure, Rng& rng) {
  const Joints joints = add_body(figure, cat_build, rng);
  const double skull = cat_build.head.skull;
  figure.disc(joints.poll, skull);
  // The head is half turned to the viewer: both ears and both eyes are visible.
  for (const double side : {-1.0, 1.0})
    figure.limb(joints.on_head(side * 0.52 * skull, 0.6 * skull), joints.on_head(side * 0.82 * skull, 1.55 * skull),
                0.10, 0.012);
  figure.part(Zone::inner_ear);
  for (const double side : {-1.0, 1.0})
    figure.limb(joints.on_head(side * 0.56 * skull, 0.75 * skull), joints.on_head(side * 0.76 * skull, 1.3 * skull),
                0.05, 0.01);
  figure.part(Zone::muzzle);
  for (const double side : {-1.0, 1.0})
    figure.disc(joints.on_head((0.15 + 0.2 * side) * skull, -0.42 * skull), 0.3 * skull);
  figure.part(Zone::dark);
  figure.disc(joints.on_head(0.15 * skull, -0.25 * skull), 0.035);
  for (const double side : {-1.0, 1.0})
    add_eye(figure, joints.on_head((0.13 + 0.43 * side) * skull, 0.12 * skull), 0.042);
}

void add_horse(Figure& figure, Rng& rng) {
  const Joints joints = add_body(figure, horse_build, rng);
  add_muzzle(figure, horse_build, joints);
  const Vec ear = joints.on_head(-0.06, 0.10);
  figure.limb(ear, ear + 0.17 * direction(rng.uniform(75, 100) * degrees), 0.05, 0.012);
  add_hooves(figure, horse_build, joints.near_feet);
  figure.part(Zone::mane, 0.04);
  const Vec crest = joints.on_head(0.02, 0.12);
  const Vec back = joints.withers + Vec{-0.15, 0.16};
  constexpr int locks = 5;
  for (int lock = 0; lock < locks; ++lock) {
    const Vec root = between(crest, back, (lock + 0.2) / locks);
    const double fall = rng.uniform(215, 245) * degrees;
    figure.limb(root, root + rng.uniform(0.14, 0.24) * direction(fall), 0.07, 0.035);
  }
  figure.part(Zone::dark);
  figure.disc(joints.on_head(0.12 + horse_build.head.muzzle - 0.08, 0.0), 0.018);  // the nostril
  add_eye(figure, joints.on_head(0.10, 0.02), 0.034);
}

void add_cheetah(Figure& figure, Rng& rng) {
  const Joints joints = add_body(figure, cheetah_build, rng);
  const double skull = cheetah_build.head.skull;
  add_muzzle(figure, cheetah_build, joints);
  figure.disc(joints.on_head(-0.45 * skull, 0.85 * skull), 0.05);
  figure.part(Zone::muzzle);
  figure.limb(joints.on_head(0.6 * skull, -0.45 * skull),
              joints.on_head(0.45 * skull + cheetah_build.head.muzzle, -0.55 * skull), 0.055, 0.05);
  figure.part(Zone::dark);
  figure.disc(joints.on_head(0.75 * skull + cheetah_build.head.muzzle, -0.2 * skull), 0.03);
  figure.limb(joints.on_head(0.5 * skull, 0.1 * skull), joints.on_head(0.75 * skull, -0.75 * skull), 0.016,
              0.02);  // the tear mark
  add_eye(figure, joints.on_head(0.4 * skull, 0.2 * skull), 0.032);
}

}  // namespace

void Figure::part(Zone zone, double softness) { parts_.push_back({zone, softness, limbs_.size(), 0}); }

void Figure::limb(Vec a, Vec b, double radius_a, double radius_b) {
  limbs_.push_back({a, b, radius_a, radius_b});
  ++parts_.back().count;
  low_ = {std::min({low_.x, a.x - radius_a, b.x - radius_b}), std::min({low_.y, a.y - radius_a, b.y - radius_b})};
  high_ = {std::max({high_.x, a.x + radius_a, b.x + radius_b}), std::max({high_.y, a.y + radius_a, b.y + radius_b})};
}

Figure pose_animal(Animal animal, Rng& rng) {
  Figure figure;
  switch (animal) {
    case Animal::dog:
      add_dog(figure, rng);
      break;
    case Animal::cat:
      add_cat(figure, rng);
      break;
    case Animal::horse:
      add_horse(figure, rng);
      break;
    case Animal::cheetah:
      add_cheetah(figure, rng);
      break;
  }
  return figure;
}

}  // namespace minnow::inline MINNOW_PRECISION::datasets::drawing
