"""Measures PyTorch for `npm run bench`: a JSON line in, a JSON line out.

{"open": "train" | "infer", "net": {...}, "batch": 64} makes a network; {"ms": 500} runs it for so
long and answers {"rate": images per second}; {"memory": true} answers {"memory": MB at most since
the network was made}. One thread, float32, its usual eager mode.
"""

import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)


def module_of(layer):
    kind, inputs = layer["type"], layer["from"][0]
    if kind == "conv2d":
        return nn.Conv2d(
            inputs,
            layer["out_channels"],
            layer["kernel_size"],
            padding=layer.get("padding", 0),
            groups=layer.get("groups", 1),
        )
    if kind == "linear":
        return nn.Linear(inputs, layer["out_features"])
    if kind == "max_pool2d":
        return nn.MaxPool2d(layer["kernel_size"])
    return nn.ReLU() if kind == "relu" else nn.Flatten()


def optimizer_of(net, parameters):
    settings = net["optimizer"]
    if settings["type"] == "sgd":
        return torch.optim.SGD(parameters, lr=settings["lr"], momentum=settings["momentum"])
    return torch.optim.Adam(parameters, lr=settings["lr"])


def training(net, network, batch):
    count = max(64, batch) * 4
    pictures = torch.rand(count, *net["input"])
    labels = torch.arange(count) % 10
    optimizer = optimizer_of(net, network.parameters())
    loss_of = nn.CrossEntropyLoss()
    at = 0

    def run():
        nonlocal at
        of = slice(at, at + batch)
        at = (at + batch) % count
        optimizer.zero_grad()
        loss = loss_of(network(pictures[of]), labels[of])
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def answering(net, network, batch):
    pictures = torch.rand(batch, *net["input"])
    network.eval()

    def run():
        with torch.inference_mode():
            return network(pictures)

    return run


def rate_of(run, batch, seconds):
    runs, began = 0, time.perf_counter()
    while True:
        run()
        runs += 1
        passed = time.perf_counter() - began
        if passed >= seconds:
            return runs * batch / passed


def memory(name):
    with open("/proc/self/status", encoding="utf8") as status:
        for line in status:
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0


def main():
    run, batch, before = None, 1, 0
    for line in sys.stdin:
        asked = json.loads(line)
        if "open" in asked:
            net, batch, before = asked["net"], asked["batch"], memory("VmRSS")
            network = nn.Sequential(*map(module_of, net["layers"]))
            make = training if asked["open"] == "train" else answering
            run = make(net, network, batch)
            answer = {}
        elif "memory" in asked:
            answer = {"memory": memory("VmHWM") - before}
        else:
            answer = {"rate": rate_of(run, batch, asked["ms"] / 1000)}
        print(json.dumps(answer), flush=True)


main()
