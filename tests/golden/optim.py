#!/usr/bin/env python3
"""Makes optim.h: weights after 1, 10 and 100 steps of PyTorch's optimizers, in f32 and f64; those with groups after 200.

    python3 tests/golden/optim.py > tests/golden/optim.h        (needs PyTorch; the header names the version used)

Weights [5, 3] and bias [3] start at 2 + i / 16. Gradients are multiples of 1 / 256 between -1 and 3, from a linear congruential
generator, so that C and Python, f32 and f64, see the very same numbers; tests/api/test_optim.c repeats both. Where `skips` is
set, the bias has no gradient in the steps 1, 4, 7 ...

Where options of a group are given, the bias is in a group of its own, and a scheduler of PyTorch's, stepped behind each step, sets both
groups' lr (and momentum, by one_cycle). Lion and LAMB, which PyTorch has not, are written here from their papers (Chen et al. 2023,
algorithm 2; You et al. 2020, algorithm 2, with phi the identity). For Muon the bias is [1, 3].
"""
import numpy as np
import torch
from torch.optim import lr_scheduler as L
from torch.optim.swa_utils import SWALR

WEIGHTS, BIASES = 15, 3
STEPS = (1, 10, 100)
GROUP_STEPS = (1, 50, 200)


class Lion(torch.optim.Optimizer):
    def __init__(self, groups, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False, foreach=False, **more):
        super().__init__(groups, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize, **more))

    def step(self):
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                g = p.grad.numpy() * (-1 if group["maximize"] else 1)
                self.update(group, self.state[p], p.detach().numpy(), g)

    def update(self, group, state, x, g):
        (b1, b2), kind, m = group["betas"], x.dtype.type, state.get("mean", g * 0)
        direction = np.sign(kind(b1) * m + kind(1 - b1) * g)
        x[...] = x * kind(1 - group["lr"] * group["weight_decay"]) - kind(group["lr"]) * direction
        state["mean"] = kind(b2) * m + kind(1 - b2) * g


class LAMB(Lion):
    def __init__(self, groups, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01, maximize=False, foreach=False):
        super().__init__(groups, lr, betas, weight_decay, maximize, eps=eps)

    def update(self, group, state, x, g):
        (b1, b2), kind, t = group["betas"], x.dtype.type, state.get("t", 0) + 1
        m, v = state.get("mean", g * 0), state.get("square", g * 0)
        m, v = kind(b1) * m + kind(1 - b1) * g, kind(b2) * v + kind(1 - b2) * g * g
        r = m / kind(1 - b1**t) / (np.sqrt(v / kind(1 - b2**t)) + kind(group["eps"]))
        u = r + kind(group["weight_decay"]) * x
        size, step = np.linalg.norm(x), np.linalg.norm(u)
        x[...] = x - kind(group["lr"] * (size / step if size and step else 1)) * u
        state.update(t=t, mean=m, square=v)


class Muon(torch.optim.Muon):
    def __init__(self, groups, foreach=False, **options):
        super().__init__(groups, **options)


