#!/usr/bin/env python3
"""Makes clip.h: PyTorch's gradient norms and clipping, its running averages, and what update_bn makes of BatchNorm, in f64.

    python3 tests/golden/clip.py > tests/golden/clip.h  (needs PyTorch; the header names the version used)

Numbers are multiples of 1 / 256 between -1 and 3 from a linear congruential generator, which tests/api/test_clip.c repeats: the
gradients of [5, 3] and [3] are its first 18 numbers; in each of 12 updates the parameters are the next 18. For update_bn the numbers fill 10 rows of 3, in batches of 4, 4 and 2, then the weight
[4, 3] and the bias [4] between two BatchNorms, and all running statistics are 5 before.
"""
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn


def numbers():
    x = 1
    while True:
        x = (x * 1664525 + 1013904223) % 2**32
        yield (x >> 16) % 1025 / 256 - 1


class Two(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.zeros(5, 3, dtype=torch.float64))
        self.b = torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))

    def fill(self, row):
        for p in self.parameters():
            p.data = torch.tensor([next(row) for _ in range(p.numel())], dtype=torch.float64).reshape(p.shape)


def flat(tensors):
    return "{ " + ", ".join(f"{x:.17g}" for t in tensors for x in t.detach().flatten().tolist()) + " }"


def with_gradients():
    net, row = Two(), numbers()
    for p in net.parameters():
        p.grad = torch.tensor([next(row) for _ in range(p.numel())], dtype=torch.float64).reshape(p.shape)
    return net


def average(**how):
    net, row = Two(), numbers()
    mean = AveragedModel(net, **how)
    for _ in range(12):
        net.fill(row)
        mean.update_parameters(net)
    return flat(mean.module.parameters())


def with_buffer(**how):
    """The numbers of the [3] parameter are a buffer's."""
    net, row = Two(), numbers()
    net.b = None
    net.register_buffer("c", torch.zeros(3, dtype=torch.float64))
    mean = AveragedModel(net, use_buffers=True, **how)
    for _ in range(12):
        net.fill(row)
        net.c.copy_(torch.tensor([next(row) for _ in range(3)], dtype=torch.float64))
        mean.update_parameters(net)
    return flat([mean.module.a, mean.module.c])


def running():
    row = numbers()
    x = torch.tensor([next(row) for _ in range(30)], dtype=torch.float64).reshape(10, 3)
    net = torch.nn.Sequential(torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.BatchNorm1d(4, momentum=0.75)).double()
    for p in net[1].parameters():
        p.data = torch.tensor([next(row) for _ in range(p.numel())], dtype=torch.float64).reshape(p.shape)
    for name, t in net.named_buffers():
        t.fill_(5)
    update_bn(x.split(4), net)
    assert net[0].momentum == 0.1 and net[3].momentum == 0.75
    return flat(net.buffers())


print(f"""/* Made by tests/golden/clip.py with PyTorch {torch.__version__.split('+')[0]}. */
/* clang-format off */
static const struct {{
    double p, max_norm, total, clipped[18];
}} golden_clips[] = {{""")
for p, most in ((2.0, 1.0), (2.0, 100.0), (1.0, 3.5), (3.0, 0.25), (float("inf"), 0.5)):
    net = with_gradients()
    total = clip_grad_norm_(net.parameters(), most, p)
    print(f"    {{ {'(double)INFINITY' if p == float('inf') else p}, {most}, {total.item():.17g}, {flat([q.grad for q in net.parameters()])} }},")
net = with_gradients()
clip_grad_value_(net.parameters(), 0.75)
print(f"""}};
static const double golden_clipped_values[18] = {flat([p.grad for p in net.parameters()])};
static const double golden_ema[18] = {average(multi_avg_fn=get_ema_multi_avg_fn(0.9))};
static const double golden_swa[18] = {average()};
static const double golden_ema_of_buffers[18] = {with_buffer(multi_avg_fn=get_ema_multi_avg_fn(0.9))};
static const double golden_update_bn[16] = {running()}; /* mean, variance, batches of either */
/* clang-format on */""")
