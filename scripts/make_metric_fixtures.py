#!/usr/bin/python3 -B
"""Writes tests/fixtures/metrics.json, multilabel_metrics.json and temperature_scaling.json: float64 references from scikit-learn;
temperatures come from SciPy, refined in 60-digit decimals.

usage: make_metric_fixtures.py        needs Debian's python3-sklearn (1.2), python3-scipy and python3-torch

Every input is a float32 value, so that the float and the double build read the same input. Undefined results are null.
"""
import decimal
import math
import warnings

import numpy
import scipy.optimize
import scipy.special
import sklearn.calibration
import sklearn.metrics as sk

from make_fixtures import tensor, write

BINS = 15


def number(value):
    return None if math.isnan(value) else float(value)


# ------------------------------------------------------------------------------------------------------------ the grid

def distributions(generator, n, classes, sharpness, steps=1024):
    """Returns rows of multiples of 1 / steps that sum to exactly 1. Few steps result in many ties."""
    p = numpy.floor(generator.dirichlet(numpy.full(classes, sharpness), n) * steps)
    p[numpy.arange(n), generator.integers(0, classes, n)] += steps - p.sum(axis=1)
    return p / steps


def likely_labels(generator, p, trust):
    """Returns labels, drawn from p with probability `trust`, else uniformly from all classes."""
    drawn = [generator.choice(p.shape[1], p=row) for row in p]
    return numpy.where(generator.random(len(p)) < trust, drawn, generator.integers(0, p.shape[1], len(p)))


def grid():
    generator = numpy.random.default_rng(5)
    for classes, n in [(2, 40), (3, 50), (10, 80)]:
        p = distributions(generator, n, classes, 0.5)
        yield f"{classes} classes", p, likely_labels(generator, p, 0.7)
        p = distributions(generator, n, classes, 0.7, 8)
        yield f"{classes} classes, ties", p, likely_labels(generator, p, 0.5)
    p = distributions(generator, 60, 3, [2, 0.5, 0.2])
    yield "imbalanced", p, likely_labels(generator, p, 0.9)
    p = distributions(generator, 30, 4, 1)
    p[:, 1] += p[:, 2]
    p[:, 2] = 0
    yield "a class never predicted", p, likely_labels(generator, p, 0.5)
    p = distributions(generator, 30, 4, 1)
    labels = likely_labels(generator, p, 0.8)
    yield "a class absent from the truth", p, numpy.where(labels == 3, 0, labels)
    labels = numpy.arange(12) % 3
    p = numpy.full((12, 3), 0.125) + 0.625 * numpy.eye(3)[labels]
    yield "perfect", p, labels
    yield "certain and right", numpy.eye(3)[labels], labels
    yield "all wrong", p, (labels + 1) % 3
    yield "certain and wrong", numpy.eye(3)[labels], (labels + 1) % 3
    yield "one class only", distributions(generator, 9, 3, 1), numpy.full(9, 2)
    yield "one class only, all right", p[labels == 1], numpy.full(4, 1)
    yield "batch of 1", distributions(generator, 1, 3, 1), numpy.array([1])
    for name, steps in [("binary", 1024), ("binary, ties", 8)]:
        p = distributions(generator, 40, 2, 0.5, steps)
        yield name, p[:, 1], likely_labels(generator, p, 0.7)
    yield "binary, one class only", p[:9, 1], numpy.ones(9, dtype=int)
    yield "binary, the other class only", p[:9, 1], numpy.zeros(9, dtype=int)
    yield "binary, batch of 1", p[:1, 1], numpy.array([0])


# ------------------------------------------------------------------------------------------------------------- metrics

def by_counts(labels, predicted, classes):
    every = list(range(classes))
    confusion = {str(normalize): tensor(sk.confusion_matrix(labels, predicted, labels=every, normalize=normalize))
                 for normalize in (None, "true", "pred", "all")}
    scores = {str(average): [numpy.asarray(v, dtype=float).tolist() for v in sk.precision_recall_fscore_support(
        labels, predicted, labels=every, average=average, zero_division=0)[:3]]
        for average in (None, "macro", "micro", "weighted")}
    return {"confusion": confusion, "precision_recall_f1": scores,
            "accuracy": sk.accuracy_score(labels, predicted),
            "balanced_accuracy": number(sk.balanced_accuracy_score(labels, predicted)),
            "matthews": float(sk.matthews_corrcoef(labels, predicted)),
            "kappa": number(sk.cohen_kappa_score(labels, predicted))}


