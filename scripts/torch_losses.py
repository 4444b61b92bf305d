"""PyTorch's losses by their names in Minnow. Losses that PyTorch lacks are built from its operations."""
import warnings

import torch
from torch.nn import functional as F

warnings.filterwarnings("ignore", "reduction: 'mean'")  # warning of KLDivLoss


def focal(x, t, o, reduction):
    """Returns -w_y (1 - p_y)^gamma log p_y for class indices y."""
    counted = t != o.get("ignore_index", -100)
    labels = torch.where(counted, t, torch.zeros_like(t))
    log_p = F.log_softmax(x, dim=1).gather(1, labels.unsqueeze(1)).squeeze(1)
    weight = counted * (o["weight"][labels] if "weight" in o else torch.ones_like(log_p))
    losses = -weight * (1 - log_p.exp()) ** o.get("gamma", 2) * log_p
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / weight.sum()}[reduction]


def sigmoid_focal(x, t, o, reduction):
    alpha, gamma = o.get("alpha", 0.25), o.get("gamma", 2)
    p = torch.sigmoid(x)
    losses = F.binary_cross_entropy_with_logits(x, t, reduction="none")
    losses = losses * (1 - (p * t + (1 - p) * (1 - t))) ** gamma
    if alpha >= 0:
        losses = (alpha * t + (1 - alpha) * (1 - t)) * losses
    return {"none": losses, "sum": losses.sum(), "mean": losses.mean()}[reduction]


def cosine_embedding(x, t, o, reduction):
    return F.cosine_embedding_loss(x[:, 0], x[:, 1], t, reduction=reduction, **o)


def of_torch(function):
    return lambda x, t, o, reduction: function(x, t, reduction=reduction, **o)


LOSSES = {"CrossEntropyLoss": of_torch(F.cross_entropy), "NLLLoss": of_torch(F.nll_loss),
          "BCELoss": of_torch(F.binary_cross_entropy),
          "BCEWithLogitsLoss": of_torch(F.binary_cross_entropy_with_logits), "KLDivLoss": of_torch(F.kl_div),
          "FocalLoss": focal, "SigmoidFocalLoss": sigmoid_focal, "MSELoss": of_torch(F.mse_loss),
          "L1Loss": of_torch(F.l1_loss), "HuberLoss": of_torch(F.huber_loss),
          "SmoothL1Loss": of_torch(F.smooth_l1_loss), "MultiMarginLoss": of_torch(F.multi_margin_loss),
          "CosineEmbeddingLoss": cosine_embedding}
INDICES = ("CrossEntropyLoss", "NLLLoss", "FocalLoss", "MultiMarginLoss")


def evaluate(name, x, t, options, sample_weights, reduction, divisor, dtype):
    """Returns the loss and its gradient (numpy, float64). `divisor` is used for the reductions that PyTorch lacks."""
    x = torch.tensor(x, dtype=dtype, requires_grad=True)
    indices = name in INDICES and t.shape != tuple(x.shape)
    t = torch.tensor(t, dtype=torch.int64 if indices else dtype)
    o = {k: torch.tensor(v, dtype=dtype) if k.endswith("weight") else v for k, v in options.items()}
    if sample_weights is not None:
        losses = LOSSES[name](x, t, o, "none").reshape(len(x), -1).sum(dim=1)
        value = (losses * torch.tensor(sample_weights, dtype=dtype)).sum() / divisor
    elif reduction == "batch_mean":
        value = LOSSES[name](x, t, o, "sum") / divisor
    else:
        value = LOSSES[name](x, t, o, reduction)
    value.backward()
    return value.item(), x.grad.double().numpy()
