#!/usr/bin/python3
"""The PyTorch twin of `animals --data DIR`: same pictures, network, optimizer and schedule. Needs python3-torch, python3-pil.

usage: photographs_twin.py DIR [SEED ...]        DIR holds {train,test}/{dog,cat,horse,cheetah}/*.jpg
Prints test loss and accuracy for each seed (1 2 3 by default) and their mean.
"""
import pathlib
import sys

import numpy
import torch
from PIL import Image

CLASSES = ["dog", "cat", "horse", "cheetah"]
SIZE, EPOCHS, BATCH, LEARNING_RATE, MOMENTUM = 32, 15, 64, 0.01, 0.9  # animals' defaults


def read(folder):
    pictures, labels = [], []
    for label, name in enumerate(CLASSES):
        for path in sorted((folder / name).glob("*.jpg")):
            picture = Image.open(path).convert("RGB").resize((SIZE, SIZE), Image.BOX)
            pictures.append(numpy.asarray(picture, dtype=numpy.float32).transpose(2, 0, 1) / 255)
            labels.append(label)
    return torch.tensor(numpy.stack(pictures)), torch.tensor(labels)


def train(train_set, test_set, seed):
    torch.manual_seed(seed)
    x, y = train_set
    model = torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(3 * SIZE * SIZE, 256), torch.nn.ReLU(),
        torch.nn.Linear(256, 64), torch.nn.ReLU(),
        torch.nn.Linear(64, len(CLASSES)))
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
    with torch.no_grad():
        logits = model(test_set[0])
    return loss(logits, test_set[1]).item(), 100 * (logits.argmax(1) == test_set[1]).double().mean().item()


def main():
    folder, seeds = pathlib.Path(sys.argv[1]), [int(s) for s in sys.argv[2:]] or [1, 2, 3]
    train_set, test_set = read(folder / "train"), read(folder / "test")
    mean = train_set[0].mean((0, 2, 3), keepdim=True)
    deviation = train_set[0].std((0, 2, 3), unbiased=False, keepdim=True)
    train_set, test_set = [((x - mean) / deviation, y) for x, y in (train_set, test_set)]
    accuracies = []
    for seed in seeds:
        loss, accuracy = train(train_set, test_set, seed)
        accuracies.append(accuracy)
        print(f"seed {seed}: test loss {loss:.4f} accuracy {accuracy:.2f}%", flush=True)
    print(f"mean of {len(seeds)}: {sum(accuracies) / len(accuracies):.2f}%")


if __name__ == "__main__":
    main()
