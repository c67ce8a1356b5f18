"""Makes tests/golden/calls.h: what PyTorch gives for ops with several operands and options, values and gradients.

    python3 tests/golden/calls.py > tests/golden/calls.h

A case is a call in C, of in[0], in[1] ..; the inputs; the value; and the gradients of sum(value * weights) with weights 1, 2,
3 .. over the flattened result. over(): the call changes y, a copy of in[0], in place. The macros that calls use are those of
tests/api/test_calls.c."""
import functools
import math

import torch
import torch.nn.functional as F

inf, nan = math.inf, math.nan
torch.set_default_dtype(torch.float64)
I = lambda *rows: torch.tensor(rows)
B = lambda *rows: torch.tensor(rows).bool()
cases, functions = [], []


def number(v):
    v = float(v)
    if math.isnan(v):
        return "NAN"
    if math.isinf(v):
        return "INFINITY" if v > 0 else "-INFINITY"
    return f"{v:.17g}"


def listed(t):
    return "(double[]){ " + (", ".join(number(v) for v in t.detach().flatten().tolist()) or "0") + " }"


def shape(t):
    return f"{t.dim()}, {{ {', '.join(str(s) for s in t.shape) or 0} }}"


def case(call, f, *inputs, body=None, grad=True, mend=False):
    inputs = [x.clone().requires_grad_(grad) for x in inputs]
    y = f(*inputs)
    grads = [None] * len(inputs)
    if y.requires_grad:
        w = torch.arange(1, y.numel() + 1, dtype=y.dtype).reshape(y.shape)
        grads = torch.autograd.grad((y * w).sum(), inputs, allow_unused=True)
    if mend:
        grads = [g.nan_to_num(nan=0) for g in grads]
    n = len(functions)
    functions.append(f"static wk_tensor *case_{n}(wk_tensor *const *in)\n{{\n    {body or f'return {call};'}\n}}")
    given = ", ".join(f"{{ {shape(x)}, {listed(x)}, {'NULL' if g is None else listed(g)} }}" for x, g in zip(inputs, grads))
    name = call.replace('"', '\\"')
    cases.append(f'    {{ "{name}", case_{n}, {len(inputs)}, {{ {given} }},\n      {{ {shape(y)}, {listed(y)}, NULL }}, {str(y.requires_grad).lower()} }},')


def over(call, f, *inputs):
    def changed(x, *others):
        y = x * 1
        f(y, *others)
        return y
    case(call, changed, *inputs, body=f"wk_tensor *y = wk_mul_scalar(in[0], 1);\n    return {call} ? NULL : y;")


def made(*size, k=1):
    """Numbers in eighths, so that f32 has them too."""
    n = math.prod(size)
    return torch.tensor([round(math.sin(i + k) * 24) / 8 for i in range(n)], dtype=torch.float64).reshape(size)


def t(*v):
    return torch.tensor(v, dtype=torch.float64)


