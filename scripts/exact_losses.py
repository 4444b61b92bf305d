"""Computes losses and their derivatives in 60-digit decimals, because float64 cancels for probabilities close to 1.

A function for a loss on classes computes one row (the scores of one classification). The function returns the loss, its
gradient and the row's part of the divisor of the mean. A function for an elementwise loss computes one element.
`evaluate` runs a loss over a batch.
"""
import decimal
import math

import numpy

decimal.getcontext().prec = 60
D = decimal.Decimal
ZERO, ONE = D(0), D(1)


def log_softmax(row):
    top = max(row)
    log_sum = sum((v - top).exp() for v in row).ln()
    return [v - top - log_sum for v in row]


def sigmoid(x):
    return ONE / (ONE + (-x).exp())


def softplus(x):
    return max(x, ZERO) + (ONE + (-abs(x)).exp()).ln()


def power(base, exponent):
    return ONE if exponent == 0 else base ** exponent


# ---------------------------------------------------------------------------- a row of C scores and its label or target

def cross_entropy(x, target, o):
    classes, smoothing = len(x), D(o.get("label_smoothing", 0))
    weight = o.get("weight", [ONE] * classes)
    if isinstance(target, list):
        q = [w * (t * (1 - smoothing) + smoothing / classes) for w, t in zip(weight, target)]
        count = ONE
    else:
        if target == o.get("ignore_index", -100):
            return ZERO, [ZERO] * classes, ZERO
        q = [w * smoothing / classes for w in weight]
        q[target] += weight[target] * (1 - smoothing)
        count = weight[target]
    log_p = log_softmax(x)
    gradient = [l.exp() * sum(q) - t for t, l in zip(q, log_p)]
    return -sum(t * l for t, l in zip(q, log_p)), gradient, count


def nll(x, label, o):
    if label == o.get("ignore_index", -100):
        return ZERO, [ZERO] * len(x), ZERO
    weight = o["weight"][label] if "weight" in o else ONE
    return -weight * x[label], [-weight if k == label else ZERO for k in range(len(x))], weight


def focal(x, label, o):
    if label == o.get("ignore_index", -100):
        return ZERO, [ZERO] * len(x), ZERO
    weight = o["weight"][label] if "weight" in o else ONE
    gamma, log_p = D(o.get("gamma", 2)), log_softmax(x)
    p = [l.exp() for l in log_p]
    others = sum(v for k, v in enumerate(p) if k != label)  # 1 - p_y
    if others == 0:
        return ZERO, [ZERO] * len(x), weight
    slope = gamma * power(others, gamma - 1) * p[label] * log_p[label] - power(others, gamma)  # dL / dlog p_y
    gradient = [weight * slope * (others if k == label else -p[k]) for k in range(len(x))]
    return -weight * power(others, gamma) * log_p[label], gradient, weight


def multi_margin(x, label, o):
    p, margin = o.get("p", 1), D(o.get("margin", 1))
    weight = (o["weight"][label] if "weight" in o else ONE) / len(x)
    loss, gradient = ZERO, [ZERO] * len(x)
    for k, v in enumerate(x):
        gap = margin - x[label] + v
        if k != label and gap > 0:
            loss += weight * gap ** p
            gradient[k] = weight * p * gap ** (p - 1)
            gradient[label] -= gradient[k]
    return loss, gradient, ONE


# -------------------------------------------------------------------------------------------- an element and its target

def bce(x, t, o, weight, _):
    floor = D(-100)
    log_p = max(x.ln(), floor) if x > 0 else floor
    log_q = max((1 - x).ln(), floor) if x < 1 else floor
    return -weight * (t * log_p + (1 - t) * log_q), weight * (x - t) / max(x * (1 - x), D(1e-12))


def bce_with_logits(x, t, o, weight, pos_weight):
    loss = pos_weight * t * softplus(-x) + (1 - t) * softplus(x)
    return weight * loss, weight * ((1 - t) * sigmoid(x) - pos_weight * t * sigmoid(-x))


def sigmoid_focal(x, t, o, *_):
    alpha, gamma = D(o.get("alpha", 0.25)), D(o.get("gamma", 2))
    p, q = sigmoid(x), sigmoid(-x)
    wrong = q * t + p * (1 - t)  # 1 - p_t
    entropy = t * softplus(-x) + (1 - t) * softplus(x)
    slope = (p * (1 - t) - q * t) * power(wrong, gamma)
    if gamma != 0:
        slope += gamma * entropy * power(wrong, gamma - 1) * p * q * (1 - 2 * t)
    balance = alpha * t + (1 - alpha) * (1 - t) if alpha >= 0 else ONE
    return balance * entropy * power(wrong, gamma), balance * slope


def kl_div(x, t, o, *_):
    if o.get("log_target", False):
        return t.exp() * (t - x), -t.exp()
    return (t * (t.ln() - x) if t > 0 else ZERO), -t


