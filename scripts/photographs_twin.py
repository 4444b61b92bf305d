#!/usr/bin/python3
"""PyTorch equivalent of `animals --data DIR`: same images, network, optimizer and schedule. Needs python3-torch, python3-pil.

usage: photographs_twin.py DIR [SEED ...] [--model dense|cnn] [--net SPEC] [--epochs 25] [--batch-size 64]
                           [--learning-rate 0.003] [--schedule one_cycle|linear] [--weight-decay 0.01]
                           [--label-smoothing 0.05] [--no-flip] [--shift 4] [--size 64] [--threads 1]

DIR contains {train,test}/{dog,cat,horse,cheetah}/*.jpg, or Fashion-MNIST's IDX files. Prints test loss and accuracy for each seed
(1 2 3 by default) and the mean accuracy. The options apply to the convolutional model (AdamW, mirrored and shifted images); the
dense model has the settings of `animals`. SPEC is a comma-separated list: cN convolution 3 x 3 with padding 1 and N filters, without
bias if b follows; b batch norm; r ReLU; p max pool 2; g global average pool; dX dropout; f flatten; lN dense.
"""
import argparse
import pathlib
import sys
import time

import numpy
import torch

sys.dont_write_bytecode = True
import images_to_raw

DENSE_SIZE, EPOCHS, BATCH, LEARNING_RATE, MOMENTUM = 32, 15, 64, 0.01, 0.9  # animals' defaults for dense layers
NET = "c16,b,r,p,c32,b,r,p,c64,b,r,p,c128,b,r,p,g,d0.2,l4"


def make_network(spec, channels, side):
    """Returns the network described by SPEC, for images (channels, side, side)."""
    layers, features, words = [], channels, spec.split(",")
    for word, following in zip(words, words[1:] + [""]):
        kind, value = word[:1], word[1:]
        if kind == "c":
            layers.append(torch.nn.Conv2d(features, int(value), 3, padding=1, bias=following != "b"))
            features = int(value)
        elif kind == "b":
            layers.append((torch.nn.BatchNorm2d if side else torch.nn.BatchNorm1d)(features))
        elif kind == "r":
            layers.append(torch.nn.ReLU())
        elif kind == "p":
            layers.append(torch.nn.MaxPool2d(2))
            side //= 2
        elif kind == "g":
            layers.append(torch.nn.AdaptiveAvgPool2d(1))
            side = 1
        elif kind == "d":
            layers.append(torch.nn.Dropout(float(value)))
        elif kind in ("f", "l"):
            if side:
                layers.append(torch.nn.Flatten())
                features, side = features * side * side, 0
            if kind == "l":
                layers.append(torch.nn.Linear(features, int(value)))
                features = int(value)
        else:
            sys.exit(f"photographs_twin.py: --net: expected words such as c16, b, r, p, g, d0.2, f or l4, got '{word}'")
    return torch.nn.Sequential(*layers)


def read(folder, size):
    parts = images_to_raw.read_parts(folder, size)
    return [(torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.int64)) for x, y in parts]


def augment(x, flip, shift):
    """Mirrors each image with probability 1/2 and shifts it by up to `shift` pixels along each axis, padded with 0."""
    count, _, side, _ = x.shape
    if flip:
        x = torch.where(torch.rand(count, 1, 1, 1) < 0.5, x.flip(3), x)
    padded = torch.nn.functional.pad(x, (shift,) * 4)
    corners = torch.randint(0, 2 * shift + 1, (count, 2)).tolist()
    return torch.stack([image[:, top:top + side, left:left + side] for image, (top, left) in zip(padded, corners)])


def train_dense(train_set, seed):
    torch.manual_seed(seed)
    x, y = train_set
    model = torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(x[0].numel(), 256), torch.nn.ReLU(),
        torch.nn.Linear(256, 64), torch.nn.ReLU(),
        torch.nn.Linear(64, int(y.max()) + 1))
    loss = torch.nn.CrossEntropyLoss()
    sgd = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
    steps = EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(sgd, lambda step: 1 - step / steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            sgd.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            sgd.step()
            schedule.step()
    return model


def train_cnn(train_set, seed, options):
    torch.manual_seed(seed)
    x, y = train_set
    model = make_network(options.net, *x.shape[1:3]).to(memory_format=torch.channels_last)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=options.label_smoothing)
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]  # no weight decay for biases and normalisation layers
    adamw = torch.optim.AdamW([{"params": weights, "weight_decay": options.weight_decay}, {"params": others, "weight_decay": 0}],
                              lr=options.learning_rate)
    steps = options.epochs * -(-len(x) // options.batch_size)
    if options.schedule == "one_cycle":
        schedule = torch.optim.lr_scheduler.OneCycleLR(adamw, options.learning_rate, total_steps=steps)
    else:
        schedule = torch.optim.lr_scheduler.LambdaLR(adamw, lambda step: 1 - step / steps)
    for _ in range(options.epochs):
        for batch in torch.randperm(len(x)).split(options.batch_size):
            adamw.zero_grad(set_to_none=True)
            inputs = augment(x[batch], not options.no_flip, options.shift).contiguous(memory_format=torch.channels_last)
            loss(model(inputs), y[batch]).backward()
            adamw.step()
            schedule.step()
    return model


def evaluate(model, test_set):
    x, y = test_set
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(part) for part in x.split(256)])
    return torch.nn.functional.cross_entropy(logits, y).item(), 100 * (logits.argmax(1) == y).double().mean().item()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--model", choices=["dense", "cnn"], default="dense")
    parser.add_argument("--net", default=NET)
    parser.add_argument("--schedule", choices=["one_cycle", "linear"], default="one_cycle")
    parser.add_argument("--no-flip", action="store_true")
    for name, value in {"epochs": 25, "batch-size": 64, "shift": 4, "size": 64, "threads": 1}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    for name, value in {"learning-rate": 0.003, "weight-decay": 0.01, "label-smoothing": 0.05}.items():
        parser.add_argument(f"--{name}", type=float, default=value)
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    train_set, test_set = read(options.folder, options.size if options.model == "cnn" else DENSE_SIZE)
    mean = train_set[0].mean((0, 2, 3), keepdim=True)
    deviation = train_set[0].std((0, 2, 3), unbiased=False, keepdim=True)
    train_set, test_set = [((x - mean) / deviation, y) for x, y in (train_set, test_set)]
    accuracies = []
    for seed in options.seeds:
        start = time.perf_counter()
        model = train_dense(train_set, seed) if options.model == "dense" else train_cnn(train_set, seed, options)
        taken = time.perf_counter() - start
        loss, accuracy = evaluate(model, test_set)
        accuracies.append(accuracy)
        print(f"seed {seed}: test loss {loss:.4f} accuracy {accuracy:.2f}%, trained in {taken:.1f} s", flush=True)
    print(f"mean of {len(options.seeds)}: {numpy.mean(accuracies):.2f}%")


if __name__ == "__main__":
    main()