# Written by index
over("wk_scatter_(y, 1, GRID(2, 3, 0, 1, 2), in[1])", lambda y, s: y.scatter_(1, I([3, 0], [1, 2]), s), made(3, 4), made(2, 2))
over("wk_scatter_(y, 0, GRID(1, 2, 0, 1), in[1])", lambda y, s: y.scatter_(0, I([2, 0, 1]), s), made(3, 4), made(1, 3, k=3))
over("wk_scatter_value_(y, 0, GRID(1, 2, 0, 1), 1.5)", lambda y: y.scatter_(0, I([2, 0, 1]), 1.5), made(3, 4))
over("wk_scatter_add_(y, 0, GRID(2, 2, 0, 2, 2, 1, 0), in[1])", lambda y, s: y.scatter_add_(0, I([2, 0, 2], [2, 1, 0]), s), made(3, 4), made(2, 3, k=2))
over("wk_scatter_add_(y, 1, GRID(2, 1, 1, 1, 3, 0, 3), in[1])", lambda y, s: y.scatter_add_(1, I([1, 1, 1], [3, 0, 3]), s), made(2, 4), made(2, 3))
over("wk_scatter_add_(y, 0, wk_scalar(0, WK_I64), in[1])", lambda y, s: y.scatter_add_(0, torch.tensor(0), s), made(), made(k=2))
over("wk_index_add_(y, 1, INTS(2, 0, 2), in[1], 0.5)", lambda y, s: y.index_add_(1, I(2, 0, 2), s, alpha=0.5), made(2, 4), made(2, 3, k=4))
over("wk_index_add_(y, 0, INTS(1, 1), in[1], 1)", lambda y, s: y.index_add_(0, I(1, 1), s), made(3, 2), made(2, 2))
case("wk_index_copy(in[0], 1, INTS(2, 0), in[1])", lambda x, s: x.index_copy(1, I(2, 0), s), made(2, 4), made(2, 2, k=3))
case("wk_index_copy(in[0], 0, INTS(2), in[1])", lambda x, s: x.index_copy(0, I(2), s), made(3, 2), made(1, 2, k=3))
case("wk_index_copy(in[0], -1, INTS(1), in[1])", lambda x, s: x.index_copy(-1, I(1), s), made(2, 2, 3), made(2, 2, 1))
over("wk_index_copy_(y, 0, INTS(3, 0), in[1])", lambda y, s: y.index_copy_(0, I(3, 0), s), made(4, 2), made(2, 2, k=3))
case("wk_index_fill(in[0], 1, INTS(2, 0, 2), -1)", lambda x: x.index_fill(1, I(2, 0, 2), -1), made(2, 4))
case("wk_index_fill(in[0], 0, INTS(1), 0.5)", lambda x: x.index_fill(0, I(1), 0.5), made(3))
case("wk_index_fill(in[0], 1, wk_zeros(WK_SHAPE(0), WK_I64), 0.5)", lambda x: x.index_fill(1, torch.zeros(0).long(), 0.5), made(2, 2))
over("wk_index_fill_(y, 0, INTS(3, 0), 2)", lambda y: y.index_fill_(0, I(3, 0), 2), made(4, 2))
case("wk_index_fill_tensor(in[0], 1, INTS(2, 0, 2), in[1])", lambda x, v: x.index_fill(1, I(2, 0, 2), v), made(2, 4), made())
case("wk_index_fill_tensor(in[0], -2, INTS(1), in[1])", lambda x, v: x.index_fill(-2, I(1), v), made(2, 3, 2), torch.tensor(inf))
case("wk_index_fill_tensor(in[0], 0, wk_zeros(WK_SHAPE(0), WK_I64), in[1])", lambda x, v: x.index_fill(0, torch.zeros(0).long(), v), made(2, 2), made())
over("wk_index_fill_tensor_(y, 0, INTS(3, 0), in[1])", lambda y, v: y.index_fill_(0, I(3, 0), v), made(4, 2), made())
over("wk_index_put_(y, AT(INTS(0, -1)), in[1], false)", lambda y, v: y.index_put_((I(0, -1),), v), made(3, 4), made(2, 4))
over("wk_index_put_(y, AT(INTS(0, 2, 0), INTS(1, 1, 1)), in[1], true)", lambda y, v: y.index_put_((I(0, 2, 0), I(1, 1, 1)), v, accumulate=True), made(3, 4), made(3))
over("wk_index_put_(y, AT(GRID(2, 0, 1, 2, 0), GRID(2, 1, -1)), in[1], false)", lambda y, v: y.index_put_((I([0, 1], [2, 0]), I([1], [-1])), v), made(3, 4), made())

