"""Trains LeNet-5 on the digits in PyTorch, for `npm run bench:quality`: one JSON line per epoch.

Usage: torch_quality.py FOLDER THREADS EPOCHS SEED SHIFT ROTATE SCALE. Plain PyTorch: the pictures of
a batch are moved together (affine_grid, grid_sample), its usual eager mode, Adam at 0.002, batches
of 64. The seconds count training and validation, from the first batch on.
"""

import gzip
import json
import math
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

folder, (threads, epochs, seed), (shift, rotate, scale) = (
    Path(sys.argv[1]),
    map(int, sys.argv[2:5]),
    map(float, sys.argv[5:8]),
)
torch.set_num_threads(threads)
torch.manual_seed(seed)


def read(name, header):
    return torch.frombuffer(bytearray(gzip.decompress((folder / name).read_bytes())[header:]), dtype=torch.uint8)


def split(parts):
    pictures = torch.cat([read(each["images"], 16) for each in parts]).view(-1, 1, 28, 28)
    return pictures.float() / 255, torch.cat([read(each["labels"], 8) for each in parts]).long()


def moved(pictures):
    """Each picture shifted, turned and scaled at random, bilinear, zeros outside."""
    count, size = len(pictures), pictures.shape[-1]
    draw = torch.rand(4, count) * 2 - 1
    angle = draw[2] * rotate * math.pi / 180
    factor = 1 + scale * draw[3]
    cosine, sine = torch.cos(angle) / factor, torch.sin(angle) / factor
    x, y = draw[0] * shift * 2 / size, draw[1] * shift * 2 / size
    theta = torch.stack(
        [
            torch.stack([cosine, sine, -cosine * x - sine * y], 1),
            torch.stack([-sine, cosine, sine * x - cosine * y], 1),
        ],
        1,
    )
    grid = functional.affine_grid(theta, pictures.shape, align_corners=False)
    return functional.grid_sample(pictures, grid, align_corners=False)


manifest = json.loads((folder / "manifest.json").read_text())
train, train_labels = split(manifest["train"])
validation, validation_labels = split(manifest["validation"])
network = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(400, 120),
    nn.ReLU(),
    nn.Linear(120, 84),
    nn.ReLU(),
    nn.Linear(84, 10),
)
optimizer = torch.optim.Adam(network.parameters(), lr=0.002)
loss_of = nn.CrossEntropyLoss()
began = time.perf_counter()
for epoch in range(epochs):
    network.train()
    order = torch.randperm(len(train))
    for at in range(0, len(train), 64):
        chosen = order[at : at + 64]
        optimizer.zero_grad()
        loss_of(network(moved(train[chosen])), train_labels[chosen]).backward()
        optimizer.step()
    network.eval()
    with torch.inference_mode():
        right = (network(validation).argmax(1) == validation_labels).float().mean().item()
    print(json.dumps({"epoch": epoch + 1, "accuracy": right, "seconds": time.perf_counter() - began}), flush=True)