CASES = [  # name, wick's optimizer and options, torch's class and options, skips
    ("sgd", "sgd", "lr=0.01", torch.optim.SGD, dict(lr=0.01)),
    ("sgd_momentum", "sgd", "lr=0.001,momentum=0.9", torch.optim.SGD, dict(lr=0.001, momentum=0.9)),
    ("sgd_dampening_decay", "sgd", "lr=0.001,momentum=0.9,dampening=0.3,weight_decay=0.05", torch.optim.SGD,
     dict(lr=0.001, momentum=0.9, dampening=0.3, weight_decay=0.05)),
    ("sgd_nesterov", "sgd", "lr=5e-4,momentum=0.95,weight_decay=0.01,nesterov", torch.optim.SGD,
     dict(lr=5e-4, momentum=0.95, weight_decay=0.01, nesterov=True)),
    ("sgd_maximize", "sgd", "lr=0.01,momentum=0.5,weight_decay=0.1,maximize", torch.optim.SGD,
     dict(lr=0.01, momentum=0.5, weight_decay=0.1, maximize=True)),
    ("sgd_skips", "sgd", "lr=0.002,momentum=0.9,dampening=0.5", torch.optim.SGD,
     dict(lr=0.002, momentum=0.9, dampening=0.5), True),
    ("sgd_nesterov_maximize", "sgd", "lr=2e-3,momentum=0.8,nesterov,maximize", torch.optim.SGD,
     dict(lr=2e-3, momentum=0.8, nesterov=True, maximize=True)),
    ("adagrad", "adagrad", "", torch.optim.Adagrad, {}),
    ("adagrad_decays", "adagrad", "lr=0.05,lr_decay=0.02,weight_decay=0.01", torch.optim.Adagrad,
     dict(lr=0.05, lr_decay=0.02, weight_decay=0.01)),
    ("adagrad_accumulator", "adagrad", "lr=0.1,initial_accumulator_value=0.5,eps=1e-3,maximize", torch.optim.Adagrad,
     dict(lr=0.1, initial_accumulator_value=0.5, eps=1e-3, maximize=True)),
    ("rmsprop", "rmsprop", "lr=0.001", torch.optim.RMSprop, dict(lr=0.001)),
    ("rmsprop_momentum", "rmsprop", "lr=5e-4,alpha=0.9,momentum=0.8", torch.optim.RMSprop,
     dict(lr=5e-4, alpha=0.9, momentum=0.8)),
    ("rmsprop_centered", "rmsprop", "lr=1e-3,alpha=0.95,centered", torch.optim.RMSprop,
     dict(lr=1e-3, alpha=0.95, centered=True)),
    ("rmsprop_all", "rmsprop", "lr=2e-4,alpha=0.95,eps=1e-4,weight_decay=0.1,momentum=0.7,centered,maximize",
     torch.optim.RMSprop, dict(lr=2e-4, alpha=0.95, eps=1e-4, weight_decay=0.1, momentum=0.7, centered=True, maximize=True)),
    ("adam", "adam", "", torch.optim.Adam, {}),
    ("adam_decay", "adam", "lr=3e-3,beta1=0.8,beta2=0.99,weight_decay=0.1", torch.optim.Adam,
     dict(lr=3e-3, betas=(0.8, 0.99), weight_decay=0.1)),
    ("adam_amsgrad", "adam", "lr=2e-3,beta2=0.9,amsgrad", torch.optim.Adam, dict(lr=2e-3, betas=(0.9, 0.9), amsgrad=True)),
    ("adam_maximize", "adam", "lr=2e-3,eps=1e-6,weight_decay=0.1,maximize", torch.optim.Adam,
     dict(lr=2e-3, eps=1e-6, weight_decay=0.1, maximize=True)),
    ("adam_amsgrad_maximize", "adam", "lr=2e-3,beta2=0.9,weight_decay=0.1,amsgrad,maximize", torch.optim.Adam,
     dict(lr=2e-3, betas=(0.9, 0.9), weight_decay=0.1, amsgrad=True, maximize=True)),
    ("adam_skips", "adam", "lr=2e-3", torch.optim.Adam, dict(lr=2e-3), True),
    ("adamw", "adamw", "", torch.optim.AdamW, {}),
    ("adamw_maximize", "adamw", "lr=3e-3,beta1=0.8,maximize", torch.optim.AdamW,
     dict(lr=3e-3, betas=(0.8, 0.999), maximize=True)),
    ("adamw_amsgrad_maximize", "adamw", "lr=2e-3,beta2=0.95,eps=1e-6,weight_decay=0.2,amsgrad,maximize", torch.optim.AdamW,
     dict(lr=2e-3, betas=(0.9, 0.95), eps=1e-6, weight_decay=0.2, amsgrad=True, maximize=True)),
    ("adamax", "adamax", "", torch.optim.Adamax, {}),
    ("adamax_all", "adamax", "lr=4e-3,beta1=0.8,beta2=0.95,eps=1e-3,weight_decay=0.1,maximize", torch.optim.Adamax,
     dict(lr=4e-3, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, maximize=True)),
    ("nadam", "nadam", "", torch.optim.NAdam, {}),
    ("nadam_skips", "nadam", "lr=1e-3,momentum_decay=0.01,weight_decay=0.1", torch.optim.NAdam,
     dict(lr=1e-3, momentum_decay=0.01, weight_decay=0.1), True),
    ("nadam_maximize", "nadam", "beta1=0.8,beta2=0.99,eps=1e-6,weight_decay=0.1,maximize", torch.optim.NAdam,
     dict(betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, maximize=True)),
    ("nadam_decoupled", "nadam", "lr=1e-3,weight_decay=0.1,decoupled_weight_decay,maximize", torch.optim.NAdam,
     dict(lr=1e-3, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)),
    ("radam", "radam", "", torch.optim.RAdam, {}),
    ("radam_maximize", "radam", "beta1=0.8,beta2=0.99,eps=1e-6,weight_decay=0.1,maximize", torch.optim.RAdam,
     dict(betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, maximize=True)),
    ("radam_decoupled", "radam", "lr=3e-3,beta2=0.99,weight_decay=0.1,decoupled_weight_decay,maximize", torch.optim.RAdam,
     dict(lr=3e-3, betas=(0.9, 0.99), weight_decay=0.1, decoupled_weight_decay=True, maximize=True)),
    ("radam_skips", "radam", "lr=2e-3,beta2=0.9,weight_decay=0.05", torch.optim.RAdam,
     dict(lr=2e-3, betas=(0.9, 0.9), weight_decay=0.05), True),
    ("adadelta", "adadelta", "", torch.optim.Adadelta, {}),
    ("adadelta_all", "adadelta", "lr=0.5,rho=0.95,eps=1e-4,weight_decay=0.1,maximize", torch.optim.Adadelta,
     dict(lr=0.5, rho=0.95, eps=1e-4, weight_decay=0.1, maximize=True)),
    ("rprop", "rprop", "", torch.optim.Rprop, {}),
    ("rprop_all", "rprop", "lr=1e-3,etaminus=0.6,etaplus=1.1,step_min=1e-4,step_max=0.02,maximize", torch.optim.Rprop,
     dict(lr=1e-3, etas=(0.6, 1.1), step_sizes=(1e-4, 0.02), maximize=True)),
    ("asgd", "asgd", "", torch.optim.ASGD, {}),
    ("asgd_all", "asgd", "lr=2e-3,lambd=1e-2,alpha=0.6,t0=20,weight_decay=0.05,maximize", torch.optim.ASGD,
     dict(lr=2e-3, lambd=1e-2, alpha=0.6, t0=20, weight_decay=0.05, maximize=True)),
    ("lion", "lion", "lr=1e-3", Lion, dict(lr=1e-3)),
    ("lion_all", "lion", "lr=2e-3,beta1=0.8,beta2=0.95,weight_decay=0.3,maximize", Lion,
     dict(lr=2e-3, betas=(0.8, 0.95), weight_decay=0.3, maximize=True)),
    ("lamb", "lamb", "", LAMB, {}),
    ("lamb_all", "lamb", "lr=2e-3,beta1=0.8,beta2=0.95,eps=1e-3,weight_decay=0.3,maximize", LAMB,
     dict(lr=2e-3, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3, maximize=True)),
    ("muon", "muon", "", Muon, {}),
    ("muon_original", "muon", "lr=5e-3,nesterov=false,eps=100", Muon,
     dict(lr=5e-3, nesterov=False, eps=100, adjust_lr_fn="original")),
    ("muon_match_rms_adamw", "muon", "lr=2e-3,momentum=0.8,weight_decay=0.01,nesterov=false,match_rms_adamw", Muon,
     dict(lr=2e-3, momentum=0.8, weight_decay=0.01, nesterov=False, adjust_lr_fn="match_rms_adamw")),
    ("muon_to_the_end", "muon", "ns_a=1.875,ns_b=-1.25,ns_c=0.375,ns_steps=12", Muon,
     dict(ns_coefficients=(1.875, -1.25, 0.375), ns_steps=12)),
    ("muon_spectral_unclamped", "muon", "lr=2e-3,momentum=0.8,weight_decay=0.01,spectral_unclamped", Muon,
     dict(lr=2e-3, momentum=0.8, weight_decay=0.01, adjust_lr_fn="spectral_unclamped")),
]
SCHEDULES = {  # wick's name, or that of a case in tests/api/test_optim.c; wick's options, torch's scheduler
    "constant": ("factor=0.3,total_iters=50", lambda o: L.ConstantLR(o, 0.3, 50)),
    "cosine": ("t_max=80,eta_min=1e-4", lambda o: L.CosineAnnealingLR(o, 80, 1e-4)),
    "cosine_restarts": ("t_0=30,t_mult=2", lambda o: L.CosineAnnealingWarmRestarts(o, 30, 2)),
    "exponential": ("gamma=0.99", lambda o: L.ExponentialLR(o, 0.99)),
    "lambda": ("", lambda o: L.LambdaLR(o, lambda t: 1 - (t % 50) / 100)),
    "linear": ("start_factor=0.1,total_iters=40", lambda o: L.LinearLR(o, 0.1, 1, 40)),
    "multistep": ("milestones=50:120,gamma=0.3", lambda o: L.MultiStepLR(o, [50, 120], 0.3)),
    "one_cycle": ("max_lr=0.005,total_steps=201", lambda o: L.OneCycleLR(o, 0.005, 201)),
    "polynomial": ("total_iters=180,power=2", lambda o: L.PolynomialLR(o, 180, 2)),
    "sequential": ("", lambda o: L.SequentialLR(o, [L.LinearLR(o, 0.1, 1, 20), L.CosineAnnealingLR(o, 180)], [20])),
    "step": ("step_size=30,gamma=0.5", lambda o: L.StepLR(o, 30, 0.5)),
    "swa": ("swa_lr=5e-4,anneal_epochs=40", lambda o: SWALR(o, 5e-4, 40)),
}
GROUPS = [  # the same without skips, then the bias's options, and a schedule
    ("sgd_groups", "sgd", "lr=1e-3,momentum=0.9,weight_decay=0.01", torch.optim.SGD,
     dict(lr=1e-3, momentum=0.9, weight_decay=0.01), "lr=2e-3,momentum=0.5,weight_decay=0,maximize",
     dict(lr=2e-3, momentum=0.5, weight_decay=0, maximize=True), "sequential"),
    ("sgd_one_cycle", "sgd", "momentum=0.9", torch.optim.SGD, dict(momentum=0.9), "momentum=0.5,weight_decay=0.01",
     dict(momentum=0.5, weight_decay=0.01), "one_cycle"),
    ("adagrad_groups", "adagrad", "lr=0.02,weight_decay=0.01", torch.optim.Adagrad, dict(lr=0.02, weight_decay=0.01),
     "lr=0.05,weight_decay=0", dict(lr=0.05, weight_decay=0), "step"),
    ("rmsprop_groups", "rmsprop", "lr=1e-3,weight_decay=0.1", torch.optim.RMSprop, dict(lr=1e-3, weight_decay=0.1),
     "lr=2e-3,alpha=0.9,momentum=0.3", dict(lr=2e-3, alpha=0.9, momentum=0.3), "multistep"),
    ("rmsprop_one_cycle", "rmsprop", "momentum=0.9", torch.optim.RMSprop, dict(momentum=0.9), "centered",
     dict(centered=True), "one_cycle"),
    ("adam_groups", "adam", "lr=2e-3,weight_decay=0.1", torch.optim.Adam, dict(lr=2e-3, weight_decay=0.1),
     "lr=1e-3,weight_decay=0,amsgrad", dict(lr=1e-3, weight_decay=0, amsgrad=True), "cosine"),
    ("adam_one_cycle", "adam", "weight_decay=0.1", torch.optim.Adam, dict(weight_decay=0.1), "beta1=0.5,maximize",
     dict(betas=(0.5, 0.999), maximize=True), "one_cycle"),
    ("adamw_groups", "adamw", "lr=2e-3", torch.optim.AdamW, dict(lr=2e-3),
     "lr=1e-3,beta2=0.9,weight_decay=0", dict(lr=1e-3, betas=(0.9, 0.9), weight_decay=0), "cosine_restarts"),
    ("adamw_one_cycle", "adamw", "weight_decay=0.1", torch.optim.AdamW, dict(weight_decay=0.1), "amsgrad",
     dict(amsgrad=True), "one_cycle"),
    ("adamax_groups", "adamax", "weight_decay=0.1", torch.optim.Adamax, dict(weight_decay=0.1),
     "lr=1e-3,weight_decay=0", dict(lr=1e-3, weight_decay=0), "exponential"),
    ("nadam_groups", "nadam", "weight_decay=0.1", torch.optim.NAdam, dict(weight_decay=0.1),
     "lr=1e-3,beta1=0.8,weight_decay=0", dict(lr=1e-3, betas=(0.8, 0.999), weight_decay=0), "linear"),
    ("radam_groups", "radam", "lr=2e-3,weight_decay=0.1", torch.optim.RAdam, dict(lr=2e-3, weight_decay=0.1),
     "lr=1e-3,weight_decay=0.2,decoupled_weight_decay", dict(lr=1e-3, weight_decay=0.2, decoupled_weight_decay=True),
     "polynomial"),
    ("adadelta_groups", "adadelta", "weight_decay=0.1", torch.optim.Adadelta, dict(weight_decay=0.1),
     "lr=2,rho=0.8,weight_decay=0", dict(lr=2, rho=0.8, weight_decay=0), "constant"),
    ("rprop_groups", "rprop", "lr=1e-3,step_max=0.01", torch.optim.Rprop, dict(lr=1e-3, step_sizes=(1e-6, 0.01)),
     "lr=2e-3,etaplus=1.3", dict(lr=2e-3, etas=(0.5, 1.3)), "constant"),
    ("asgd_groups", "asgd", "lr=2e-3,lambd=1e-2,t0=100,weight_decay=0.1", torch.optim.ASGD,
     dict(lr=2e-3, lambd=1e-2, t0=100, weight_decay=0.1), "lr=1e-3,weight_decay=0", dict(lr=1e-3, weight_decay=0),
     "linear"),
    ("lion_groups", "lion", "lr=1e-3,weight_decay=0.1", Lion, dict(lr=1e-3, weight_decay=0.1),
     "lr=5e-4,weight_decay=0", dict(lr=5e-4, weight_decay=0), "lambda"),
    ("lion_one_cycle", "lion", "weight_decay=0.1", Lion, dict(weight_decay=0.1), "beta1=0.5",
     dict(betas=(0.5, 0.99)), "one_cycle"),
    ("lamb_groups", "lamb", "lr=2e-3", LAMB, dict(lr=2e-3), "lr=1e-3,weight_decay=0", dict(lr=1e-3, weight_decay=0),
     "swa"),
    ("muon_groups", "muon", "", Muon, {}, "lr=5e-4,weight_decay=0,spectral_unclamped",
     dict(lr=5e-4, weight_decay=0, adjust_lr_fn="spectral_unclamped"), "cosine"),
    ("muon_one_cycle", "muon", "", Muon, {}, "momentum=0.5,match_rms_adamw",
     dict(momentum=0.5, adjust_lr_fn="match_rms_adamw"), "one_cycle"),
]


