"""Makes tests/golden/reduce.h: what PyTorch gives for reductions, scans, orders and histograms, and their gradients.

    python3 tests/golden/reduce.py > tests/golden/reduce.h

A case is a call in C (with x the input, and i where indices are wanted), the input, the values, the indices, and the
gradient of sum(values * weights) with weights 1, 2, 3, ... over the flattened result."""
import math

import torch

inf, nan = math.inf, math.nan
F, D = torch.float32, torch.float64
NAMES = {F: "WK_F32", D: "WK_F64", torch.int64: "WK_I64", torch.int32: "WK_I32", torch.uint8: "WK_U8", torch.bool: "WK_BOOL"}
cases, functions = [], []


def number(v):
    v = float(v)
    if math.isnan(v):
        return "NAN"
    if math.isinf(v):
        return "INFINITY" if v > 0 else "-INFINITY"
    return f"{v:.17g}"


def listed(t):
    return "(double[]){ " + (", ".join(number(v) for v in t.flatten().tolist()) or "0") + " }"


def case(call, f, x, grad=True):
    x = x.clone()
    grad = grad and x.is_floating_point()
    if grad:
        x.requires_grad_()
    r = f(x)
    y, index = (r[0], r[1]) if isinstance(r, tuple) else (r, None)
    g = None
    if grad:
        w = torch.arange(1, y.numel() + 1, dtype=y.dtype).reshape(y.shape)
        g = torch.autograd.grad((y * w).sum(), x, allow_unused=True)[0]
        g = torch.zeros_like(x) if g is None else g
    n = len(functions)
    functions.append(f"static wk_tensor *case_{n}(wk_tensor *x, wk_tensor **i) {{ (void)i; return {call}; }}")

    def shape(t):
        return f"{t.dim()}, {{ {', '.join(str(s) for s in t.shape) or 0} }}"
    y = y.detach()
    cases.append(f'{{ "{call}", case_{n}, {NAMES[x.dtype]}, {shape(x)}, {listed(x.detach())}, {NAMES[y.dtype]}, {shape(y)}, '
                 f"{listed(y)}, {listed(index) if index is not None else 'NULL'}, {listed(g) if g is not None else 'NULL'} }},")


def t(*v, dtype=F):
    return torch.tensor(v, dtype=dtype)


def made(*shape, dtype=D):
    n = math.prod(shape)
    return torch.tensor([round(math.sin(i + 1) * 24) / 8 for i in range(n)], dtype=dtype).reshape(shape)


M, C = made(3, 4), made(2, 3, 4, dtype=F)
DIMS = "2, (int[]){ 0, -1 }"
Z = torch.tensor([[2, 0, 3.], [0, 5, 0], [1, 2, 4]])
for dtype in (F, D):
    Zd = Z.to(dtype)
    case("wk_prod(x)", lambda x: x.prod(), t(2, 0, 3, dtype=dtype))
    case("wk_prod_dim(x, 1, false)", lambda x: x.prod(1), Zd)
    case("wk_prod_dim(x, 0, true)", lambda x: x.prod(0, keepdim=True), Zd)
