#pragma once

#include <minnow/core/tensor.hpp>
#include <minnow/losses/loss.hpp>

#include <optional>

namespace minnow::inline MINNOW_PRECISION {

// Softmax and entropies as functions, for evaluation and teaching; training uses the losses, which fuse them. T is
// float or double in every build. The last axis is the class axis: (N, C) is N samples, (C) one sample; any other shape
// is a ShapeError. A row of a distribution must have elements in [0, 1] that sum to 1 within 1e-4; if not, a ValueError
// names the row.
//
// Without a reduction (std::nullopt) the entropies return the value of each sample: (N) for (N, C), () for (C). A
// reduction returns a scalar, (), accumulated in double. mean and batch_mean are both over the samples, and NaN if
// there are none.

/// Base of the logarithm: e (nats, as in training) or 2 (bits).
enum class Unit { nats, bits };

/// Returns e^(x_j / t) / sum over k of e^(x_k / t) for each row, without overflow, in the shape of `logits`. A
/// temperature t above 1 makes the distribution flatter, below 1 sharper. Throws ValueError unless t is finite and
/// positive.
template <class T>
MINNOW_API BasicTensor<T> softmax(const BasicTensor<T>& logits, double temperature = 1);

/// Returns the logarithm of softmax, x_j / t - log sum over k of e^(x_k / t), accurate even where softmax underflows
/// to 0.
template <class T>
MINNOW_API BasicTensor<T> log_softmax(const BasicTensor<T>& logits, double temperature = 1);

/// Returns log sum over j of e^x_j without overflow: (N, C) to (N), (C) to (). As torch.logsumexp: -inf for a row of
/// -inf, inf if one logit is inf, and NaN if one is NaN.
template <class T>
MINNOW_API BasicTensor<T> logsumexp(const BasicTensor<T>& logits);

/// Returns -sum over j of p_j log p_j of distributions p, with 0 log 0 = 0 (Shannon, 1948).
template <class T>
MINNOW_API BasicTensor<T> entropy(const BasicTensor<T>& probabilities, Unit unit = Unit::nats,
                                  std::optional<Reduction> reduction = std::nullopt);

/// Returns -sum over j of t_j log p_j of distributions p, with 0 log 0 = 0. `targets` are distributions of the same
/// shape, or class indices: (N) for (N, C).
template <class T>
MINNOW_API BasicTensor<T> cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets,
                                        Unit unit = Unit::nats, std::optional<Reduction> reduction = std::nullopt);

/// Returns -[t log p + (1 - t) log(1 - p)] of each element; p and t have the same shape and are in [0, 1]. Without a
/// reduction the result has this shape. mean is over the elements; batch_mean divides their sum by the extent of the
/// first axis.
template <class T>
MINNOW_API BasicTensor<T> binary_cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets,
                                               Unit unit = Unit::nats,
                                               std::optional<Reduction> reduction = std::nullopt);

/// Returns the Kullback-Leibler divergence of distributions q from distributions p of the same shape:
///   sum over j of p_j log(p_j / q_j) = cross_entropy(q, p) - entropy(p),
/// where a term is 0 if p_j = 0, and infinite if q_j = 0 < p_j. The result is accurate even if q is close to p and the
/// terms cancel; it then depends on how exactly p and q sum to 1.
template <class T>
MINNOW_API BasicTensor<T> kl_divergence(const BasicTensor<T>& p, const BasicTensor<T>& q, Unit unit = Unit::nats,
                                        std::optional<Reduction> reduction = std::nullopt);

}  // namespace minnow::inline MINNOW_PRECISION