def gradients():
    """An endless row of numbers."""
    x = 1
    while True:
        x = (x * 1664525 + 1013904223) % 2**32
        yield (x >> 16) % 1025 / 256 - 1


def train(maker, options, dtype, skips, second=None, schedule=None):
    start = torch.tensor([2 + i / 16 for i in range(WEIGHTS + BIASES)], dtype=dtype)
    weight = start[:WEIGHTS].reshape(5, 3).clone().requires_grad_()
    bias = start[WEIGHTS:].reshape((1, 3) if maker is Muon else 3).clone().requires_grad_()
    groups = [weight, bias] if second is None else [dict(params=[weight]), dict(params=[bias], **second)]
    optimizer = maker(groups, foreach=False, **options)
    scheduler = SCHEDULES[schedule][1](optimizer) if schedule else None
    row, kept, steps = gradients(), [], STEPS if second is None else GROUP_STEPS
    for t in range(1, steps[-1] + 1):
        g = torch.tensor([next(row) for _ in range(WEIGHTS + BIASES)], dtype=dtype)
        weight.grad = g[:WEIGHTS].reshape(5, 3)
        bias.grad = None if skips and t % 3 == 1 else g[WEIGHTS:].reshape(bias.shape)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if t in steps:
            kept.append(torch.cat([weight.detach().flatten(), bias.detach().flatten()]).tolist())
    return kept


