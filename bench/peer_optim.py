"""bench/optim's peer: the steps of PyTorch's optimizers, form by form. One line asks, one line answers.

    prepare NAME BLOCKS ROWS STEPS      ok FORM SIGNATURE [FORM SIGNATURE]...
    sample FORM MICROSECONDS            ok MICROSECONDS_A_STEP
"""
import os
import sys

import peer_common

FORMS = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


def optimizers(torch):
    o = torch.optim
    return {
        "sgd": lambda p, **how: o.SGD(p, lr=0.001, **how),
        "momentum": lambda p, **how: o.SGD(p, lr=0.001, momentum=0.9, **how),
        "nesterov": lambda p, **how: o.SGD(p, lr=0.001, momentum=0.9, nesterov=True, **how),
        "adagrad": lambda p, **how: o.Adagrad(p, lr=0.01, **how),
        "rmsprop": lambda p, **how: o.RMSprop(p, lr=0.01, **how),
        "rmsprop-all": lambda p, **how: o.RMSprop(p, lr=0.01, momentum=0.9, centered=True, **how),
        "adam": lambda p, **how: o.Adam(p, lr=0.001, **how),
        "amsgrad": lambda p, **how: o.Adam(p, lr=0.001, amsgrad=True, **how),
        "adamw": lambda p, **how: o.AdamW(p, lr=0.001, **how),
        "adamax": lambda p, **how: o.Adamax(p, lr=0.002, **how),
        "nadam": lambda p, **how: o.NAdam(p, lr=0.002, **how),
        "radam": lambda p, **how: o.RAdam(p, lr=0.001, **how),
        "adadelta": lambda p, **how: o.Adadelta(p, lr=1.0, **how),
        "rprop": lambda p, **how: o.Rprop(p, lr=0.01, **how),
        "asgd": lambda p, **how: o.ASGD(p, lr=0.01, **how),
        "muon": lambda p, **how: o.Muon(p, lr=0.001, **{k: v for k, v in how.items() if k != "foreach" or v}),
    }


class Tensors:
    """The parameters with their gradients, shared by all forms; start() gives them their first values again."""

    def __init__(self, torch, blocks, rows):
        self.values, self.grads, self.all = [], [], []
        for i in range(3 * blocks):
            shape = (rows, 1) if i % 3 else (rows, rows)
            value, grad = (torch.from_numpy(peer_common.values(2 * i + k, *shape)) for k in (0, 1))
            if i % 3:
                value, grad = value[:, 0].clone(), grad[:, 0].clone()
            value.mul_(0.05)
            p = value.clone().requires_grad_()
            p.grad = grad.clone()
            self.values.append(value)
            self.grads.append(grad)
            self.all.append(p)

    def start(self, torch):
        with torch.no_grad():
            for p, value in zip(self.all, self.values):
                p.copy_(value)

    def same_gradients(self, torch):
        """Before each checked step: the foreach form of Nesterov's momentum adds to the gradients it is given."""
        with torch.no_grad():
            for p, grad in zip(self.all, self.grads):
                p.grad.copy_(grad)

    def signature(self, torch, trained):
        with torch.no_grad():
            both = [(p, g) for p, g in zip(self.all, self.grads) if any(p is t for t in trained)]
            return sum(float((p * g).sum(dtype=torch.float64)) for p, g in both)


def variant_of(optimizer):
    def run(n):
        for _ in range(n):
            optimizer.step()
        return n

    return peer_common.Variant(run, None)


def prepare(torch, tensors, name, steps):
    """Every form there is of this optimizer, checked: form -> (variant, what it comes to)."""
    params = [p for p in tensors.all if name != "muon" or p.dim() == 2]
    ready = {}
    for form, how in FORMS.items():
        tensors.start(torch)
        try:
            variant = variant_of(optimizers(torch)[name](params, **how))
            for _ in range(steps):
                tensors.same_gradients(torch)
                variant.run(1)
        except (RuntimeError, TypeError, ValueError):
            continue  # it has no such form
        ready[form] = variant, tensors.signature(torch, params)
    return ready


def main():
    out = peer_common.answer_stream()
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    print(f"ok torch {torch.__version__}", file=out)
    size, tensors, ready = None, None, {}
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            if word == "prepare":
                ready = {}
                if size != rest[1:3]:
                    size, tensors = rest[1:3], Tensors(torch, *(int(n) for n in rest[1:3]))
                ready = prepare(torch, tensors, rest[0], int(rest[3]))
                print("ok", " ".join(f"{form} {sum:.9g}" for form, (_, sum) in ready.items()), file=out)
            else:
                print(f"ok {ready[rest[0]][0].time(float(rest[1])):.4f}", file=out)
        except Exception as error:
            print(f"error {type(error).__name__}: {error}".splitlines()[0][:900], file=out)
            sys.exit(1)


if __name__ == "__main__":
    main()