# Masks among indices
M23 = B([1, 0, 1], [0, 1, 1])
case("wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)))", lambda x: x[M23], made(2, 3))
case("wk_index(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)))", lambda x: x[M23], made(2, 3, 2))
case("wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1)))", lambda x: x[:, M23], made(2, 2, 3))
case("wk_index(in[0], AT(NULL, FLAGS(2, 1, 0, 1, 0, 1, 1), INTS(1)))", lambda x: x[:, M23, I(1)], made(2, 2, 3, 2))
case("wk_index(in[0], AT(LINE(1, 0, 1), NULL, INTS(3, 0)))", lambda x: x[B(1, 0, 1), :, I(3, 0)], made(3, 2, 4))
case("wk_index(in[0], AT(LINE(1, 0, 1), LINE(0, 1, 1)))", lambda x: x[B(1, 0, 1), B(0, 1, 1)], made(3, 3))
case("wk_index(in[0], AT(LINE(1, 0, 1), GRID(2, 3, 0, 1, 2)))", lambda x: x[B(1, 0, 1), I([3, 0], [1, 2])], made(3, 4))
case("wk_index(in[0], AT(LINE(0, 0, 0)))", lambda x: x[B(0, 0, 0)], made(3, 2))
case("wk_index(in[0], AT(NULL, LINE(1, 0), NULL))", lambda x: x[:, B(1, 0)], made(2, 2, 2))
case("wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], false)", lambda x, v: x.index_put((M23,), v), made(2, 3), made(4, k=3))
case("wk_index_put(in[0], AT(FLAGS(2, 1, 0, 1, 0, 1, 1)), in[1], true)", lambda x, v: x.index_put((M23,), v, accumulate=True), made(2, 3, 2), made(2, k=3))
over("wk_index_put_(y, AT(LINE(1, 0, 1), INTS(2)), in[1], false)", lambda y, v: y.index_put_((B(1, 0, 1), I(2)), v), made(3, 4), made(k=3))
case("wk_to(wk_nonzero(in[0]), WK_F64)", lambda x: x.detach().nonzero().double(), t([0, 2, 0], [nan, 0, -1]))
case("wk_to(wk_nonzero(in[0]), WK_F64)", lambda x: x.detach().nonzero().double(), made(2, 2, 3).round())
case("wk_to(wk_nonzero(in[0]), WK_F64)", lambda x: x.detach().nonzero().double(), t(0, 0, 0))
case("wk_to(wk_nonzero(in[0]), WK_F64)", lambda x: x.detach().nonzero().double(), torch.tensor(3.))

# Values that occur
for x in [t(3, 1, 3, 2, 1, 1), t([2, 2], [-0.0, 0.0]), t(), torch.tensor(4.), t(nan, 1, nan, inf, 1, -inf), made(3, 40).mul(3).round()]:
    for name in "unique", "unique_consecutive":
        every = functools.partial(getattr(torch, name), return_inverse=True, return_counts=True)
        case(f"wk_{name}(in[0], NULL, NULL)", lambda x: every(x.detach())[0], x)
        body = "wk_tensor *which, *counts;\n    return wk_{0}(in[0], &which, &counts) ? wk_to({1}, WK_F64) : NULL;"
        case(f"wk_{name}, inverse", lambda x: every(x.detach())[1].double(), x, body=body.format(name, "which"))
        case(f"wk_{name}, counts", lambda x: every(x.detach())[2].double(), x, body=body.format(name, "counts"))

# take_along_dim without a dim
case("wk_take_along_dim_all(in[0], INTS(5, 0, 0))", lambda x: torch.take_along_dim(x, I(5, 0, 0)), made(2, 3))
case("wk_take_along_dim_all(in[0], GRID(2, 3, 1, 2, 3))", lambda x: torch.take_along_dim(x, I([3, 1], [2, 3])), made(4))
case("wk_take_along_dim_all(in[0], INTS(0))", lambda x: torch.take_along_dim(x, I(0)), made())

# masked_fill, masked_scatter
case("wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1])", lambda x, v: x.masked_fill(B(1, 0, 1), v), made(2, 3), made())
case("wk_masked_fill_tensor(in[0], FLAGS(2, 1, 0), in[1])", lambda x, v: x.masked_fill(B([1], [0]), v), made(3), made())
over("wk_masked_fill_tensor_(y, FLAGS(2, 1, 0), in[1])", lambda y, v: y.masked_fill_(B([1], [0]), v), made(2, 3), made())
case("wk_masked_fill_tensor(in[0], LINE(1, 0, 1), in[1])", lambda x, v: x.masked_fill(B(1, 0, 1), v), t(nan, 1, 2), torch.tensor(inf))
case("wk_masked_scatter(in[0], FLAGS(2, 1, 0, 1, 0, 1, 1), in[1])", lambda x, s: x.masked_scatter(M23, s), made(2, 3), made(5, k=3))
case("wk_masked_scatter(in[0], LINE(1, 0, 1), in[1])", lambda x, s: x.masked_scatter(B(1, 0, 1), s), made(2, 3), made(2, 2, k=3))
case("wk_masked_scatter(in[0], FLAGS(2, 1, 0), in[1])", lambda x, s: x.masked_scatter(B([1], [0]), s), made(3), made(4, k=3))
over("wk_masked_scatter_(y, LINE(1, 0, 1), in[1])", lambda y, s: y.masked_scatter_(B(1, 0, 1), s), made(2, 3), made(4, k=3))

