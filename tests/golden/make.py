#!/usr/bin/python3
"""Writes the golden data of the layer, network and training tests from PyTorch 1.13.

    apt-get install --no-install-recommends python3-torch python3-numpy
    tests/golden/make.py            writes *.json and *.safetensors beside this script
    tests/golden/make.py --check    makes them again and compares with what is there

See README.md for the format.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import cases
from torch_net import TorchNet

HERE = Path(__file__).parent
DIGITS = 9  # of a float32 in decimal


# --- tensors ---------------------------------------------------------------------------------------

def bfloat16(values):
    """Rounded to 8 significant bits: given data takes half the room that way and stays exact."""
    return torch.tensor(values, dtype=torch.float32).to(torch.bfloat16).to(torch.float64)


def draw(rng, shape, low=-1.0, high=1.0):
    return bfloat16(rng.uniform(low, high, shape))


def draw_parameter(rng, name, shape):
    if name.endswith("running_var"):
        return draw(rng, shape, 0.5, 2.0)
    if name.endswith("weight") and len(shape) == 1:  # batch norm's
        return draw(rng, shape, 0.5, 1.5)
    if name.endswith("weight"):
        bound = (3.0 / float(np.prod(shape[1:]))) ** 0.5
        return draw(rng, shape, -bound, bound)
    return draw(rng, shape, -0.5, 0.5)


class Safetensors:
    """Given tensors are stored as BF16, expected ones as F32."""

    def __init__(self):
        self.header, self.data = {}, b""

    def add(self, name, tensor, given=False):
        tensor = tensor.detach().to(torch.float32)
        if given:
            raw = (tensor.numpy().view(np.uint32) >> 16).astype("<u2").tobytes()
        else:
            raw = tensor.contiguous().numpy().astype("<f4").tobytes()
        self.header[name] = {"dtype": "BF16" if given else "F32", "shape": list(tensor.shape),
                             "data_offsets": [len(self.data), len(self.data) + len(raw)]}
        self.data += raw

    def bytes(self):
        header = json.dumps(self.header, separators=(",", ":")).encode()
        header += b" " * (-len(header) % 8)
        return struct.pack("<Q", len(header)) + header + self.data


def read_safetensors(raw):
    """{name: (dtype, float64 array)}"""
    size = struct.unpack("<Q", raw[:8])[0]
    header, data = json.loads(raw[8:8 + size]), raw[8 + size:]
    out = {}
    for name, entry in header.items():
        part = data[slice(*entry["data_offsets"])]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(part, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(part, "<f4")
        out[name] = (entry["dtype"], values.astype(np.float64).reshape(entry["shape"]))
    return out


# --- layers and networks -----------------------------------------------------------------------------

def run_case(case, store):
    """One forward and backward pass in float64."""
    name, spec, training = case["name"], case["spec"], case["training"]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    net = TorchNet(spec)
    state = net.tensors()
    for key, tensor in state.items():
        tensor.copy_(draw_parameter(rng, key, tensor.shape))
        store.add(f"{name}#{key}", tensor, given=True)
    x = draw(rng, [case["batch"], *spec["input"]], -2.0, 2.0)
    if case.get("ties"):
        x = torch.round(x)
    x.requires_grad_()
    net.train(training)
    y = net(x)
    grad_output = draw(rng, y.shape)
    y.backward(grad_output)
    store.add(f"{name}#input", x, given=True)
    store.add(f"{name}#grad_output", grad_output, given=True)
    store.add(f"{name}#output", y)
    store.add(f"{name}#grad.input", x.grad)
    for key, parameter in net.named_parameters():
        store.add(f"{name}#grad.{key}", parameter.grad)
    if training:
        for key, tensor in net.named_buffers():
            if not key.endswith("num_batches_tracked"):
                store.add(f"{name}#after.{key}", tensor)


def make_group(group):
    store = Safetensors()
    for case in group:
        run_case(case, store)
    document = json.dumps({"cases": group}, indent=None, separators=(",", ":"))
    document = document.replace('{"name"', '\n{"name"')  # a case a line
    return document + "\n", store.bytes()


# --- losses and optimisers ---------------------------------------------------------------------------

def numbers(tensor):
    return [float(f"{v:.{DIGITS}g}") for v in tensor.detach().flatten().tolist()]


def make_losses():
    out = []
    for name, batch, classes, scale in [("one_sample", 1, 3, 1.0), ("ten_classes", 5, 10, 2.0),
                                        ("large_logits", 4, 6, 300.0), ("one_class", 3, 1, 1.0)]:
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        y = (draw(rng, [batch, classes]) * scale).requires_grad_()
        labels = torch.tensor(rng.integers(0, classes, batch))
        for loss in ["cross_entropy", "mse"]:
            y.grad = None
            if loss == "cross_entropy":
                losses = F.cross_entropy(y, labels, reduction="none")
                F.cross_entropy(y, labels).backward()
            else:
                target = F.one_hot(labels, classes).to(torch.float64)
                losses = F.mse_loss(y, target, reduction="none").mean(dim=1)
                F.mse_loss(y, target).backward()
            out.append({"name": f"{loss}/{name}", "loss": loss, "batch": batch, "classes": classes,
                        "output": numbers(y), "labels": labels.tolist(), "losses": numbers(losses),
                        "correct": int((y.argmax(dim=1) == labels).sum()),
                        "grad_output": numbers(y.grad)})
    return out


def make_optimizers():
    """Five steps on one small net, whose input and labels stay: the gradients come from the net."""
    constructors = {"sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop,
                    "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    spec = cases.OPTIMIZER_SPEC
    out = []
    for name, kind, lr, settings in cases.OPTIMIZERS:
        rng = np.random.default_rng(7)
        net = TorchNet(spec).train()
        start = {}
        for key, tensor in net.tensors().items():
            tensor.copy_(draw_parameter(rng, key, tensor.shape))
            start[key] = numbers(tensor)
        x = draw(rng, [4, *spec["input"]], -2.0, 2.0)
        labels = torch.tensor([0, 2, 1, 2])
        arguments = dict(settings)
        if "beta1" in arguments:
            arguments["betas"] = (arguments.pop("beta1"), arguments.pop("beta2"))
        optimizer = constructors[kind](net.parameters(), lr=lr, **arguments)
        losses = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x), labels)
            losses.append(float(f"{loss.item():.{DIGITS}g}"))
            loss.backward()
            optimizer.step()
        out.append({"name": name, "type": kind, "lr": lr, "settings": settings,
                    "input": numbers(x), "labels": labels.tolist(), "start": start,
                    "losses": losses,
                    "end": {key: numbers(tensor) for key, tensor in net.tensors().items()}})
    return out


def make_training():
    document = json.dumps({"spec": cases.OPTIMIZER_SPEC, "losses": make_losses(),
                           "optimizers": make_optimizers()}, separators=(",", ":"))
    return document.replace('{"name"', '\n{"name"') + "\n"


# --- writing and checking ----------------------------------------------------------------------------

def close(was, now):
    """Equal within 1e-6 of the largest value: CPUs differ in the last bit."""
    was, now = np.asarray(was, np.float64), np.asarray(now, np.float64)
    if was.shape != now.shape:
        return False
    return was.size == 0 or np.abs(was - now).max() <= 1e-6 * max(np.abs(was).max(), 1e-30)


def same_json(was, now):
    if isinstance(was, dict) and isinstance(now, dict):
        return was.keys() == now.keys() and all(same_json(was[k], now[k]) for k in was)
    if isinstance(was, list) and was and all(isinstance(v, (int, float)) for v in was):
        return isinstance(now, list) and close(was, now)
    if isinstance(was, list) and isinstance(now, list):
        return len(was) == len(now) and all(same_json(a, b) for a, b in zip(was, now))
    return was == now


def same(path, content):
    if not path.exists():
        return False
    if path.suffix == ".json":
        return same_json(json.loads(path.read_text()), json.loads(content))
    was, now = read_safetensors(path.read_bytes()), read_safetensors(content)
    return was.keys() == now.keys() and all(
        was[k][0] == now[k][0] and close(was[k][1], now[k][1]) for k in was)


def main():
    torch.set_num_threads(1)
    files = {}
    for group, content in [("layers", cases.layers()), ("nets", cases.nets())]:
        files[f"{group}.json"], files[f"{group}.safetensors"] = make_group(content)
    files["training.json"] = make_training()
    if "--check" in sys.argv[1:]:
        stale = [name for name, content in files.items() if not same(HERE / name, content)]
        for name in stale:
            print(f"{name}: differs from what PyTorch {torch.__version__} gives; run make.py")
        sys.exit(1 if stale else 0)
    for name, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        (HERE / name).write_bytes(raw)
        print(f"{name}: {len(raw):,} bytes")


if __name__ == "__main__":
    main()
