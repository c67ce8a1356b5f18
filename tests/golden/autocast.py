"""Golden values of autocast: products and convolutions under torch.autocast on the CPU with bfloat16, values and gradients; and the same
with operands and gradients rounded to bfloat16, multiplied in float64, where a bias is added unrounded. Inputs are fractions that bfloat16
does not have. Prints autocast.h. Made with torch 2.15.0."""
import torch
from torch.nn import functional as F


def ramp(shape, k):
    n = 1
    for s in shape:
        n *= s
    a, m = 389 + 2 * k, 1009
    return ((torch.arange(n) * a) % m - m // 2).double().div(m).mul(4).reshape(shape).float()


class Operand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.to(torch.bfloat16).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        return g


class Result(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y):
        return y.clone()

    @staticmethod
    def backward(ctx, g):
        return g.to(torch.bfloat16).to(g.dtype)


def rounding(op):
    return lambda *t: Result.apply(op(*(Operand.apply(x) for x in t)))


def attention(q, k, v, product):
    return product(torch.softmax(product(q * q.shape[-1] ** -0.5, k.transpose(-1, -2)), -1), v)


def with_bias(op, shape):
    return lambda x, w, b: rounding(op)(x, w) + b.reshape(shape)


c2 = dict(stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)
cases = {  # name: what torch does, what is exact, shapes
    "mm": (torch.mm, rounding(torch.mm), [(3, 5), (5, 4)]),
    "mm_t": (lambda a, b: torch.mm(a.t(), b.t()), rounding(lambda a, b: torch.mm(a.t(), b.t())), [(5, 3), (4, 5)]),
    "bmm": (torch.bmm, rounding(torch.bmm), [(2, 3, 4), (2, 4, 3)]),
    "matmul": (torch.matmul, rounding(torch.matmul), [(2, 3, 4), (1, 4, 2)]),
    "mv": (torch.matmul, rounding(torch.matmul), [(3, 7), (7,)]),
    "addmm": (lambda c, a, b: torch.addmm(c, a, b), lambda c, a, b: c + rounding(torch.mm)(a, b), [(2,), (3, 4), (4, 2)]),
    "linear": (F.linear, with_bias(F.linear, (1, -1)), [(4, 6), (3, 6), (3,)]),
    "einsum": (lambda a, b: torch.einsum("bik,bjk->jbi", a, b), rounding(lambda a, b: torch.einsum("bik,bjk->jbi", a, b)),
               [(2, 3, 4), (2, 2, 4)]),
    "dots": (lambda a, b: torch.einsum("bi,bi->b", a, b), rounding(lambda a, b: (a * b).sum(1)), [(3, 5), (3, 5)]),
    "attention": (F.scaled_dot_product_attention, lambda q, k, v: attention(q, k, v, rounding(torch.matmul)),
                  [(1, 3, 4), (1, 5, 4), (1, 5, 2)]),
    "conv1d": (F.conv1d, with_bias(F.conv1d, (1, -1, 1)), [(2, 2, 6), (3, 2, 3), (3,)]),
    "conv2d": (lambda x, w, b: F.conv2d(x, w, b, padding=1), with_bias(lambda x, w: F.conv2d(x, w, padding=1), (1, -1, 1, 1)),
               [(2, 2, 4, 3), (3, 2, 3, 3), (3,)]),
    "conv2d_odd": (lambda x, w: F.conv2d(x, w, **c2), rounding(lambda x, w: F.conv2d(x, w, **c2)), [(1, 4, 5, 4), (4, 2, 2, 3)]),
    "depthwise": (lambda x, w: F.conv2d(x, w, groups=3), rounding(lambda x, w: F.conv2d(x, w, groups=3)), [(2, 3, 4, 4), (3, 1, 2, 2)]),
    "conv3d": (F.conv3d, rounding(F.conv3d), [(1, 2, 2, 3, 3), (2, 2, 2, 2, 2)]),
    "transpose": (lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1),
                  with_bias(lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1), (1, -1, 1, 1)), [(1, 2, 3, 3), (2, 3, 3, 2), (3,)]),
}


def run(op, shapes, dtype, cast):
    leaves = [ramp(s, k).to(dtype).requires_grad_() for k, s in enumerate(shapes)]
    with torch.autocast("cpu", torch.bfloat16, enabled=cast):
        y = op(*leaves)
    (y.to(dtype) * ramp(y.shape, 50).to(dtype)).sum().backward()
    return torch.cat([t.detach().to(torch.float64).reshape(-1) for t in [y, *(leaf.grad for leaf in leaves)]])


def row(name, t):
    print(f"static const double {name}[] = {{ " + ", ".join(f"{v:.9g}" for v in t.tolist()) + " };")


print(f"/* Golden values of autocast, from torch {torch.__version__} by autocast.py. */\n#include <stdint.h>")
for name, (torchs, exact, shapes) in cases.items():
    row(f"torch_{name}", run(torchs, shapes, torch.float32, True))
    row(f"exact_{name}", run(exact, shapes, torch.float64, False))
odd = torch.tensor([0x00000000, 0x80000000, 0x3F800000, 0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF, 0xBF808000, 0x000116C2, 0x00008000,
                    0x00000001, 0x7F7F7FFF, 0x7F7F8000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x40490FDB, 0xC02DF854, 0x00800000])
near = odd.to(torch.int32).view(torch.float32).to(torch.bfloat16).float().view(torch.int32)
for name, t in ("to_round", odd), ("rounded", near):
    print(f"static const uint32_t {name}[] = {{ " + ", ".join(f"0x{v & 0xFFFFFFFF:08x}" for v in t.tolist()) + " };")