case("wk_prod(x)", lambda x: x.prod(), torch.zeros(0))
case("wk_prod(x)", lambda x: x.prod(), t(1e30, 1e30, 1e-30))
case("wk_prod(x)", lambda x: x.prod(), torch.tensor([200, 3], dtype=torch.uint8))
case("wk_prod_dims(x, 1, (int[]){ -1 }, false)", lambda x: x.prod(-1), C)
case("wk_prod(x)", lambda x: x.prod(), torch.tensor(3.))
case("wk_mean_dims(x, 2, (int[]){ 0, -1 }, true)", lambda x: x.mean((0, -1), keepdim=True), C)
case("wk_mean_dims(x, 0, NULL, false)", lambda x: x.mean(), C)
case("wk_mean_dim(x, 0, false)", lambda x: x.mean(0), torch.zeros(0, 2))
for name, f in (("var", torch.var), ("std", torch.std)):
    for x in (M, C):
        case(f"wk_{name}(x, 1)", lambda x: f(x), x)
        case(f"wk_{name}_dim(x, 1, 0, true)", lambda x: f(x, 1, correction=0, keepdim=True), x)
        case(f"wk_{name}_dims(x, {DIMS}, 2, false)", lambda x: f(x, (0, -1), correction=2), x)
    case(f"wk_{name}(x, 1)", lambda x: f(x), t(5.))
    case(f"wk_{name}(x, 0)", lambda x: f(x, correction=0), t(5.))
    case(f"wk_{name}(x, 2)", lambda x: f(x, correction=2), t(1, 2))
    case(f"wk_{name}(x, 3)", lambda x: f(x, correction=3), t(1, 2))
    case(f"wk_{name}(x, 1)", lambda x: f(x), t(.1, .1, .1, .1, .1))
    case(f"wk_{name}(x, 1)", lambda x: f(x), t(1, inf, 2))
    case(f"wk_{name}(x, 1)", lambda x: f(x), t(1, nan, 2))
    case(f"wk_{name}(x, 1)", lambda x: f(x), torch.zeros(0))
    case(f"wk_{name}(x, 1)", lambda x: f(x), t(10000.25, 10000.5, 10000.75, 10001))
    case(f"wk_{name}_dim(x, 0, 1, false)", lambda x: f(x, 0), torch.zeros(3, 0))
N = torch.linalg.vector_norm
for p in (0, 0.5, 1, 1.5, 2, 3, inf, -inf, -1):
    P = "INFINITY" if p == inf else "-INFINITY" if p == -inf else str(p)
    for x in (M, C):
        case(f"wk_norm(x, {P})", lambda x: torch.norm(x, p), x)
        case(f"wk_norm_dim(x, {P}, 1, false)", lambda x: torch.norm(x, p, 1), x)
    if p > 0:
        case(f"wk_norm(x, {P})", lambda x: torch.norm(x, p), t(0, 0, 0))
        case(f"wk_norm(x, {P})", lambda x: torch.norm(x, p), t(0, 3, 0, -4))
        case(f"wk_norm(x, {P})", lambda x: torch.norm(x, p), t(nan, 1))
case(f"wk_norm_dims(x, 2, {DIMS}, true)", lambda x: torch.norm(x, 2, (0, -1), keepdim=True), C)
case("wk_norm(x, INFINITY)", lambda x: torch.norm(x, inf), t(2, -2, 1))
for p in (0, 1, 2, 3):
    case(f"wk_norm(x, {p})", lambda x: torch.norm(x, p), torch.zeros(0))
case("wk_logsumexp(x, 1, false)", lambda x: x.logsumexp(1), M)
case(f"wk_logsumexp_dims(x, {DIMS}, true)", lambda x: x.logsumexp((0, -1), keepdim=True), C)
for v in ((-inf, -inf), (inf, 1), (-inf, 1), (nan, 1), (1000, 1000), (-1e4, -1e4 - 2)):
    case("wk_logsumexp(x, 0, true)", lambda x: x.logsumexp(0, keepdim=True), t(*v, dtype=D))