def braces(rows, digits, end):
    lines = []
    for row in rows:
        words = [f"{x:.{digits}g}" for x in row]
        numbers = [word + ("" if "." in word or "e" in word else ".0") + end for word in words]
        lines.append("{ " + ", ".join(numbers) + " }")
    return "{ " + ",\n          ".join(lines) + " }"


print(f"""/* Made by tests/golden/optim.py with PyTorch {torch.__version__.split('+')[0]}. Weights after 1, 10 and 100 steps, with groups 1, 50 and 200. */
typedef struct golden_optim {{
    const char *law, *name, *options;
    int skips;
    const char *group, *schedule, *schedule_options; /* group: the bias's options; "": it is in the weights' group */
    float f32[3][18];
    double f64[3][18];
}} golden_optim;

/* clang-format off */
static const golden_optim golden_optims[] = {{""")
rows = [(*case[:5], bool(case[5:]), None, None, None) for case in CASES]
rows += [(*case[:5], False, *case[5:]) for case in GROUPS]
for law, name, options, maker, torch_options, skips, group, torch_group, schedule in rows:
    f32, f64 = (train(maker, torch_options, dtype, skips, torch_group, schedule) for dtype in (torch.float32, torch.float64))
    words = [law, name, options], [group or "", schedule or "", SCHEDULES[schedule][0] if schedule else ""]
    print(f"""    {{ {', '.join(f'"{word}"' for word in words[0])}, {int(skips)}, {', '.join(f'"{word}"' for word in words[1])},
        {braces(f32, 9, "f")},
        {braces(f64, 17, "")} }},""")
print("};\n/* clang-format on */")
