#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/losses/loss.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Softmax and the entropies as plain functions, for evaluation and teaching; training uses the losses, which fuse them.
// T is float or double in every build. The last axis holds the classes: (N, C) is N samples, (C) a single one; any
// other shape is a ShapeError. Where distributions are expected, each row must hold numbers in [0, 1] that sum to 1
// within 1e-4; if not, a ValueError names the row.
//
// Reduction::none gives each sample's value, (N) for (N, C) and () for (C); the others give one number, (), added up in
// double. mean and batch_mean are both over the samples, and NaN over none.

/// The logarithm's base: e, as training uses, or 2.
enum class Unit { nats, bits };

/// e^(x_j / t) / sum over k of e^(x_k / t), row by row, without overflow; the shape of `logits`. A temperature t above
/// 1 evens the probabilities out, one below 1 sharpens them. Throws ValueError unless it is finite and positive.
template <class T>
MINNOW_API BasicTensor<T> softmax(const BasicTensor<T>& logits, double temperature = 1);

/// The logarithm of that, x_j / t - log sum over k of e^(x_k / t), without forming it: exact where softmax would be 0.
template <class T>
MINNOW_API BasicTensor<T> log_softmax(const BasicTensor<T>& logits, double temperature = 1);

/// log sum over j of e^x_j without overflow: (N, C) to (N), (C) to (). As torch.logsumexp, -inf for a row of -inf, inf
/// where one is inf, and NaN where one is NaN.
template <class T>
MINNOW_API BasicTensor<T> logsumexp(const BasicTensor<T>& logits);

/// -sum over j of p_j log p_j of distributions p, with 0 log 0 = 0 (Shannon, 1948).
template <class T>
MINNOW_API BasicTensor<T> entropy(const BasicTensor<T>& probabilities, Unit unit = Unit::nats,
                                  Reduction reduction = Reduction::none);

/// -sum over j of t_j log p_j of distributions p, with 0 log 0 = 0. `targets` are distributions of the same shape, or
/// class indices: (N) for (N, C).
template <class T>
MINNOW_API BasicTensor<T> cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets,
                                        Unit unit = Unit::nats, Reduction reduction = Reduction::none);

/// -[t log p + (1 - t) log(1 - p)] element by element; p and t of one shape, in [0, 1]. Reduction::none gives that
/// shape, mean is over the elements, and batch_mean divides their sum by the extent of the first axis.
template <class T>
MINNOW_API BasicTensor<T> binary_cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets,
                                               Unit unit = Unit::nats, Reduction reduction = Reduction::none);

/// Kullback-Leibler divergence of distributions q from distributions p of the same shape, what cross_entropy(q, p)
/// exceeds entropy(p) by: sum over j of p_j log(p_j / q_j), 0 where p_j = 0 and infinite where q_j = 0 < p_j. No digit
/// is lost where q is close to p and the terms cancel; but there it shows when p and q sum to 1 only nearly.
template <class T>
MINNOW_API BasicTensor<T> kl_divergence(const BasicTensor<T>& p, const BasicTensor<T>& q, Unit unit = Unit::nats,
                                        Reduction reduction = Reduction::none);

}  // namespace minnow::inline MINNOW_PRECISION