# Bounds, decimals, numbers
X = t([-2, -0.5, 0, 0.5], [2, nan, 0.25, -1])
case("wk_clamp_tensor(in[0], in[1], in[2])", torch.clamp, X, t(-1, -1, 0, -0.5), t([0.5], [1]))
case("wk_clamp_tensor(in[0], in[1], in[2])", torch.clamp, X, t(1, -1, nan, 0.5), t([0.5], [0.25]))
case("wk_clamp_tensor(in[0], in[1], in[2])", torch.clamp, t(0.5, 0, 1, nan, 2, 2, -1, nan), t(0.5, 0.5, 0.5, 0, nan, 2, 0, 2), t(0.5, 0.5, 0.5, 1, 1, 1, nan, 1))
case("wk_clamp_tensor(in[0], in[1], NULL)", lambda x, a: torch.clamp(x, min=a), X, t(-1, -1, 0, -0.5))
case("wk_clamp_tensor(in[0], NULL, in[1])", lambda x, b: torch.clamp(x, max=b), X, torch.tensor(0.25))
over("wk_clamp_tensor_(y, in[1], in[2])", lambda y, a, b: y.clamp_(a, b), made(2, 4), made(4) - 2, made(2, 1) + 1)
case("wk_round_decimals(in[0], 1)", lambda x: x.round(decimals=1), made(2, 4))
case("wk_round_decimals(in[0], 2)", lambda x: x.round(decimals=2), t(0.125, -0.375, inf, nan, -0.0, 1e30))
case("wk_round_decimals(in[0], -1)", lambda x: x.round(decimals=-1), t(5, 15, 25, -5, 4.99, inf, nan))
case("wk_round_decimals(in[0], 0)", lambda x: x.round(decimals=0), t(0.5, 1.5, -2.5))
over("wk_round_decimals_(y, 1)", lambda y: y.round_(decimals=1), made(5))
ODD = t([nan, 1, inf], [-inf, -0.5, nan])
case("wk_nan_to_num_with(in[0], .nan = 0.5)", lambda x: x.nan_to_num(nan=0.5).clamp(-8, 8), ODD, body="return wk_clamp(wk_nan_to_num_with(in[0], .nan = 0.5), -8, 8);")
case("wk_nan_to_num_with(in[0], .posinf = 3, .neginf = -4)", lambda x: x.nan_to_num(posinf=3, neginf=-4), ODD)
over("wk_nan_to_num_with_(y, .nan = 2, .posinf = 3, .neginf = -4)", lambda y: torch.nan_to_num_(y, 2, 3, -4), ODD)
over("wk_nan_to_num_run_(y, NULL)", lambda y: torch.nan_to_num_(y), t(nan, 1, -0.5))
case("wk_nan_to_num_with(in[0], .nan = INFINITY, .posinf = 3, .neginf = -4)", lambda x: x.nan_to_num(inf, 3, -4), ODD)
case("wk_softplus_beta(in[0], 2, 3)", lambda x: F.softplus(x, 2, 3), t(-3, 0, 1.5, 1.625, 4, nan, -inf, inf))
case("wk_softplus_beta(in[0], 0.5, 20)", lambda x: F.softplus(x, 0.5), made(2, 4))

# Reductions and counts
both = "wk_tensor *m, *v = {0};\n    return v ? wk_cat(WK_LIST(wk_tensor *, v, m), -1) : NULL;"
for name in ("var", "std"):
    f = getattr(torch, name + "_mean")
    c = f"wk_{name}_mean_dim(in[0], 1, 1, true, &m)"
    case(c, lambda x: torch.cat(f(x, 1, correction=1, keepdim=True), -1), made(3, 4), body=both.format(c))
    c = f"wk_{name}_mean_dims(in[0], 2, (int[]){{ 0, 2 }}, 0.5, false, &m)"
    case(c, lambda x: torch.cat(f(x, (0, 2), correction=0.5), -1), made(2, 3, 2), body=both.format(c))
    c = f"wk_{name}_mean(in[0], 0, &m)"
    case(c, lambda x: torch.stack(f(x, correction=0)), made(2, 3), body=f"wk_tensor *m, *v = {c};\n    return v ? wk_stack(WK_LIST(wk_tensor *, v, m), 0) : NULL;")