case("wk_logsumexp(x, 0, false)", lambda x: x.logsumexp(0), torch.zeros(0, 2))
case("wk_logsumexp(x, 0, false)", lambda x: x.logsumexp(0), torch.tensor([1, 2, 3]))
case("wk_logsumexp(x, 0, false)", lambda x: x.logsumexp(0), torch.tensor(2.))
T = torch.tensor([[1, 3, 3, -2], [nan, 5, nan, 0], [4, 4, 4, 4.]])
for name in ("max", "min"):
    f, g = getattr(torch, name), getattr(torch, "a" + name)
    case(f"wk_{name}(x)", lambda x: f(x), t(1, 3, 3, -2, -2))
    case(f"wk_{name}(x)", lambda x: f(x), t(1, nan, 3, nan))
    case(f"wk_{name}(x)", lambda x: f(x), torch.tensor(3.))
    case(f"wk_{name}(x)", lambda x: f(x), torch.tensor([3, -9, 4], dtype=torch.int32))
    case(f"wk_{name}(x)", lambda x: f(x), torch.tensor([True, False]))
    for x in (T, M):
        case(f"wk_a{name}(x, 1, false)", lambda x: g(x, 1), x)
        case(f"wk_a{name}_dims(x, {DIMS}, true)", lambda x: g(x, (0, -1), keepdim=True), x)
    case(f"wk_a{name}_dims(x, 0, NULL, false)", lambda x: g(x), M)
    for x in (T, M, torch.tensor([[3, 1], [2, 1]])):
        case(f"wk_{name}_dim(x, 1, false, i)", lambda x: tuple(f(x, 1)), x)
        case(f"wk_{name}_dim(x, 0, true, i)", lambda x: tuple(f(x, 0, keepdim=True)), x)
    case(f"wk_{name}_dim(x, -1, true, i)", lambda x: tuple(f(x, -1, keepdim=True)), torch.tensor(7.))
    case(f"wk_{name}_dim(x, 1, false, i)", lambda x: tuple(f(x, 1)), torch.zeros(0, 2))
    a = getattr(torch, "arg" + name)
    for x in (T, M, torch.tensor([[3, 1], [2, 1]])):
        case(f"wk_arg{name}_all(x)", lambda x: a(x), x, grad=False)
        case(f"wk_arg{name}_all(wk_t(x))", lambda x: a(x.t()), x, grad=False)
        case(f"wk_arg{name}(x, 1, true)", lambda x: a(x, 1, keepdim=True), x, grad=False)
        case(f"wk_arg{name}(x, 0, false)", lambda x: a(x, 0), x, grad=False)
for name in ("any", "all"):
    f = getattr(torch, name)
    for x in (Z, T, Z.long(), Z.bool(), torch.zeros(0), torch.zeros(0, 2), torch.zeros(2, 0), torch.tensor(nan), torch.zeros(3)):
        case(f"wk_{name}(x)", lambda x: f(x), x, grad=False)
    for x in (Z, Z.long(), Z.bool(), torch.zeros(2, 0)):
        case(f"wk_{name}_dim(x, 1, true)", lambda x: f(x, 1, keepdim=True), x, grad=False)
    case(f"wk_{name}_dims(x, {DIMS}, false)", lambda x: f(x, (0, -1)), C, grad=False)
for x in (Z, T, Z.long(), Z.bool(), torch.zeros(0)):
    case("wk_count_nonzero(x)", lambda x: x.count_nonzero(), x, grad=False)
case("wk_count_nonzero_dim(x, 0)", lambda x: x.count_nonzero(0), Z, grad=False)
case(f"wk_count_nonzero_dims(x, {DIMS})", lambda x: x.count_nonzero((0, -1)), C, grad=False)
for name in ("cumsum", "cumprod"):
    f = getattr(torch, name)
    for x in (M, C, t(2, 0, 3, 4), t(0, 2, 0, 3, dtype=D), t(1, nan, 2), t(inf, -inf, 1), torch.tensor(3.), torch.zeros(0, 2)):
        finite = name == "cumsum" or bool(x.isfinite().all())  # PyTorch divides by x, which makes NaN of them
        case(f"wk_{name}(x, 0)", lambda x: f(x, 0), x, grad=finite)
    case(f"wk_{name}(x, -1)", lambda x: f(x, -1), C)
    case(f"wk_{name}(x, 1)", lambda x: f(x, 1), Z)
    case(f"wk_{name}(x, 0)", lambda x: f(x, 0), torch.tensor([200, 100, 3], dtype=torch.uint8))
    case(f"wk_{name}(x, 0)", lambda x: f(x, 0), torch.tensor([True, True, False]))
