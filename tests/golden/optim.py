#!/usr/bin/env python3
"""Makes optim.h: weights after 1, 10 and 100 steps of PyTorch's optimizers, in f32 and f64.

    python3 tests/golden/optim.py > tests/golden/optim.h        (needs PyTorch; the header names the version used)

Weights [5, 3] and bias [3] start at 2 + i / 16. Gradients are multiples of 1 / 256 between -1 and 3, from a linear congruential
generator, so that C and Python, f32 and f64, see the very same numbers; tests/api/test_optim.c repeats both. Where `skips` is
set, the bias has no gradient in the steps 1, 4, 7 ...
"""
import torch

WEIGHTS, BIASES = 15, 3
STEPS = (1, 10, 100)


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, params, foreach, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                b1, b2 = group["betas"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(b1 * m + (1 - b1) * p.grad))
                m.copy_(b2 * m + (1 - b2) * p.grad)


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
    ("adam_skips", "adam", "lr=2e-3", torch.optim.Adam, dict(lr=2e-3), True),
    ("adamw", "adamw", "", torch.optim.AdamW, {}),
    ("adamw_amsgrad_maximize", "adamw", "lr=2e-3,beta2=0.95,eps=1e-6,weight_decay=0.2,amsgrad,maximize", torch.optim.AdamW,
     dict(lr=2e-3, betas=(0.9, 0.95), eps=1e-6, weight_decay=0.2, amsgrad=True, maximize=True)),
    ("adamax", "adamax", "", torch.optim.Adamax, {}),
    ("adamax_decay", "adamax", "lr=5e-3,beta1=0.8,beta2=0.9,weight_decay=0.1,maximize", torch.optim.Adamax,
     dict(lr=5e-3, betas=(0.8, 0.9), weight_decay=0.1, maximize=True)),
    ("nadam", "nadam", "", torch.optim.NAdam, {}),
    ("nadam_decay", "nadam", "lr=1e-3,weight_decay=0.1,momentum_decay=0.01", torch.optim.NAdam,
     dict(lr=1e-3, weight_decay=0.1, momentum_decay=0.01)),
    ("nadam_decoupled_skips", "nadam", "lr=1e-3,weight_decay=0.1,decoupled_weight_decay", torch.optim.NAdam,
     dict(lr=1e-3, weight_decay=0.1, decoupled_weight_decay=True), True),
    ("radam", "radam", "", torch.optim.RAdam, {}),
    ("radam_decay", "radam", "lr=5e-3,beta2=0.98,weight_decay=0.1", torch.optim.RAdam, dict(lr=5e-3, betas=(0.9, 0.98), weight_decay=0.1)),
    ("radam_decoupled", "radam", "lr=5e-3,weight_decay=0.1,decoupled_weight_decay,maximize", torch.optim.RAdam,
     dict(lr=5e-3, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)),
    ("adadelta", "adadelta", "", torch.optim.Adadelta, {}),
    ("adadelta_decay", "adadelta", "lr=0.5,rho=0.8,eps=1e-5,weight_decay=0.1", torch.optim.Adadelta,
     dict(lr=0.5, rho=0.8, eps=1e-5, weight_decay=0.1)),
    ("rprop", "rprop", "", torch.optim.Rprop, {}),
    ("rprop_bounds", "rprop", "lr=0.02,etaminus=0.6,etaplus=1.1,step_min=0.01,step_max=0.05,maximize", torch.optim.Rprop,
     dict(lr=0.02, etas=(0.6, 1.1), step_sizes=(0.01, 0.05), maximize=True)),
    ("asgd", "asgd", "", torch.optim.ASGD, {}),
    ("asgd_averages", "asgd", "lr=0.02,lambd=0.01,alpha=0.6,t0=5,weight_decay=0.1", torch.optim.ASGD,
     dict(lr=0.02, lambd=0.01, alpha=0.6, t0=5, weight_decay=0.1)),
    ("lion", "lion", "lr=1e-3", Lion, dict(lr=1e-3)),
    ("lion_decay_skips", "lion", "lr=2e-3,beta1=0.8,beta2=0.95,weight_decay=0.1", Lion,
     dict(lr=2e-3, betas=(0.8, 0.95), weight_decay=0.1), True),
]


def gradients():
    """An endless row of numbers."""
    x = 1
    while True:
        x = (x * 1664525 + 1013904223) % 2**32
        yield (x >> 16) % 1025 / 256 - 1


def train(maker, options, dtype, skips):
    start = torch.tensor([2 + i / 16 for i in range(WEIGHTS + BIASES)], dtype=dtype)
    weight = start[:WEIGHTS].reshape(5, 3).clone().requires_grad_()
    bias = start[WEIGHTS:].clone().requires_grad_()
    optimizer = maker([weight, bias], foreach=False, **options)
    row, kept = gradients(), []
    for t in range(1, STEPS[-1] + 1):
        g = torch.tensor([next(row) for _ in range(WEIGHTS + BIASES)], dtype=dtype)
        weight.grad = g[:WEIGHTS].reshape(5, 3)
        bias.grad = None if skips and t % 3 == 1 else g[WEIGHTS:]
        optimizer.step()
        if t in STEPS:
            kept.append(torch.cat([weight.detach().flatten(), bias.detach()]).tolist())
    return kept


def braces(rows, digits, end):
    lines = []
    for row in rows:
        numbers = [f"{x:.{digits}g}{end}" if "." in f"{x:.{digits}g}" else f"{x:.{digits}g}.0{end}" for x in row]
        lines.append("{ " + ", ".join(numbers) + " }")
    return "{ " + ",\n          ".join(lines) + " }"


print(f"""/* Made by tests/golden/optim.py with PyTorch {torch.__version__.split('+')[0]}. Weights after 1, 10 and 100 steps. */
typedef struct golden_optim {{
    const char *law, *name, *options;
    int skips;
    float f32[3][18];
    double f64[3][18];
}} golden_optim;

/* clang-format off */
static const golden_optim golden_optims[] = {{""")
for law, name, options, maker, torch_options, *skips in CASES:
    f32, f64 = (train(maker, torch_options, dtype, bool(skips)) for dtype in (torch.float32, torch.float64))
    print(f"""    {{ "{law}", "{name}", "{options}", {int(bool(skips))},
        {braces(f32, 9, "f")},
        {braces(f64, 17, "")} }},""")
print("};\n/* clang-format on */")
