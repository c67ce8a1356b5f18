#!/usr/bin/env python3
"""Makes lbfgs.h: losses, evaluations and weights after some steps of PyTorch's L-BFGS, in f32 and f64.

    python3 tests/golden/lbfgs.py > tests/golden/lbfgs.h        (needs PyTorch; the header names the version used)

"rows": weights w [5, 3] and bias b [3] start at (i - 9) / 16; x [12, 5] and 4 y [12, 3] are multiples of 1 / 256 between -1 and 3 from
the generator of optim.py; the loss is the mean of (tanh(x w + b) - y)^2 and 0.01 times the sum of w^2. "valley" is Rosenbrock's, 100 (v -
u^2)^2 + (1 - u)^2 from (-1.2, 1). tests/api/test_lbfgs.c repeats both. Where PyTorch's own f32 is over 1e-6 away from its f64, since an
interpolation divides small differences, there is no f32 number: 0 evaluations.
"""
import torch

WOLFE = dict(line_search_fn="strong_wolfe")
CASES = [  # law, loss, wick's options, torch's, after which steps
    ("plain", "rows", "", {}, (1, 2, 3)),
    ("history", "rows", "lr=0.5,max_iter=4,history_size=2", dict(lr=0.5, max_iter=4, history_size=2), (1, 3, 6)),
    ("max_eval", "rows", "max_eval=3,tolerance_change=1e-5", dict(max_eval=3, tolerance_change=1e-5), (1, 4, 8)),
    ("tolerance_grad", "rows", "tolerance_grad=0.03", dict(tolerance_grad=0.03), (1, 2, 3)),
    ("valley", "valley", "lr=1e-3,max_iter=4", dict(lr=1e-3, max_iter=4), (1, 3, 5)),
    ("wolfe", "rows", "strong_wolfe", WOLFE, (1, 2, 3)),
    ("wolfe_history", "rows", "lr=8,max_iter=3,history_size=4,strong_wolfe",
     dict(lr=8, max_iter=3, history_size=4, **WOLFE), (1, 3, 5)),
    ("wolfe_far", "rows", "lr=100,max_iter=5,strong_wolfe", dict(lr=100, max_iter=5, **WOLFE), (1, 2, 3)),
    ("wolfe_near", "rows", "lr=0.05,max_iter=3,strong_wolfe", dict(lr=0.05, max_iter=3, **WOLFE), (1, 2, 3)),
    ("wolfe_valley", "valley", "max_iter=4,strong_wolfe", dict(max_iter=4, **WOLFE), (1, 2, 3)),
    ("wolfe_valley_far", "valley", "lr=20,max_iter=4,strong_wolfe", dict(lr=20, max_iter=4, **WOLFE), (1, 2, 3)),
    ("wolfe_valley_near", "valley", "lr=1e-2,max_iter=3,strong_wolfe", dict(lr=1e-2, max_iter=3, **WOLFE), (1, 2, 3)),
]


def gradients():
    x = 1
    while True:
        x = (x * 1664525 + 1013904223) % 2**32
        yield (x >> 16) % 1025 / 256 - 1


def rows(dtype):
    row = gradients()
    start = torch.tensor([(i - 9) / 16 for i in range(18)], dtype=dtype)
    w, b = start[:15].reshape(5, 3).clone().requires_grad_(), start[15:].clone().requires_grad_()
    x = torch.tensor([next(row) for _ in range(60)], dtype=dtype).reshape(12, 5)
    y = torch.tensor([next(row) / 4 for _ in range(36)], dtype=dtype).reshape(12, 3)
    return [w, b], lambda: ((torch.tanh(x @ w + b) - y) ** 2).mean() + 0.01 * (w * w).sum()


def valley(dtype):
    p = torch.tensor([-1.2, 1], dtype=dtype).requires_grad_()
    return [p], lambda: 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2


def train(loss, options, steps, dtype):
    params, value = dict(rows=rows, valley=valley)[loss](dtype)
    optimizer, count, kept = torch.optim.LBFGS(params, **options), 0, []

    def closure():
        nonlocal count
        count += 1
        optimizer.zero_grad()
        now = value()
        now.backward()
        return now

    for t in range(1, steps[-1] + 1):
        first = optimizer.step(closure).item()
        if t in steps:
            kept.append((first, count, torch.cat([p.detach().flatten() for p in params]).tolist()))
    return kept


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
for law, loss, words, options, steps in CASES:
    f32, f64 = (train(loss, options, steps, dtype) for dtype in (torch.float32, torch.float64))
    f32 = [a if max(abs(x - y) for x, y in zip(a[2], b[2])) < 1e-6 else (0.0, 0, [0.0]) for a, b in zip(f32, f64)]
    parts = []
    for results in (f32, f64):
        lines = [f"{{ {first!r}, {count}, {{ {', '.join(map(repr, p))} }} }}" for first, count, p in results]
        parts.append("{ " + ",\n          ".join(lines) + " }")
    print(f"""    {{ "{law}", "{loss}", "{words}", {{ {', '.join(map(str, steps))} }},
        {parts[0]},
        {parts[1]} }},""")
print("};\n/* clang-format on */")