case("wk_cumsum(x, 0)", lambda x: x.cumsum(0), t(2. ** 24, 1, 1))
O = t(3, nan, -0., 1, 0, inf, -inf, 1, nan, -5)
for x in (O, O.double(), torch.tensor([3, -1, 3, 2, -1]), torch.tensor([3, -1, 3], dtype=torch.int32),
          torch.tensor([9, 255, 0, 9], dtype=torch.uint8), torch.tensor([True, False, True]), torch.zeros(0), torch.tensor(2.)):
    for down in (False, True):
        C_ = "true" if down else "false"
        case(f"wk_sort(x, 0, {C_}, i)", lambda x: tuple(torch.sort(x, dim=0, descending=down, stable=True)), x)
        case(f"wk_argsort(x, 0, {C_})", lambda x: torch.argsort(x, dim=0, descending=down, stable=True), x, grad=False)
case("wk_sort(x, 1, true, i)", lambda x: tuple(torch.sort(x, dim=1, descending=True, stable=True)), C)
case("wk_sort(x, 0, false, i)", lambda x: tuple(torch.sort(x, dim=0, stable=True)), M)
U = torch.tensor([[3, nan, -2, 1, 0.5], [9, 8, 7, inf, -inf]])
for k in (0, 1, 3, 5):
    for big in (True, False):
        C_ = "true" if big else "false"
        case(f"wk_topk(x, {k}, 1, {C_}, i)", lambda x: tuple(torch.topk(x, k, 1, big)), U)
case("wk_topk(x, 2, 0, true, i)", lambda x: tuple(torch.topk(x, 2, 0)), made(4, 3))
case("wk_topk(x, 1, 0, true, i)", lambda x: tuple(torch.topk(x, 1, 0)), torch.tensor(2.))
# Values at a place in order: gradients of lines without ties, as PyTorch picks any of equals, NaN among them
Q = torch.tensor([[3, nan, -2, 1, 0.5], [9, 8, 7, inf, -inf], [nan, nan, nan, nan, 2]])
R = torch.tensor([[3, 4, -2, 1, 0.5], [9, 8, 7, -1, 0.25]], dtype=D)
for x in (R, R.int(), R[:, :4].float(), Q[1:2]):
    for k in (1, 4):
        case(f"wk_kthvalue(x, {k}, 1, false, i)", lambda x: tuple(torch.kthvalue(x, k, 1)), x)
    case("wk_median_dim(x, -1, true, i)", lambda x: tuple(torch.median(x, -1, True)), x)
    case("wk_nanmedian_dim(x, -1, false, i)", lambda x: tuple(torch.nanmedian(x, -1)), x)
case("wk_kthvalue(x, 1, 0, true, i)", lambda x: tuple(torch.kthvalue(x, 1, 0, True)), torch.tensor(2.))
for x in (R, R.int(), R[0, :4], Q[1], torch.tensor(3.)):
    case("wk_median(x)", lambda x: x.median(), x)
    case("wk_nanmedian(x)", lambda x: x.nanmedian(), x)
for x in (Q[0], Q[2]):
    case("wk_median(x)", lambda x: x.median(), x, grad=False)
    case("wk_nanmedian(x)", lambda x: x.nanmedian(), x)
case("wk_median_dim(x, 0, false, i)", lambda x: tuple(torch.median(x, 0)), Q)
for x in (R, Q, Q[1], torch.tensor(2.)):
    for name in ("quantile", "nanquantile"):
        f = getattr(torch, name)
        for q in (0, 0.25, 0.3, 1):
            case(f"wk_{name}(x, {q}, -1, true)", lambda x: f(x, torch.tensor(q, dtype=x.dtype), -1, True), x, grad=x is not Q)
            case(f"wk_{name}(x, {q}, 0, false)", lambda x: f(x, torch.tensor(q, dtype=x.dtype), 0), x)
        for kind in ("linear", "lower", "higher", "midpoint", "nearest"):
            for keep in (False, True)[kind == "linear":]:
                case(f"wk_{name}s(x, 3, (double[]){{ 0.5, 0.125, 0.8 }}, 0, {str(keep).lower()}, WK_QUANTILE_{kind.upper()})",
                     lambda x: f(x, torch.tensor([0.5, 0.125, 0.8], dtype=x.dtype), 0, keep, interpolation=kind), x)