def top_k(p, labels):
    """Returns the top-k accuracies. The classes are reversed, because scikit-learn ranks the higher of two tied classes first."""
    classes = p.shape[1]
    return [float(sk.top_k_accuracy_score(classes - 1 - labels, p[:, ::-1], k=k, labels=range(classes)))
            for k in range(1, classes)]


def ranking(measure, needs_negatives, p, labels):
    """Returns the scores of (N), (N, C), for class indices (N) or labels (N, C) of 0 and 1."""
    classes = range(p.shape[1]) if p.ndim == 2 else []
    columns = [(labels == 1, p)] if p.ndim == 1 else [
        (labels[:, c] == 1 if labels.ndim == 2 else labels == c, p[:, c]) for c in classes]
    defined = [truth.any() and (not truth.all() or not needs_negatives) for truth, _ in columns]
    values = [float(measure(truth, score)) if d else None for d, (truth, score) in zip(defined, columns)]
    if p.ndim == 1:
        return {"per_class": values, "macro": values[0], "weighted": values[0], "micro": values[0]}
    truths = numpy.stack([truth for truth, _ in columns], axis=1)
    some = numpy.array(defined)
    result = {"per_class": values, "micro": float(measure(truths.ravel(), p.ravel())), "macro": None, "weighted": None}
    for average in ["macro", "weighted"]:
        if some.any():
            result[average] = float(measure(truths[:, some], p[:, some], average=average)) if some.sum() > 1 else values[
                int(some.argmax())]
    return result


def calibration(confidence, right):
    edges = numpy.linspace(0, 1, BINS + 1)
    bin_of = numpy.searchsorted(edges[1:-1], confidence)
    counts = numpy.bincount(bin_of, minlength=BINS)
    accuracy, mean = sklearn.calibration.calibration_curve(right, confidence, n_bins=BINS, pos_label=True)
    gaps = numpy.abs(accuracy - mean)
    return {"counts": counts.tolist(), "accuracy": accuracy.tolist(), "mean_confidence": mean.tolist(),
            "ece": float((gaps * counts[counts > 0]).sum() / len(confidence)), "mce": float(gaps.max())}


def metric_case(case, p, labels):
    assert (p == p.astype(numpy.float32)).all() and (p >= 0).all()
    two = numpy.stack([1 - p, p], axis=1) if p.ndim == 1 else p
    classes = two.shape[1]
    assert (two.sum(axis=1) == 1).all()
    predicted = two.argmax(axis=1)
    brier = float(((two - numpy.eye(classes)[labels]) ** 2).sum(axis=1).mean())
    if p.ndim == 1:
        brier = float(sk.brier_score_loss(labels, p, pos_label=1))
    result = {"case": case, "probabilities": tensor(p), "targets": tensor(labels), "classes": classes,
              **by_counts(labels, predicted, classes),
              "log_loss": float(sk.log_loss(labels, two, labels=range(classes))), "brier": brier,
              "calibration": calibration(two.max(axis=1), predicted == labels),
              "roc_auc": ranking(sk.roc_auc_score, True, p, labels),
              "average_precision": ranking(sk.average_precision_score, False, p, labels)}
    if p.ndim == 2 and classes > 2:
        result["top_k"] = top_k(p, labels)
        if len(set(labels)) == classes:
            for average in ["macro", "weighted"]:
                whole = sk.roc_auc_score(labels, p, multi_class="ovr", average=average)
                assert math.isclose(whole, result["roc_auc"][average], rel_tol=1e-14)
    return result


# ------------------------------------------------------------------------------------------ any number of labels

def multilabel_case(case, scores, labels, threshold):
    assert (scores == scores.astype(numpy.float32)).all()
    predicted = (scores > threshold).astype(int)
    averages = (None, "macro", "micro", "weighted")
    counts = {str(average): [numpy.asarray(v, dtype=float).tolist() for v in sk.precision_recall_fscore_support(
        labels, predicted, average=average, zero_division=0)[:3]] for average in averages}
    return {"case": case, "scores": tensor(scores), "targets": tensor(labels), "threshold": threshold,
            "confusion": tensor(sk.multilabel_confusion_matrix(labels, predicted)), "precision_recall_f1": counts,
            "accuracy": sk.accuracy_score(labels, predicted), "binary_accuracy": 1 - sk.hamming_loss(labels, predicted),
            "roc_auc": ranking(sk.roc_auc_score, True, scores, labels),
            "average_precision": ranking(sk.average_precision_score, False, scores, labels)}