for p in (-1, -2.5, 0.5, 0, -inf):
    P = number(p)
    for x in (made(2, 4), t(0, -3, 1), t(2, nan, 1), t(inf, -2)):
        case(f"wk_norm(in[0], {P})", lambda x: torch.linalg.vector_norm(x, p), x)
    case(f"wk_norm_dim(in[0], {P}, 0, true)", lambda x: torch.linalg.vector_norm(x, p, 0, keepdim=True), made(3, 2))
case("wk_sort(wk_topk_with(in[0], 3, .sorted = false), -1, true, NULL)", lambda x: x.topk(3, sorted=False)[0].sort(descending=True)[0], (torch.arange(100.) * 37 % 101 / 8).reshape(2, 50))
case("wk_sort(wk_topk_with(in[0], 2, .dim = 0, .largest = false, .sorted = false), 0, false, NULL)", lambda x: x.topk(2, 0, False, False)[0].sort(0)[0], made(5, 3))
EDGES = t(-2, -1, 0.5, 0.5, 3)
H = t([-2, -1.5, -1, 0.25], [0.5, 3, 4, nan])
case("wk_histogram_with(in[0], .at = in[1])", lambda x, e: torch.histogram(x.detach(), e.detach())[0], H, EDGES, grad=False)
case("wk_histogram_with(in[0], .at = in[1], .weight = in[2])", lambda x, e, w: torch.histogram(x, e, weight=w)[0], H, EDGES, made(2, 4), grad=False)
case("wk_histogram_with(in[0], .at = in[1], .density = true)", lambda x, e: torch.histogram(x, e, density=True)[0], H, t(-2, -1.5, 0, 4), grad=False)
case("wk_histogram_with(in[0], .at = in[1])", lambda x, e: torch.histogram(x, e)[0], t(), t(0, 1), grad=False)

# Convolution with padding "same", embedding
case("wk_conv1d(in[0], in[1], in[2], .padding = WK_SAME)", lambda x, w, b: F.conv1d(x, w, b, padding="same"), made(2, 2, 5), made(3, 2, 3, k=3), made(3))
case("wk_conv1d(in[0], in[1], NULL, .padding = WK_SAME, .dilation = WK_DIMS(3))", lambda x, w: F.conv1d(x, w, padding="same", dilation=3), made(2, 5), made(1, 2, 4, k=3))
case("wk_conv2d(in[0], in[1], NULL, .padding = WK_SAME, .groups = 2)", lambda x, w: F.conv2d(x, w, padding="same", groups=2), made(1, 2, 3, 4), made(2, 1, 2, 3, k=3))
case("wk_conv2d(in[0], in[1], NULL, .padding = WK_SAME, .dilation = WK_DIMS(2, 1))", lambda x, w: F.conv2d(x, w, padding="same", dilation=(2, 1)), made(1, 1, 4, 3), made(2, 1, 3, 2, k=3))
case("wk_conv3d(in[0], in[1], NULL, .padding = WK_SAME)", lambda x, w: F.conv3d(x, w, padding="same"), made(1, 1, 2, 3, 2), made(1, 1, 2, 1, 4, k=3))
E, E2 = I([3, 1, 3], [0, 3, 1]), I(2, 2, 0)
case("wk_embedding_with(GRID(2, 3, 1, 3, 0, 3, 1), in[0], .scale_grad_by_freq = true)", lambda w: F.embedding(E, w, scale_grad_by_freq=True), made(4, 3))
case("wk_embedding_with(GRID(2, 3, 1, 3, 0, 3, 1), in[0], .scale_grad_by_freq = true, .padding_idx = 3)", lambda w: F.embedding(E, w, 3, scale_grad_by_freq=True), made(4, 3))
for p, m in ((2, 2), (1, 3), (inf, 1.5), (3, 100)):
    case(f"wk_embedding_with(INTS(2, 2, 0), y, .max_norm = {m}, .norm_type = {number(p)})", lambda w: F.embedding(E2, w * 1, max_norm=m, norm_type=p),
         made(4, 3), body=f"wk_tensor *y = wk_mul_scalar(in[0], 1);\n    return wk_embedding_with(INTS(2, 2, 0), y, .max_norm = {m}, .norm_type = {number(p)});")