for x in (Z, Q, Q.double(), R.int(), torch.zeros(0), torch.tensor(nan)):
    case("wk_nansum(x)", lambda x: x.nansum(), x)
    case("wk_nansum_dim(x, 0, true)", lambda x: x.nansum(0, True), x)
    if x.is_floating_point():
        some = not bool(x.isnan().all())  # where nothing is a number, PyTorch's gradients are NaN
        case("wk_nanmean(x)", lambda x: x.nanmean(), x, grad=some)
        case("wk_nanmean_dim(x, -1, false)", lambda x: x.nanmean(-1), x, grad=some)
case(f"wk_nansum_dims(x, {DIMS}, false)", lambda x: x.nansum((0, -1)), C)
case(f"wk_nanmean_dims(x, {DIMS}, true)", lambda x: x.nanmean((0, -1), True), C)
for x in (M, Z, torch.tensor([9, 255, 0], dtype=torch.uint8), torch.tensor([True, False, False]), torch.zeros(0), torch.zeros(1, 2)):
    for n in (0, 1, 2):
        case(f"wk_diff(x, {n}, 0)", lambda x: x.diff(n, 0), x)
case("wk_diff(x, 1, -1)", lambda x: x.diff(), C)
for x in (M, Z.int(), torch.zeros(0, 2)):
    case("wk_trace(x)", lambda x: x.trace(), x)
I = torch.tensor([1, 3, 1, 0, 3, 3])
case("wk_bincount(x, NULL, 0)", lambda x: x.bincount(), I)
case("wk_bincount(x, NULL, 6)", lambda x: x.bincount(minlength=6), I.to(torch.uint8))
case("wk_bincount(x, NULL, 0)", lambda x: x.bincount(), torch.zeros(0, dtype=torch.int64))
case("wk_bincount(x, NULL, 2)", lambda x: x.bincount(minlength=2), torch.zeros(0, dtype=torch.int64))
W = "wk_from((float[]){ .5f, 1, 2, 4, 8, 16 }, WK_SHAPE(6), WK_F32)"
w = t(.5, 1, 2, 4, 8, 16)
case(f"wk_bincount(x, {W}, 0)", lambda x: x.bincount(w), I)
case(f"wk_bincount(x, wk_to({W}, WK_I32), 0)", lambda x: x.bincount(w.int()), I)
H = t(0, .5, 1, 1.5, 2, 2, 3, -1)
for x in (H, H.double()):
    case("wk_histc(x, 4, 0, 0)", lambda x: x.histc(4), x, grad=False)
    case("wk_histc(x, 4, 0, 2)", lambda x: x.histc(4, 0, 2), x, grad=False)
    case("wk_histogram(x, 5, i)", lambda x: tuple(torch.histogram(x, 5)), x, grad=False)
    case("wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .edges = i)", lambda x: tuple(torch.histogram(x, 3, range=(-1., 2.))), x, grad=False)
    case("wk_histogram_with(x, .bins = 3, .low = -1, .high = 2, .density = true, .edges = i)",
         lambda x: tuple(torch.histogram(x, 3, range=(-1., 2.), density=True)), x, grad=False)
case("wk_histogram_with(x, .bins = 2, .weight = wk_square(x), .edges = i)", lambda x: tuple(torch.histogram(x, 2, weight=x * x)), H, grad=False)
case("wk_histc(x, 3, 0, 1)", lambda x: x.histc(3, 0, 1), t(nan, .5, 2, 1), grad=False)
case("wk_histc(x, 3, 0, 0)", lambda x: x.histc(3), t(2, 2), grad=False)
case("wk_histogram(x, 2, i)", lambda x: tuple(torch.histogram(x, 2)), t(2, 2), grad=False)
case("wk_histogram(x, 10, i)", lambda x: tuple(torch.histogram(x, 10)), torch.arange(0, 31) / 30, grad=False)

print("/* Made by tests/golden/reduce.py with PyTorch", torch.__version__.split("+")[0] + ". */")
print("/* clang-format off */")
print("\n".join(functions))
print("static const golden_case golden_reduce[] = {")
print("\n".join(cases))
print("};")