def multilabel_grid():
    generator = numpy.random.default_rng(7)

    def noisy(n, classes, share, steps=64):
        labels = (generator.random((n, classes)) < share).astype(int)
        scores = numpy.round(steps * (generator.standard_normal((n, classes)) + 1.5 * labels - 0.75)) / steps
        return scores, labels

    for classes, n in [(2, 30), (3, 40), (8, 60)]:
        yield multilabel_case(f"{classes} labels, logits", *noisy(n, classes, 0.4), 0)
        yield multilabel_case(f"{classes} labels, ties", *noisy(n, classes, 0.4, 2), 0)
    scores, labels = noisy(40, 4, 0.3)
    probabilities = numpy.round(1024 / (1 + numpy.exp(-scores))) / 1024
    yield multilabel_case("4 labels, probabilities", probabilities, labels, 0.5)
    yield multilabel_case("4 labels, a high threshold", probabilities, labels, 0.75)
    yield multilabel_case("imbalanced", *noisy(60, 3, [0.9, 0.3, 0.05]), 0)
    scores, labels = noisy(20, 4, 0.5)
    yield multilabel_case("a label that no sample has", scores, labels * [1, 0, 1, 1], 0)
    yield multilabel_case("a label that every sample has", scores, labels | [0, 0, 1, 0], 0)
    yield multilabel_case("a label never predicted", scores - [0, 9, 0, 0], labels, 0)
    yield multilabel_case("samples without labels", scores, labels * (numpy.arange(20) % 2)[:, None], 0)
    yield multilabel_case("perfect", 2.0 * labels - 1, labels, 0)
    yield multilabel_case("all wrong", 1 - 2.0 * labels, labels, 0)
    yield multilabel_case("one sample", scores[:1], labels[:1], 0)


# -------------------------------------------------------------------------------------------------------- temperatures

def exact_slope(logits, labels, b):
    """Returns the first and second derivative of the summed cross-entropy with respect to b = 1 / T, in decimals."""
    first = second = decimal.Decimal(0)
    for row, label in zip(logits, labels):
        x = [decimal.Decimal(float(v)) for v in row]
        terms = [((v - max(x)) * b).exp() for v in x]
        mean = sum(t * v for t, v in zip(terms, x)) / sum(terms)
        first += mean - x[label]
        second += sum(t * (v - mean) ** 2 for t, v in zip(terms, x)) / sum(terms)
    return first, second


def temperature_case(case, logits, labels):
    logits = numpy.asarray(logits, dtype=numpy.float32).astype(numpy.float64)
    two = numpy.stack([0 * logits, logits], axis=1) if logits.ndim == 1 else logits
    rows = numpy.arange(len(two))

    def slope(log_b):
        p = scipy.special.softmax(math.exp(log_b) * two, axis=1)
        return (p * two).sum() - two[rows, labels].sum()

    b = decimal.Decimal(math.exp(scipy.optimize.brentq(slope, math.log(1e-6), math.log(1e6), xtol=1e-15)))
    start = b
    for _ in range(6):
        first, second = exact_slope(two, labels, b)
        b -= first / second
    assert abs(b / start - 1) < 1e-8, (case, start, b)
    return {"case": case, "logits": tensor(logits), "targets": tensor(labels), "temperature": float(1 / b)}


def temperatures():
    generator = numpy.random.default_rng(6)

    def noisy(n, classes, scale, noise=1.0):
        labels = generator.integers(0, classes, n)
        x = noise * generator.standard_normal((n, classes)) + 1.5 * numpy.eye(classes)[labels]
        return numpy.round(64 * x) / 64 * scale, labels

    for scale in [1 / 1024, 1 / 8, 1, 8, 1024]:
        yield temperature_case(f"3 classes times {scale}", *noisy(40, 3, scale))
    yield temperature_case("10 classes", *noisy(60, 10, 3))
    yield temperature_case("2 classes", *noisy(30, 2, 2))
    x, labels = noisy(30, 2, 2)
    yield temperature_case("binary", x[:, 1] - x[:, 0], labels)
    yield temperature_case("one wrong of 50, by a hair", [[4, 0]] * 49 + [[0, 0.0625]], numpy.zeros(50, dtype=int))
    yield temperature_case("one wrong of 50, by far", [[1, 0]] * 49 + [[0, 40]], numpy.zeros(50, dtype=int))
    yield temperature_case("hardly better than chance", [[1, 0]] * 26 + [[0, 1]] * 25, numpy.zeros(51, dtype=int))
    x, labels = noisy(20, 3, 1, 0.1)
    yield temperature_case("all right but one", x, numpy.where(numpy.arange(20) == 0, (labels + 1) % 3, labels))


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # scikit-learn warns about undefined metrics, which some cases test
    decimal.getcontext().prec = 60
    write("metrics.json", [metric_case(*case) for case in grid()])
    write("multilabel_metrics.json", list(multilabel_grid()))
    write("temperature_scaling.json", list(temperatures()))