# CTC: the inputs go through log_softmax, behind which alone PyTorch's gradient is right
def ctc(arguments, f, x, dim=2, options=""):
    name = f"wk_ctc_loss_with(wk_log_softmax(in[0], {dim}), {arguments}, {options})" if options else f"wk_ctc_loss(wk_log_softmax(in[0], {dim}), {arguments})"
    case(name, lambda x: f(x.log_softmax(dim)), x)


T = I([1, 2, 2], [3, 1, 0])
PADDED, JOINED = "GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2)", "INTS(1, 2, 2, 3, 1), INTS(5, 4), INTS(3, 2)"
L = made(5, 2, 4)
ctc(PADDED, lambda x: F.ctc_loss(x, T, I(5, 4), I(3, 2)), L)
ctc(JOINED, lambda x: F.ctc_loss(x, I(1, 2, 2, 3, 1), I(5, 4), I(3, 2)), L)
for r in ("NONE", "SUM"):
    ctc(JOINED, lambda x: F.ctc_loss(x, I(1, 2, 2, 3, 1), I(5, 4), I(3, 2), reduction=r.lower()), L, options=f".reduction = WK_REDUCE_{r}")
ctc("GRID(2, 1, 0, 0, 1), INTS(5, 5), INTS(2, 0)", lambda x: F.ctc_loss(x, I([1, 0], [0, 1]), I(5, 5), I(2, 0), blank=3, reduction="none"), L,
    options=".blank = 3, .reduction = WK_REDUCE_NONE")
ctc("GRID(2, 1, 1, 1, 2), INTS(2, 5), INTS(2, 2)", lambda x: F.ctc_loss(x, I([1, 1], [1, 2]), I(2, 5), I(2, 2), reduction="none"), L, options=".reduction = WK_REDUCE_NONE")
ctc("GRID(2, 1, 1, 1, 2), INTS(2, 5), INTS(2, 2)", lambda x: F.ctc_loss(x, I([1, 1], [1, 2]), I(2, 5), I(2, 2), zero_infinity=True), L, options=".zero_infinity = true")
ctc("GRID(2, 1, 1, 1, 2), INTS(0, 5), INTS(0, 2)", lambda x: F.ctc_loss(x, I([1, 1], [1, 2]), I(0, 5), I(0, 2), reduction="none"), L, options=".reduction = WK_REDUCE_NONE")
ctc("INTS(1, 2), wk_scalar(4, WK_I64), wk_scalar(2, WK_I64)", lambda x: F.ctc_loss(x, I(1, 2), torch.tensor(4), torch.tensor(2)), made(5, 3), dim=1)
ctc("INTS(1, 2), INTS(5), INTS(2)", lambda x: F.ctc_loss(x, I(1, 2), torch.tensor(5), torch.tensor(2), reduction="none"), made(5, 3), dim=1, options=".reduction = WK_REDUCE_NONE")
# What cannot be has no share in any alignment: its gradient is 0, where PyTorch has -inf - -inf.
LP = made(5, 2, 4).log_softmax(2)
LP[1, 0, 1], LP[3, 0, 0], LP[2, 1, 3], LP[0, 1, 2] = -inf, -inf, -inf, -inf
for r in ("NONE", "MEAN"):
    case(f"wk_ctc_loss_with(in[0], {PADDED}, .reduction = WK_REDUCE_{r})", lambda x: F.ctc_loss(x, T, I(5, 4), I(3, 2), reduction=r.lower()), LP, mend=True)
LP = LP.clone()
LP[:, 0, 3], LP[:, 1, 3] = -inf, -inf
case("wk_ctc_loss_with(in[0], GRID(2, 1, 2, 2, 3, 1, 0), INTS(5, 4), INTS(3, 2), .zero_infinity = true)",
     lambda x: F.ctc_loss(x, T, I(5, 4), I(3, 2), zero_infinity=True), LP, mend=True)

# Dropout of everything
WIDE = t([nan, 1, -inf], [-2, 0, 5])
for name, f, x in (("dropout", F.dropout, WIDE), ("alpha_dropout", F.alpha_dropout, WIDE), ("feature_alpha_dropout", F.feature_alpha_dropout, WIDE),
                   ("dropout1d", F.dropout1d, made(2, 3, 2)), ("dropout2d", F.dropout2d, made(2, 3, 2, 1)), ("dropout3d", F.dropout3d, made(2, 1, 2, 1, 2))):
    case(f"wk_{name}(in[0], 1, true)", lambda x: f(x, 1.0, True), x)

