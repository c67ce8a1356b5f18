"""Makes rows.h: values and gradients of every elementwise row in f32 and f64, what comes of integers and bools, and the table of
promotions, by PyTorch. Usage: rows.py > rows.h"""
import math

import torch
import torch.nn.functional as F

INF, NAN = math.inf, math.nan
D = torch.float64
ONE = [-INF, -30.0, -3.0, -1.0, -0.625, -0.0, 0.0, 0.375, 1.0, 2.5, 6.0, 21.0, INF, NAN]
TWO = ([7.0, -7.0, 7.0, -7.5, 1.0, 0.0, -0.0, 0.0, INF, 1.5, NAN, 2.0, 2.0, -1.0, 1e-3],
       [3.0, 3.0, -3.0, 2.0, 0.125, 0.0, -3.0, 2.0, 1.5, INF, 2.0, NAN, 2.0, -INF, -1e4])
THREE = ([1.0, -2.0, 0.5, 3.0, NAN, 0.0], [2.0, 5.0, -1.5, 3.0, 1.0, INF], [0.25, 0.75, 1.0, -0.5, 0.5, 2.0])
WHOLE = ([7, -7, 7, -7, 0, 1, 100, 3], [3, 3, -3, -2, 5, 1, 2, 70])
UNSIGNED = ([7, 250, 0, 1, 200, 3, 9, 16], [3, 3, 5, 1, 100, 70, 2, 4])
FLAGS = ([True, True, False, False], [True, False, True, False])
NAMES = {torch.float32: "WK_F32", torch.float64: "WK_F64", torch.int64: "WK_I64", torch.int32: "WK_I32", torch.uint8: "WK_U8",
         torch.bool: "WK_BOOL"}

UNARY = {name: getattr(torch, name) for name in (
    "neg abs sign square reciprocal sqrt rsqrt exp expm1 log log1p log2 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
    "erf erfc floor ceil round trunc frac nan_to_num sigmoid relu logical_not bitwise_not isnan isinf isfinite").split()}
UNARY |= {name: getattr(F, name) for name in
          "logsigmoid silu softplus softsign mish relu6 hardsigmoid hardswish gelu selu hardtanh tanhshrink".split()}
UNARY |= {"gelu_tanh": lambda x: F.gelu(x, approximate="tanh")}
NUMBER = {  # s, then t
    "softplus_beta": (F.softplus, 1.5, 4.0),
    "hardshrink": (F.hardshrink, 0.625), "softshrink": (F.softshrink, 0.625), "threshold": (F.threshold, 1.0, -3.0),
    "leaky_relu": (F.leaky_relu, 0.125), "elu": (F.elu, 1.5), "celu": (F.celu, 1.5), "hardtanh": (F.hardtanh, -1.0, 1.0),
    "clamp": (torch.clamp, -1.0, 1.0), "clamp_min": (torch.clamp_min, -1.0), "clamp_max": (torch.clamp_max, 1.0),
    "add_scalar": (torch.add, 2), "sub_scalar": (torch.sub, 2), "rsub_scalar": (torch.rsub, 2), "mul_scalar": (torch.mul, 3),
    "div_scalar": (torch.div, 2), "scalar_div": (lambda x, s: s / x, 3), "pow_scalar": (torch.pow, 3),
    "scalar_pow": (lambda x, s: torch.pow(s, x), 2), "remainder_scalar": (torch.remainder, 3), "fmod_scalar": (torch.fmod, 3),
    "div_floor_scalar": (lambda x, s: torch.div(x, s, rounding_mode="floor"), 3),
    "div_trunc_scalar": (lambda x, s: torch.div(x, s, rounding_mode="trunc"), 3),
    "bitwise_and_scalar": (torch.bitwise_and, 5), "bitwise_or_scalar": (torch.bitwise_or, 5),
    "bitwise_xor_scalar": (torch.bitwise_xor, 5), "bitwise_left_shift_scalar": (torch.bitwise_left_shift, 2),
    "bitwise_right_shift_scalar": (torch.bitwise_right_shift, 1)}
NUMBER |= {name + "_scalar": (getattr(torch, name), 1) for name in "lt le gt ge eq ne".split()}
BINARY = {name: getattr(torch, name) for name in (
    "add sub rsub mul div remainder fmod pow hypot atan2 maximum minimum fmax fmin logical_and logical_or logical_xor bitwise_and "
    "bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift lt le gt ge eq ne").split()}
BINARY |= {"div_floor": lambda a, b: torch.div(a, b, rounding_mode="floor"),
           "div_trunc": lambda a, b: torch.div(a, b, rounding_mode="trunc")}