def mse(x, t, *_):
    return (x - t) ** 2, 2 * (x - t)


def l1(x, t, *_):
    return abs(x - t), D((x > t) - (x < t))


def huber(x, t, o, *_):
    delta, d = D(o.get("delta", 1)), x - t
    if abs(d) <= delta:
        return d * d / 2, d
    return delta * (abs(d) - delta / 2), delta.copy_sign(d)


def smooth_l1(x, t, o, *_):
    beta, d = D(o.get("beta", 1)), x - t
    if abs(d) < beta:
        return d * d / 2 / beta, d / beta
    return abs(d) - beta / 2, l1(x, t)[1]


# ----------------------------------------------------------------------------- two vectors, and whether they are similar

def cosine_embedding(a, b, similar, o):
    margin, epsilon = D(o.get("margin", 0)), D(1e-12)
    aa, bb = sum(v * v for v in a) + epsilon, sum(v * v for v in b) + epsilon
    length = (aa * bb).sqrt()
    cosine = sum(u * v for u, v in zip(a, b)) / length
    slope = -ONE if similar else ONE if cosine >= margin else ZERO  # of the loss by the cosine
    loss = 1 - cosine if similar else max(cosine - margin, ZERO)
    gradient = [[slope * (v / length - cosine * u / aa) for u, v in zip(a, b)],
                [slope * (u / length - cosine * v / bb) for u, v in zip(a, b)]]
    return loss, gradient


# --------------------------------------------------------------------------------------------------------------- batches

CLASSES = {"CrossEntropyLoss": cross_entropy, "NLLLoss": nll, "FocalLoss": focal, "MultiMarginLoss": multi_margin}
ELEMENTS = {"BCELoss": bce, "BCEWithLogitsLoss": bce_with_logits, "SigmoidFocalLoss": sigmoid_focal, "KLDivLoss": kl_div,
            "MSELoss": mse, "L1Loss": l1, "HuberLoss": huber, "SmoothL1Loss": smooth_l1}


def decimals(values):
    return [D(v) for v in numpy.asarray(values).ravel().tolist()]


def by_sample(values, x):
    return numpy.array(values, dtype=object).reshape(len(x), len(values) // max(len(x), 1))


def classes(loss, x, t, options):
    rows = numpy.moveaxis(x, 1, -1)
    o = {k: decimals(v) if k == "weight" else v for k, v in options.items()}
    if t.shape == x.shape:
        targets = [decimals(row) for row in numpy.moveaxis(t, 1, -1).reshape(-1, x.shape[1])]
    else:
        targets = [int(v) for v in t.ravel()]
    results = [loss(decimals(row), target, o) for row, target in zip(rows.reshape(-1, x.shape[1]), targets)]
    gradient = numpy.array([r[1] for r in results], dtype=object).reshape(rows.shape)
    return by_sample([r[0] for r in results], x), numpy.moveaxis(gradient, -1, 1), by_sample([r[2] for r in results], x)


def elements(loss, x, t, options):
    weights = [decimals(numpy.broadcast_to(options.get(name, 1.0), x.shape)) for name in ("weight", "pos_weight")]
    results = [loss(*row[:2], options, *row[2:]) for row in zip(decimals(x), decimals(t), *weights)]
    losses = by_sample([r[0] for r in results], x)
    return losses, numpy.array([r[1] for r in results], dtype=object).reshape(x.shape), numpy.full(losses.shape, ONE)


def pairs(x, t, options):
    results = [cosine_embedding(decimals(a), decimals(b), similar == 1, options) for (a, b), similar in zip(x, t)]
    losses = by_sample([r[0] for r in results], x)
    return losses, numpy.array([r[1] for r in results], dtype=object).reshape(x.shape), numpy.full(losses.shape, ONE)


def evaluate(name, x, t, options, sample_weights):
    """Returns per_sample (N), the gradient of its sum, and the divisors of sum, mean and batch_mean."""
    if name == "CosineEmbeddingLoss":
        losses, gradient, counts = pairs(x, t, options)
    else:
        losses, gradient, counts = (classes(CLASSES[name], x, t, options) if name in CLASSES else
                                    elements(ELEMENTS[name], x, t, options))
    s = numpy.array(decimals(numpy.ones(len(x)) if sample_weights is None else sample_weights), dtype=object)
    gradient = gradient * s.reshape((-1,) + (1,) * (x.ndim - 1))
    divisors = {"mean": (counts.sum(axis=1) * s).sum(), "sum": ONE, "batch_mean": s.sum()}
    return losses.sum(axis=1) * s, gradient, divisors


def quotient(value, divisor):
    """Returns value / divisor, or NaN if the divisor is 0."""
    return math.nan if divisor == 0 else float(value / D(divisor))