# Values between the elements of images
X, G = made(2, 2, 3, 4) / 4, made(2, 1, 4, 2, k=9) * 0.49
V, L = made(1, 2, 2, 3, 4, k=3), made(1, 1, 2, 3, 3, k=5) * 0.47
for corners in (False, True):
    for padding in ("zeros", "border", "reflection"):
        for mode in ("nearest", "bilinear", "bicubic"):
            kind = mode.replace("bilinear", "linear").upper()
            given = f".mode = WK_INTERPOLATE_{kind}, .padding = WK_GRID_{padding.upper()}, .align_corners = {str(corners).lower()}"
            f = lambda x, g: F.grid_sample(x, g, mode, padding, corners)
            case(f"wk_grid_sample(in[0], in[1], {given})", f, X, G, grad=mode != "nearest")
            if mode != "bicubic":
                case(f"wk_grid_sample(in[0], in[1], {given})", f, V, L, grad=mode != "nearest")
    C_ = str(corners).lower()
    case(f"wk_affine_grid(in[0], 4, (int64_t[]){{ 2, 3, 2, 3 }}, {C_})", lambda t: F.affine_grid(t, (2, 3, 2, 3), corners), made(2, 2, 3))
    case(f"wk_affine_grid(in[0], 5, (int64_t[]){{ 1, 1, 2, 1, 3 }}, {C_})", lambda t: F.affine_grid(t, (1, 1, 2, 1, 3), corners), made(1, 3, 4))
case("wk_grid_sample(in[0], in[1])", F.grid_sample, torch.zeros(0, 2, 2, 3), torch.zeros(0, 1, 4, 2))
case("wk_grid_sample(in[0], in[1])", F.grid_sample, made(1, 0, 2, 3), torch.zeros(1, 1, 2, 2), grad=False)
case("wk_grid_sample(in[0], in[1])", F.grid_sample, made(2, 1, 2, 3), torch.zeros(2, 0, 4, 2))
case("wk_grid_sample(in[0], in[1])", F.grid_sample, made(1, 1, 2, 3), t(nan, 0.25, 0.5, nan).reshape(1, 1, 2, 2), grad=False)

# Cross products
case("wk_cross(in[0], in[1], -1)", lambda a, b: torch.linalg.cross(a, b), made(2, 4, 3), made(1, 4, 3, k=5))
case("wk_cross(in[0], in[1], 0)", lambda a, b: torch.linalg.cross(a, b, dim=0), made(3, 1), made(3, 4, k=2))

# Places among sorted values
E = t([-2, -1, 0.5, 0.5, 3, inf], [-3, -3, 0, 1, 2, nan])
V = t([-2, -1.5, 0.5, 4, inf, nan, -5], [-3, 2, 0, 1.5, 3, nan, -inf])
for right in (False, True):
    R = str(right).lower()
    case(f"wk_searchsorted(in[0], in[1], {R})", lambda e, v: torch.searchsorted(e, v, right=right), E, V, grad=False)
    case(f"wk_searchsorted(in[0], in[1], {R})", lambda e, v: torch.searchsorted(e, v, right=right), E[0], V, grad=False)
    case(f"wk_searchsorted(wk_t(in[0]), wk_t(in[1]), {R})", lambda e, v: torch.searchsorted(e.t().contiguous(), v.t().contiguous(), right=right), made(2, 3).sort(0)[0], made(5, 3), grad=False)
    case(f"wk_searchsorted(wk_to(in[0], WK_I32), wk_to(in[1], WK_I32), {R})", lambda e, v: torch.searchsorted(e.int(), v.int(), right=right), t(-2, 0, 0, 7), t(-3, 0, 1, 7, 8), grad=False)
    case(f"wk_bucketize(in[0], in[1], {R})", lambda v, e: torch.bucketize(v, e, right=right), made(2, 3, 2), t(-2, -1, 0.375, 0.375, 2), grad=False)
