#!/usr/bin/env python3
"""Makes lbfgs.h: losses, evaluations and weights after some steps of PyTorch's L-BFGS, in f32 and f64.

    python3 tests/golden/lbfgs.py > tests/golden/lbfgs.h        (needs PyTorch; the header names the version used)

"rows", "line" and "logistic": weights w [5, 3] and bias b [3] start at (i - 9) / 16; x [12, 5] and 4 y [12, 3] are multiples of 1 / 256
between -1 and 3 from the generator of optim.py. With z = x w + b the loss is the mean of (tanh(z) - y)^2 ("rows", not convex), of (z - y)^2
("line") or of softplus(z) - y z ("logistic", convex), and 0.01 times the sum of w^2, but for "line". "hill" is "rows" with its sign turned, to
be maximized. "trough" is the sum of 2^i (p_i - 1)^2 over the same 18 parameters, of a condition of 131072; "valley" is Rosenbrock's, 100 (v -
u^2)^2 + (1 - u)^2 from (-1.2, 1). tests/api/test_lbfgs.c repeats them all.

How far steps can be compared is measured, not chosen: an iteration divides small differences, so that rounding errors grow, faster where the
problem is ill-conditioned or the history long. PyTorch runs five times, from the start and from four that differ from it in the last bit;
kept are, of the first 200 steps, those in which all five took as many evaluations and agree within a tenth of what the test allows (1e-9 in
f64, 1e-5 in f32). Three of them are written: the first, the last, and the middle of those that still moved, since a search that has converged
stays where it is; f32 has 0 evaluations where its own runs part before.
"""
import random

import torch
from torch.nn.functional import softplus

STEPS = 200
WOLFE = dict(line_search_fn="strong_wolfe")
ENDLESS = dict(tolerance_grad=0, tolerance_change=0)
CASES = [  # law, loss, wick's options, torch's
    ("plain", "rows", "", {}),
    ("history", "rows", "lr=0.5,max_iter=4,history_size=2", dict(lr=0.5, max_iter=4, history_size=2)),
    ("max_eval", "rows", "max_eval=3,tolerance_change=1e-5", dict(max_eval=3, tolerance_change=1e-5)),
    ("tolerance_grad", "rows", "tolerance_grad=0.03", dict(tolerance_grad=0.03)),
    ("tolerance_change", "rows", "max_iter=100,tolerance_grad=0,tolerance_change=1e-4",
     dict(max_iter=100, tolerance_grad=0, tolerance_change=1e-4)),
    ("one_iteration", "rows", "lr=0.1,max_iter=1,tolerance_grad=0,tolerance_change=0,history_size=5",
     dict(lr=0.1, max_iter=1, history_size=5, **ENDLESS)),
    ("wolfe", "rows", "strong_wolfe", WOLFE),
    ("wolfe_history", "rows", "lr=8,max_iter=3,history_size=4,strong_wolfe",
     dict(lr=8, max_iter=3, history_size=4, **WOLFE)),
    ("wolfe_far", "rows", "lr=100,max_iter=5,strong_wolfe", dict(lr=100, max_iter=5, **WOLFE)),
    ("wolfe_near", "rows", "lr=0.05,max_iter=3,strong_wolfe", dict(lr=0.05, max_iter=3, **WOLFE)),
    ("wolfe_max_eval", "rows", "lr=30,max_iter=10,max_eval=4,strong_wolfe", dict(lr=30, max_iter=10, max_eval=4, **WOLFE)),
    ("wolfe_tolerance_grad", "rows", "tolerance_grad=0.02,strong_wolfe", dict(tolerance_grad=0.02, **WOLFE)),
    ("wolfe_tolerance_change", "rows", "max_iter=100,tolerance_grad=0,tolerance_change=1e-4,strong_wolfe",
     dict(max_iter=100, tolerance_grad=0, tolerance_change=1e-4, **WOLFE)),
    ("maximize", "hill", "lr=0.5,max_iter=4,history_size=3,maximize", dict(lr=0.5, max_iter=4, history_size=3, maximize=True)),
    ("wolfe_maximize", "hill", "lr=8,max_iter=3,strong_wolfe,maximize", dict(lr=8, max_iter=3, maximize=True, **WOLFE)),
    ("line", "line", "max_iter=1,history_size=3", dict(max_iter=1, history_size=3)),
    ("line_wolfe", "line", "max_iter=1,max_eval=10,history_size=1,strong_wolfe",
     dict(max_iter=1, max_eval=10, history_size=1, **WOLFE)),
    ("logistic", "logistic", "max_iter=1,lr=0.5,history_size=10", dict(max_iter=1, lr=0.5, history_size=10)),
    ("logistic_short", "logistic", "lr=0.2,max_iter=1,history_size=1", dict(lr=0.2, max_iter=1, history_size=1)),
    ("logistic_usual", "logistic", "", {}),
    ("logistic_wolfe", "logistic", "max_iter=1,max_eval=10,history_size=10,strong_wolfe",
     dict(max_iter=1, max_eval=10, history_size=10, **WOLFE)),
    ("logistic_wolfe_usual", "logistic", "strong_wolfe", WOLFE),
    ("trough", "trough", "max_iter=1,lr=0.5,history_size=10", dict(max_iter=1, lr=0.5, history_size=10)),
    ("trough_short", "trough", "max_iter=1,history_size=2", dict(max_iter=1, history_size=2)),
    ("trough_usual", "trough", "", {}),
    ("trough_wolfe", "trough", "max_iter=1,max_eval=10,history_size=3,strong_wolfe",
     dict(max_iter=1, max_eval=10, history_size=3, **WOLFE)),
    ("trough_wolfe_usual", "trough", "strong_wolfe", WOLFE),
    ("valley", "valley", "lr=1e-3,max_iter=4", dict(lr=1e-3, max_iter=4)),
    ("valley_slow", "valley", "lr=0.5,max_iter=1,history_size=10", dict(lr=0.5, max_iter=1, history_size=10)),
    ("wolfe_valley", "valley", "max_iter=4,strong_wolfe", dict(max_iter=4, **WOLFE)),
    ("wolfe_valley_far", "valley", "lr=20,max_iter=4,strong_wolfe", dict(lr=20, max_iter=4, **WOLFE)),
    ("wolfe_valley_near", "valley", "lr=1e-2,max_iter=3,strong_wolfe", dict(lr=1e-2, max_iter=3, **WOLFE)),
]


