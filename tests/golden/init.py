"""Golden values of torch.nn.init: gains, and what the ways of starting a weight come to for shapes: bounds of uniform ones, standard
deviations of normal ones, by asking torch's own functions on recording tensors. Usage: init.py > init.h"""
import torch
from torch import nn

SHAPES = [(5, 3), (4, 6), (8, 3, 5), (6, 2, 3, 3), (3, 4, 2, 1, 2)]


class Recorder(torch.Tensor):
    """Tells what the last fill was given."""
    given = None

    def uniform_(self, a=0, b=1, generator=None):
        Recorder.given = b
        return self

    def normal_(self, mean=0, std=1, generator=None):
        Recorder.given = std
        return self


def asked(fill, shape, *args, **kwargs):
    fill(torch.zeros(*shape).as_subclass(Recorder), *args, **kwargs)
    return Recorder.given


def row(name, values):
    print(f"static const double golden_{name}[] = {{ " + ", ".join(f"{float(v):.17g}" for v in values) + " };")


init = nn.init
print(f"/* Made by init.py with PyTorch {torch.__version__.split('+')[0]}. */")
row("gain", [init.calculate_gain(n) for n in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")] + [init.calculate_gain("leaky_relu", 0.3)])
row("xavier_uniform", [asked(init.xavier_uniform_, s, gain=1.5) for s in SHAPES])
row("xavier_normal", [asked(init.xavier_normal_, s, gain=1.5) for s in SHAPES])
row("kaiming_uniform", [asked(init.kaiming_uniform_, s, a=0.25) for s in SHAPES])
row("kaiming_normal", [asked(init.kaiming_normal_, s, a=0.25) for s in SHAPES])
row("kaiming_uniform_out", [asked(init.kaiming_uniform_, s, mode="fan_out", nonlinearity="tanh") for s in SHAPES])
row("kaiming_normal_out", [asked(init.kaiming_normal_, s, mode="fan_out", nonlinearity="relu") for s in SHAPES])
row("dirac1d", init.dirac_(torch.zeros(5, 3, 4)).reshape(-1))
row("dirac2d", init.dirac_(torch.zeros(6, 2, 3, 2), 2).reshape(-1))
row("dirac3d", init.dirac_(torch.zeros(2, 2, 2, 3, 1)).reshape(-1))
row("eye", init.eye_(torch.zeros(3, 4)).reshape(-1))
# Mean and variance of N(mean, std^2) within a .. b
for name, mean, std, a, b in (("trunc", 0.0, 1.0, -2.0, 2.0), ("trunc_aside", 1.0, 0.5, 0.9, 3.0), ("trunc_far", 0.0, 1.0, 7.0, 9.0)):
    x = torch.linspace(a, b, 2000001, dtype=torch.float64)
    w = torch.exp(-((x - mean) / std) ** 2 / 2)
    m = (w * x).sum() / w.sum()
    row(name, [m, ((w * (x - m) ** 2).sum() / w.sum()).sqrt()])