BINARY_S = {"add_alpha": (lambda a, b, s: torch.add(a, b, alpha=s), 2), "lerp_scalar": (torch.lerp, 0.25)}
TRIPLE = {"lerp": (torch.lerp,), "addcmul": (lambda x, a, b, s: torch.addcmul(x, a, b, value=s), 2),
          "addcdiv": (lambda x, a, b, s: torch.addcdiv(x, a, b, value=s), 2)}


def number(value, dtype):
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value) if abs(value) <= 2**53 else f"{float(value):.17g}"
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    text = f"{value:.9g}" if dtype == torch.float32 else f"{value:.17g}"
    return text if any(c in text for c in ".e") else text + "."


def array(values, dtype):
    return "{ " + ", ".join(number(v, dtype) for v in values) + " }" if values else "{ 0 }"


def apply(f, operands, numbers):
    """Value and gradients; None where torch refuses."""
    try:
        y = f(*operands, *numbers)
    except (RuntimeError, TypeError, NotImplementedError):
        return None
    grads = []
    if y.requires_grad:
        grads = torch.autograd.grad(y.sum(), operands, allow_unused=True)
    return y, [[] if g is None else g.tolist() for g in grads]



def row(name, f, sources, numbers, operands):
    for dtype in NAMES:
        values = sources[2 if dtype == torch.bool else 1 if dtype == torch.uint8 else 0] if not dtype.is_floating_point else sources[3]
        given = [torch.tensor(v, dtype=dtype) for v in values[:operands]]
        if dtype.is_floating_point:
            given = [t.requires_grad_() for t in given]
        used = numbers if dtype.is_floating_point or all(n == int(n) for n in numbers) else [2]
        if not dtype.is_floating_point:
            used = [abs(int(n)) if dtype == torch.uint8 else int(n) for n in used]
        done = apply(f, given, used)
        s = list(used) + [0, 0]
        head = f'{{ "{name}", {NAMES[dtype]}, {operands}, {len(values[0])}, {s[0]}, {s[1]}, '
        ins = ", ".join(array(v, dtype) for v in values[:operands])
        if done is None:
            print(head + f"-1, {{ {ins} }}, {{ 0 }}, {{ {{ 0 }} }}, 0 }},")
            continue
        y, grads = done
        flows = sum(1 << i for i, g in enumerate(grads) if g)
        gs = ", ".join(array(g, dtype) for g in grads) or "{ 0 }"
        print(head + f"{NAMES[y.dtype]}, {{ {ins} }}, {array(y.tolist(), y.dtype)}, {{ {gs} }}, {flows} }},")


def promotions():
    """[a][a has dims][b][b has dims] of the dtypes in wick's order"""
    order = list(NAMES)
    print("static const struct { int a, dims_a, b, dims_b, result; } golden_promotions[] = {")
    for a in order:
        for da in (0, 1):
            for b in order:
                for db in (0, 1):
                    result = torch.result_type(torch.ones([2] * da, dtype=a), torch.ones([2] * db, dtype=b))
                    print(f"{{ {NAMES[a]}, {da}, {NAMES[b]}, {db}, {NAMES[result]} }},")
    print("};")


def main():
    print(f"/* Made by rows.py with PyTorch {torch.__version__.split('+')[0]}. Result -1: refused. Bit i of flows: operand i has a "
          "gradient. */")
    print('#include "wick/base.h"\n#include <math.h>')
    print("typedef struct golden_row { const char *name; int dtype, operands, n; double s, t; int result; double in[3][16], y[16], "
          "grad[3][16]; int flows; } golden_row;")
    print("static const golden_row golden_rows[] = {")
    one = [[v] for v in (WHOLE[0], UNSIGNED[0], FLAGS[0], ONE)]
    two = [WHOLE, UNSIGNED, FLAGS, TWO]
    three = [[*WHOLE, WHOLE[0]], [*UNSIGNED, UNSIGNED[0]], [*FLAGS, FLAGS[0]], THREE]
    for name, f in UNARY.items():
        if name not in NUMBER:
            row(name, f, one, [], 1)
    for name, (f, *numbers) in NUMBER.items():
        row(name, f, one, numbers, 1)
    for name, f in BINARY.items():
        row(name, f, two, [], 2)
    for name, (f, *numbers) in BINARY_S.items():
        row(name, f, two, numbers, 2)
    for name, (f, *numbers) in TRIPLE.items():
        row(name, f, three, numbers, 3)
    print("};")
    promotions()


main()