case("wk_bucketize(in[0], in[1], false)", lambda v, e: torch.bucketize(v, e), torch.tensor(2.), t(1, 2, 3), grad=False)
case("wk_bucketize(in[0], in[1], true)", lambda v, e: torch.bucketize(v, e, right=True), t(1, 2), t(), grad=False)

# Matrices: factors, systems, determinants
def definite(*shape):
    m = made(*shape)
    return m @ m.mT + 4 * torch.eye(shape[-1])


def firm(*shape):
    return made(*shape) + 5 * torch.eye(shape[-1])


L = torch.linalg
for S in (definite(3, 3), definite(2, 2, 4, 4), torch.zeros(2, 0, 0)):
    case("wk_cholesky(in[0], false)", lambda x: L.cholesky(x), S)
    case("wk_cholesky(in[0], true)", lambda x: L.cholesky(x, upper=True), S)
for upper in (False, True):
    U = str(upper).lower()
    case(f"wk_solve_triangular(in[0], in[1], {U})", lambda a, b: L.solve_triangular(a, b, upper=upper), firm(3, 3), made(2, 3, 2))
    case(f"wk_solve_triangular(in[0], in[1], {U}, .left = false)", lambda a, b: L.solve_triangular(a, b, upper=upper, left=False), firm(2, 1, 3, 3), made(2, 4, 3))
    case(f"wk_solve_triangular(in[0], in[1], {U}, .unitriangular = true)",
         lambda a, b: L.solve_triangular(a, b, upper=upper, unitriangular=True), made(2, 3, 3), made(3, 2))
case("wk_solve_triangular(in[0], in[1], false)", lambda a, b: L.solve_triangular(a, b, upper=False), t([2, 0], [1, 0]), t([3], [1]), grad=False)
case("wk_solve(in[0], in[1])", lambda a, b: L.solve(a, b), made(3, 3), made(3, 2))
case("wk_solve(in[0], in[1])", lambda a, b: L.solve(a, b), made(3, 3), made(3))
case("wk_solve(in[0], in[1])", lambda a, b: L.solve(a, b), firm(2, 3, 3), made(2, 3))
case("wk_solve(in[0], in[1])", lambda a, b: L.solve(a, b), firm(2, 1, 3, 3), made(4, 3, 1))
case("wk_solve(in[0], in[1])", lambda a, b: L.solve(a, b), t([0, 1], [2, 0]), made(2, 2))
case("wk_solve(in[0], in[1])", lambda a, b: L.solve(a, b), torch.zeros(0, 0), torch.zeros(0, 3))
SINGULAR = (t([1, 2], [2, 4]), t([1, 2, 3], [2, 4, 6], [1, 0, 1]), torch.zeros(2, 2), t([0, 0, 1], [0, 0, 2], [1, 3, 5]))
case("wk_solve(in[0], in[1])", lambda a, b: L.solve(a, b), t([0, 2, 1], [1, 0, 1], [4, 1, 0]), made(3, 2))  # rows go round
for x in (made(3, 3), firm(2, 2, 4, 4), t([0, 1], [1, 0]), torch.zeros(3, 0, 0)):
    case("wk_inv(in[0])", lambda x: L.inv(x), x)
for x in (made(3, 3), firm(2, 2, 4, 4), t([0, 1], [1, 0]), torch.zeros(3, 0, 0), *SINGULAR):
    case("wk_det(in[0])", lambda x: L.det(x), x, grad=not any(x is s for s in SINGULAR))  # PyTorch's gradient is 0 there
    case("wk_slogdet(in[0], NULL)", lambda x: L.slogdet(x)[1], x, grad=not any(x is s for s in SINGULAR))
    case("wk_slogdet(in[0], &sign)", lambda x: L.slogdet(x)[0], x, grad=False, body="wk_tensor *sign;\n    return wk_slogdet(in[0], &sign) ? sign : NULL;")

print("/* Made by tests/golden/calls.py with PyTorch", torch.__version__.split("+")[0], "in double precision. */")
print("""typedef struct golden_tensor {
    int ndim;
    int64_t shape[5];
    const double *values, *grad;
} golden_tensor;
typedef struct golden_call {
    const char *text;
    wk_tensor *(*call)(wk_tensor *const *in);
    int inputs;
    golden_tensor in[3], y;
    bool differentiable;
} golden_call;
""")
print("\n".join(functions))
print("static const golden_call golden_calls[] = {")
print("\n".join(cases))
print("};")
