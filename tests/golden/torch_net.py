"""A Convolab spec as a PyTorch module.

Every layer becomes the nn.Module that it is named after, under the layer's own name, so that the
module's state_dict has the names which Convolab gives its parameters.
"""

import torch
from torch import nn
from torch.nn import functional as F

INITIALISER = ("init",)  # attributes that do not change what a layer computes


class UnevenPad(nn.Module):
    """padding: [top, bottom, left, right], which nn.Conv2d itself cannot express."""

    def __init__(self, conv, padding, mode):
        super().__init__()
        top, bottom, left, right = padding
        self.weight, self.bias = conv.weight, conv.bias
        self.settings = (conv.stride, 0, conv.dilation, conv.groups)
        self.padding = [left, right, top, bottom]
        self.mode = "constant" if mode == "zeros" else mode

    def forward(self, x):
        return F.conv2d(F.pad(x, self.padding, self.mode), self.weight, self.bias, *self.settings)


class Add(nn.Module):
    def forward(self, *inputs):
        total = inputs[0]
        for x in inputs[1:]:
            total = total + x
        return total


class Concat(nn.Module):
    def forward(self, *inputs):
        return torch.cat(inputs, dim=1)


def pair(value):
    return tuple(value) if isinstance(value, list) else value


def make_module(layer, x):
    """The module of one layer; x is its (first) input."""
    a = {k: pair(v) for k, v in layer.items() if k not in ("type", "name", "inputs") + INITIALISER}
    kind, channels = layer["type"], x.shape[1]
    if kind == "conv2d":
        padding = a.get("padding", 0)
        if isinstance(padding, tuple) and len(padding) == 4:
            mode = a.pop("padding_mode", "zeros")
            a["padding"] = 0
            return UnevenPad(nn.Conv2d(channels, **a), padding, mode)
        return nn.Conv2d(channels, **a)
    if kind == "linear":
        return nn.Linear(channels, **a)
    if kind == "avg_pool2d" and a.get("divisor_override") == 0:
        del a["divisor_override"]
    if kind == "batch_norm2d":
        return nn.BatchNorm2d(channels, **a)
    if kind == "softmax":
        return nn.Softmax(dim=1)
    if kind == "global_avg_pool2d":
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return {
        "max_pool2d": nn.MaxPool2d,
        "avg_pool2d": nn.AvgPool2d,
        "adaptive_avg_pool2d": nn.AdaptiveAvgPool2d,
        "relu": nn.ReLU,
        "leaky_relu": nn.LeakyReLU,
        "tanh": nn.Tanh,
        "sigmoid": nn.Sigmoid,
        "dropout": nn.Dropout,
        "flatten": nn.Flatten,
        "add": Add,
        "concat": Concat,
    }[kind](**a)


class TorchNet(nn.Module):
    """Layers of the spec must be named; "inputs" defaults to the layer before."""

    def __init__(self, spec, batch=1):
        super().__init__()
        self.wiring = []
        values = {"input": torch.zeros(batch, *spec["input"])}
        before = "input"
        for layer in spec["layers"]:
            inputs = layer.get("inputs", [before])
            module = make_module(layer, values[inputs[0]]).eval()
            self.add_module(layer["name"], module)
            self.wiring.append((layer["name"], inputs))
            with torch.no_grad():
                values[layer["name"]] = module(*(values[name] for name in inputs))
            before = layer["name"]
        self.double()

    def forward(self, x):
        values = {"input": x}
        for name, inputs in self.wiring:
            values[name] = getattr(self, name)(*(values[i] for i in inputs))
        return values[self.wiring[-1][0]]

    def tensors(self):
        """Parameters and running statistics by name; without PyTorch's count of batches."""
        return {k: v for k, v in self.state_dict().items() if not k.endswith("num_batches_tracked")}