def gradients():
    x = 1
    while True:
        x = (x * 1664525 + 1013904223) % 2**32
        yield (x >> 16) % 1025 / 256 - 1


def begin(values, dtype, twin):
    """The values as a tensor; of a twin, each a last bit more, less or the same."""
    bit, draw = torch.finfo(dtype).eps, random.Random(twin)
    return torch.tensor([x * (1 + (draw.choice((-bit, 0, bit)) if twin else 0)) for x in values], dtype=dtype)


def problem(loss, dtype, twin):
    if loss == "valley":
        p = begin([-1.2, 1], dtype, twin).requires_grad_()
        return [p], lambda: 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2
    start, row = begin([(i - 9) / 16 for i in range(18)], dtype, twin), gradients()
    w, b = start[:15].reshape(5, 3).clone().requires_grad_(), start[15:].clone().requires_grad_()
    x = torch.tensor([next(row) for _ in range(60)], dtype=dtype).reshape(12, 5)
    y = torch.tensor([next(row) / 4 for _ in range(36)], dtype=dtype).reshape(12, 3)
    steep = torch.tensor([2.0**i for i in range(18)], dtype=dtype)
    rows = lambda: ((torch.tanh(x @ w + b) - y) ** 2).mean() + 0.01 * (w * w).sum()
    return [w, b], dict(
        rows=rows,
        hill=lambda: -rows(),
        line=lambda: ((x @ w + b - y) ** 2).mean(),
        logistic=lambda: (softplus(x @ w + b) - y * (x @ w + b)).mean() + 0.01 * (w * w).sum(),
        trough=lambda: (steep[:15].reshape(5, 3) * (w - 1) ** 2).sum() + (steep[15:] * (b - 1) ** 2).sum(),
    )[loss]


def train(loss, options, dtype, twin):
    """Of each step: its first loss, the evaluations so far, the parameters."""
    params, value = problem(loss, dtype, twin)
    optimizer, count, kept = torch.optim.LBFGS(params, **options), 0, []

    def closure():
        nonlocal count
        count += 1
        optimizer.zero_grad()
        now = value()
        now.backward()
        return now

    for _ in range(STEPS):
        first = optimizer.step(closure).item()
        kept.append((first, count, torch.cat([p.detach().flatten() for p in params]).tolist()))
    return kept


def agree(a, b, by):
    near = all(abs(x - y) <= by * max(abs(x), 1) for x, y in zip([a[0], *a[2]], [b[0], *b[2]]))
    return near and a[1] == b[1]


def comparable(loss, options, dtype, by):
    runs = [train(loss, options, dtype, twin) for twin in range(5)]
    steps = 0
    while steps < STEPS and all(agree(runs[0][steps], run[steps], by) for run in runs[1:]):
        steps += 1
    return runs[0], steps


print(f"""/* Made by tests/golden/lbfgs.py with PyTorch {torch.__version__.split('+')[0]}. */
typedef struct golden_lbfgs {{
    const char *law, *loss, *options;
    int steps[3];
    struct {{
        double loss; /* the step's first */
        int evaluations; /* so far */
        double p[18];
    }} f32[3], f64[3];
}} golden_lbfgs;

/* clang-format off */
static const golden_lbfgs golden_lbfgss[] = {{""")
for law, loss, words, options in CASES:
    f32, most = comparable(loss, options, torch.float32, 1e-6)
    f64, last = comparable(loss, options, torch.float64, 1e-10)
    moved = next((i for i in range(1, last) if f64[i][2] == f64[i - 1][2]), last)
    steps = (1, max(2, (1 + moved) // 2), last)
    parts = []
    for run, end in (f32, most), (f64, last):
        lines = []
        for step in steps:
            first, count, p = run[step - 1] if step <= end else (0.0, 0, [0.0])
            lines.append(f"{{ {first!r}, {count}, {{ {', '.join(map(repr, p))} }} }}")
        parts.append("{ " + ",\n          ".join(lines) + " }")
    print(f"""    {{ "{law}", "{loss}", "{words}", {{ {', '.join(map(str, steps))} }},
        {parts[0]},
        {parts[1]} }},""")
print("};\n/* clang-format on */")
