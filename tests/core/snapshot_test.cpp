#include <minnow/core/error.hpp>
#include <minnow/core/rng.hpp>
#include <minnow/core/snapshot.hpp>

#include <tests/support/message.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace minnow {
namespace {

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

/// An object with one member of each kind.
struct Sample {
  std::string type = "Sample";
  std::uint64_t steps = 0;
  double rate = 0;
  FixedTensor values{Shape{2}};
  FixedTensor later;  // has the shape (2) after its first use

  void visit_state(StateVisitor& visitor) {
    visitor.constant("type", type);
    visitor.visit("steps", steps);
    visitor.visit("rate", rate);
    visitor.visit("values", values);
    visitor.visit("later", later, Shape{2});
  }
};

Sample used() {
  Sample sample;
  sample.steps = std::numeric_limits<std::uint64_t>::max();
  sample.rate = -0.0;
  sample.values = Tensor{nan, -std::numeric_limits<Real>::infinity()};
  sample.later = Tensor{3, 4};
  return sample;
}

TEST(Snapshot, RestoresAllKindsToTheBit) {
  Sample sample = used(), other;
  const Snapshot snapshot(sample);
  snapshot.restore(other);
  EXPECT_EQ(first_difference(Snapshot(other), snapshot), "") << "NaN counts as equal to the same NaN";
  EXPECT_EQ(other.steps, sample.steps);
  EXPECT_TRUE(std::signbit(other.rate));
  EXPECT_TRUE(std::isnan(other.values(0)));
  EXPECT_EQ(other.later, (Tensor{3, 4}));
  sample.values.fill(1);
  EXPECT_NE(first_difference(Snapshot(sample), snapshot), "") << "a snapshot is a copy";
}

TEST(Snapshot, RestoresATensorToItsStateBeforeTheFirstUse) {
  Sample unused, sample = used();
  const Snapshot snapshot(unused);
  snapshot.restore(sample);
  EXPECT_FALSE(sample.later.has_shape());
  EXPECT_EQ(first_difference(Snapshot(sample), snapshot), "");
}

TEST(Snapshot, NamesTheFirstDifference) {
  Sample a = used(), b = used(), c = used();
  const Snapshot first(a, b);
  EXPECT_EQ(first_difference(first, Snapshot(a, c)), "");
  c.rate = 0;
  EXPECT_EQ(first_difference(first, Snapshot(a, c)), "1.rate") << "0 and -0 differ in a bit";
  EXPECT_EQ(first_difference(first, Snapshot(a)), "1.type");
  EXPECT_EQ(first_difference(Snapshot(a), first), "1.type");
  EXPECT_EQ(first_difference(Snapshot(), Snapshot(a)), "0.type");
}

/// Returns the error of a restore, which must leave the objects unchanged.
template <class... Objects>
std::string refused(const Snapshot& snapshot, Objects&... objects) {
  const Snapshot before(objects...);
  const std::string error = message<Error>([&] { snapshot.restore(objects...); });
  EXPECT_EQ(first_difference(Snapshot(objects...), before), "");
  return error;
}

TEST(Snapshot, RefusesOtherObjectsAndChangesNothing) {
  Sample a = used(), b = used(), fresh, typed, more;
  const Snapshot snapshot(a, b);
  typed.type = "Other";
  EXPECT_EQ(refused(snapshot, fresh, typed), "Snapshot: expected 1.type to be Sample, got Other.");
  Sample of_three, second;
  of_three.later = Tensor{1, 2, 3};
  EXPECT_EQ(refused(snapshot, fresh, of_three), "Snapshot: expected 1.later of shape (2), got (3).");
  EXPECT_EQ(refused(snapshot, fresh), "Snapshot: expected the objects that were saved, with 1.type, got nothing more.");
  EXPECT_EQ(refused(snapshot, fresh, second, more),
            "Snapshot: expected the objects that were saved, with nothing more, got 2.type.");
  Rng rng{1};
  EXPECT_EQ(refused(snapshot, fresh, rng), "Snapshot: expected the objects that were saved, with 1.type, got 1.key.");
}

/// An object whose tensor may have no shape, a shape, or be a scalar.
struct Holder {
  FixedTensor tensor;
  void visit_state(StateVisitor& visitor) { visitor.visit("tensor", tensor); }
};

TEST(Snapshot, ATensorWithoutAShapeIsNoScalar) {
  Holder none, scalar{FixedTensor(Shape{})}, empty{FixedTensor({0, 3})}, other;
  EXPECT_EQ(refused(Snapshot(none), scalar), "Snapshot: expected 0.tensor of shape none, got ().");
  EXPECT_EQ(refused(Snapshot(scalar), none), "Snapshot: expected 0.tensor of shape (), got none.");
  EXPECT_EQ(refused(Snapshot(empty), scalar), "Snapshot: expected 0.tensor of shape (0, 3), got ().");
  EXPECT_EQ(refused(Snapshot(none), other), "no error");
  EXPECT_EQ(refused(Snapshot(empty), empty), "no error");
}

TEST(Snapshot, RestoresTwoObjectsOfOneTypeInOrder) {
  Rng a{1}, b{2};
  a.bits(), b.uniform(), b.normal();
  const Snapshot snapshot(a, b);
  const std::uint64_t next_a = a.bits(), next_b = b.bits();
  Rng first{3}, second{4};
  snapshot.restore(first, second);
  EXPECT_EQ(first.bits(), next_a);
  EXPECT_EQ(second.bits(), next_b);
}

TEST(Snapshot, CanBeCopiedAndRestoredTwice) {
  Sample sample = used();
  Snapshot snapshot(sample);
  const Snapshot copy(snapshot);
  for (int time = 0; time < 2; ++time) {
    sample.steps = 5;
    sample.later.fill(0);
    copy.restore(sample);
    EXPECT_EQ(first_difference(Snapshot(sample), snapshot), "");
  }
}

/// An object that visits another number of members when it is written: a mistake of its author.
struct Inconsistent {
  std::uint64_t value = 1;
  void visit_state(StateVisitor& visitor) {
    visitor.visit("value", value);
    if (visitor.writes()) visitor.visit("more", value);
  }
};

TEST(Snapshot, AnInconsistentVisitThrows) {
  Inconsistent object;
  const Snapshot snapshot(object);
  EXPECT_EQ(message<Error>([&] { snapshot.restore(object); }),
            "Snapshot: expected the objects that were saved, with nothing more, got 0.more.");
}

}  // namespace
}  // namespace minnow
