"""Makes tests/golden/kernels.h: what PyTorch gives for softmax, cross-entropy and every optimizer rule.

    python3 tests/golden/kernels.py > tests/golden/kernels.h

Inputs are simple formulas that the test repeats: element i of an input is sin(i + 1) * 3, a gradient at step t is
cos(0.7 * i + 0.3 * t) * 0.5, a parameter starts at sin(i + 1)."""
import math

import torch

torch.set_default_dtype(torch.float64)
ROWS, CLASSES, N, STEPS = 3, 5, 6, 100


def values(n):
    return torch.tensor([math.sin(i + 1) * 3 for i in range(n)])


def show(name, tensor):
    numbers = [f"{x:.17g}" for x in tensor.flatten().tolist()]
    print(f"static const double {name}[] = {{")
    for at in range(0, len(numbers), 4):
        print("    " + ", ".join(numbers[at:at + 4]) + ",")
    print("};")


def softmax_family():
    logits = values(ROWS * CLASSES).reshape(ROWS, CLASSES).requires_grad_()
    target = torch.tensor([1, 4, 0])
    g = torch.cos(torch.arange(ROWS * CLASSES)).reshape(ROWS, CLASSES)
    for name, f in (("softmax", torch.softmax), ("log_softmax", torch.log_softmax)):
        y = f(logits, 1)
        show(f"golden_{name}", y.detach())
        show(f"golden_{name}_slope", torch.autograd.grad(y, logits, g)[0])
    losses = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    show("golden_losses", losses.detach())
    show("golden_cross_entropy_slope", torch.autograd.grad(losses.mean(), logits)[0])


def optimizer(name, make):
    p = torch.tensor([math.sin(i + 1) for i in range(N)]).requires_grad_()
    opt = make([p])
    for t in range(STEPS):
        p.grad = torch.tensor([math.cos(0.7 * i + 0.3 * t) * 0.5 for i in range(N)])
        opt.step()
    show(f"golden_{name}", p.detach())


print("/* Made by tests/golden/kernels.py with PyTorch", torch.__version__.split("+")[0], "in double precision. */")
softmax_family()
O = torch.optim
optimizer("sgd", lambda p: O.SGD(p, lr=0.1, weight_decay=0.01))
optimizer("momentum", lambda p: O.SGD(p, lr=0.1, momentum=0.9, dampening=0.1))
optimizer("nesterov", lambda p: O.SGD(p, lr=0.1, momentum=0.9, nesterov=True, maximize=True))
optimizer("adagrad", lambda p: O.Adagrad(p, lr=0.1, lr_decay=0.01))
optimizer("rmsprop", lambda p: O.RMSprop(p, lr=0.01))
optimizer("rmsprop_momentum", lambda p: O.RMSprop(p, lr=0.01, momentum=0.9))
optimizer("rmsprop_centered", lambda p: O.RMSprop(p, lr=0.01, centered=True))
optimizer("rmsprop_centered_momentum", lambda p: O.RMSprop(p, lr=0.01, centered=True, momentum=0.9))
optimizer("adam", lambda p: O.Adam(p, lr=0.01, weight_decay=0.1))
optimizer("adamw", lambda p: O.AdamW(p, lr=0.01, weight_decay=0.1))
optimizer("adam_amsgrad", lambda p: O.Adam(p, lr=0.01, amsgrad=True))
