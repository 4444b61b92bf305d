#pragma once

#include <minnow/core/tensor.hpp>

namespace minnow::inline MINNOW_PRECISION {

// Softmax and the entropies as plain functions, for evaluation and teaching; training uses the losses, which fuse them.
// T is float or double in every build. The last axis holds the classes: (N, C) is N samples, (C) a single one.

/// The logarithm's base: e, as training uses, or 2.
enum class Unit { nats, bits };

/// e^x_j / sum over k of e^x_k, row by row, without overflow. The shape of `logits`.
template <class T>
MINNOW_API BasicTensor<T> softmax(const BasicTensor<T>& logits);

/// log softmax(x)_j = x_j - log sum over k of e^x_k, without forming the softmax: exact where that would be 0.
template <class T>
MINNOW_API BasicTensor<T> log_softmax(const BasicTensor<T>& logits);

/// -sum over j of p_j log p_j, with 0 log 0 = 0 (Shannon, 1948): (N, C) to (N), (C) to ().
/// Throws ValueError when a probability is outside [0, 1].
template <class T>
MINNOW_API BasicTensor<T> entropy(const BasicTensor<T>& probabilities, Unit unit = Unit::nats);

/// -sum over j of t_j log p_j, with 0 log 0 = 0: (N, C) to (N), (C) to ().
/// `targets` are probabilities of the same shape, or class indices: (N) for (N, C).
template <class T>
MINNOW_API BasicTensor<T> cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets,
                                        Unit unit = Unit::nats);

/// -[t log p + (1 - t) log(1 - p)] element by element; p and t of one shape, in [0, 1].
template <class T>
MINNOW_API BasicTensor<T> binary_cross_entropy(const BasicTensor<T>& probabilities, const BasicTensor<T>& targets,
                                               Unit unit = Unit::nats);

}  // namespace minnow::inline MINNOW_PRECISION
