"""bench/ops's peer: the same calls in PyTorch. One line asks, one line answers.

    operands R TRANSPOSED GRAD BF16 ok
    prepare NAME ARGUMENTS          ok SUM OF ABSOLUTE VALUES (nan: random), or: ok none REASON
    sample MICROSECONDS             ok MICROSECONDS_A_CALL
"""
import re
import sys
import time

import peer_common

# wk_NAME is torch.NAME, F.NAME (torch.nn.functional) or torch.Tensor.NAME with the same arguments, and NAME_scalar and NAME_dim are
# overloads of NAME, but for these. {0} is the first argument, {} all of them.
NAMESAKES = {
    "add_alpha": "torch.add({0}, {1}, alpha={2})", "add_alpha_": "{0}.add_({1}, alpha={2})", "to": "{0}.to({1})",
    "scalar_div": "{1} / {0}", "scalar_pow": "torch.pow({1}, {0})", "gelu_tanh": "F.gelu({0}, approximate='tanh')",
    "div_floor": "torch.floor_divide({})", "div_floor_scalar": "torch.floor_divide({})",
    "div_trunc": "torch.div({}, rounding_mode='trunc')", "div_trunc_scalar": "torch.div({}, rounding_mode='trunc')",
    "addcmul": "torch.addcmul({0}, {1}, {2}, value={3})", "addcdiv": "torch.addcdiv({0}, {1}, {2}, value={3})",
    "addmm": "torch.addmm({0}, {1}, {2}, beta={3}, alpha={4})", "einsum": "torch.einsum({0}, {2})",
    "slice": "{0}[:, {2}:{3}:{4}]", "expand": "{0}.expand({1})", "repeat": "{0}.repeat({1})", "permute": "torch.permute({0}, {2})",
    "flip": "torch.flip({0}, {2})", "cat": "torch.cat({0}, {2})", "stack": "torch.stack({0}, {2})",
    "index_add": "torch.index_add({0}, {1}, {2}, {3}, alpha={4})", "var": "torch.var({0}, correction={1})",
    "std": "torch.std({0}, correction={1})", "var_dim": "torch.var({0}, {1}, correction={2}, keepdim={3})",
    "std_dim": "torch.std({0}, {1}, correction={2}, keepdim={3})",
    "max_dim": "torch.max({0}, {1}, {2})", "min_dim": "torch.min({0}, {1}, {2})", "argmax_all": "torch.argmax({})",
    "sort": "torch.sort({0}, {1}, {2})", "topk": "torch.topk({0}, {1}, {2}, {3})",
    "median_dim": "torch.median({0}, {1}, {2})[0]", "unique": "torch.unique({0})",
    "searchsorted": "torch.searchsorted({0}, {1}, right={2})", "scatter_reduce": "torch.scatter_reduce({0}, {1}, {2}, {3}, {4})",
    "cholesky": "torch.linalg.cholesky({0}, upper={1})", "solve": "torch.linalg.solve({})", "inv": "torch.linalg.inv({})",
    "solve_triangular": "torch.linalg.solve_triangular({0}, {1}, upper={2})", "slogdet": "torch.linalg.slogdet({0})[1]",
    "embedding": "F.embedding({0}, {1})",
    "batch_norm": "F.batch_norm({})", "kl_div": "F.kl_div({})",
    "binary_cross_entropy_with_logits": "F.binary_cross_entropy_with_logits({})",
}
RANDOM = ("dropout", "rand", "randn")


def operands(torch, r, transposed, grad, bf16):
    """What the arguments' letters mean, as ops.def has it; wick makes the same. bf16: rounded already, which wick does in the call."""
    hashed = {s: peer_common.values(20 + n, r, r) for n, s in enumerate("abxyuw")}

    def laid(t):
        return t.transpose(-2, -1).contiguous().transpose(-2, -1) if transposed else t

    o = {s: torch.from_numpy((hashed[s] * 0.4 + 0.5).astype("f4")) for s in "ab"}
    o.update({s: torch.from_numpy((hashed[s] * 3).astype("f4")) for s in "xyw"})
    x, y = o["x"], o["y"]
    o["p"], o["u"] = o["a"] + 1, torch.from_numpy(((hashed["u"] > 0) * 2 - 1).astype("f4"))
    o["m"], o["n"] = x > 0, y > 0
    o["i"] = torch.from_numpy(((hashed["b"] + 1) * (r // 2)).astype("i8"))
    o["j"] = torch.from_numpy(((hashed["a"][0] + 1) * (r // 2)).astype("i8"))
    o["v"] = y[0].clone()
    o["q"] = x.reshape(r // 10, 10, r).clone()
    o["s"] = o["q"].transpose(1, 2).contiguous()
    o["c"], o["d"] = x.reshape(1, 4, -1).clone(), x.reshape(1, 4, r // 2, r // 2).clone()
    o["g"] = y.flatten()[:48].reshape(4, 4, 3).clone()
    o["h"] = torch.cat([o["g"]] * 3).reshape(4, 4, 3, 3)
    o["e"] = (o["a"] + o["a"].T) * 0.5 + r * torch.eye(r)
    o.update({s: laid(o[s]) for s in "abpxyuwmniqsde"})
    if bf16:
        o.update({s: t.bfloat16() for s, t in o.items() if t.dtype == torch.float32})
    if grad:
        for s in "abpxyqscdvghe":
            o[s].requires_grad_()
    names = {"WK_F32": torch.float32, "WK_F64": torch.float64,
             "true": True, "false": False, "NULL": None, "torch": torch, "F": torch.nn.functional, "r": r}
    return {**names, **o}


def parts(arguments):
    """Split at the commas that stand in no brackets and no quotes."""
    return [p.strip() for p in re.findall(r"""(?:[^,()"]|"[^"]*"|\([^()]*\))+""", arguments)]


def call_of(torch, name, arguments):
    arguments = re.sub(r"\.(\w+) = ", r"\1=", arguments)
    arguments = re.sub(r"WK_DIMS\((\w+)\)", r"\1", arguments)
    arguments = arguments.replace("WK_INTERPOLATE_LINEAR", "'bilinear'")
    arguments = re.sub(r"WK_SCATTER_(\w+)", lambda mode: f"'{mode[1].lower()}'", arguments)
    arguments = re.sub(r"(WK_SHAPE|WK_DIMS|DIMS|TENSORS)\(([^()]*)\)", r"(\2,)", arguments)
    if name in NAMESAKES:
        return NAMESAKES[name].replace("{}", arguments).format(*parts(arguments))
    for prefix, place in (("torch", torch), ("F", torch.nn.functional), ("torch.Tensor", torch.Tensor)):
        for known in (name, re.sub("_(scalar|dim)(_?)$", r"\2", name)):
            if hasattr(place, known):
                return f"{prefix}.{known}({arguments})"
    raise LookupError(f"PyTorch has no {name}")


def first(result):
    return result[0] if isinstance(result, (tuple, list)) else result


def prepare(torch, names, name, arguments):
    text = call_of(torch, name, arguments)
    run = {}
    exec(f"def run(calls, {', '.join(names)}):\n    for _ in range(calls):\n        {text}\n", run)
    if name.endswith("_") and "w" in names:
        names["w"].copy_(names["y"].detach())
    result = first(eval(text, dict(names)))
    total = float("nan") if name in RANDOM else float(result.detach().double().abs().sum())
    return total, peer_common.Variant(lambda n: (run["run"](n, **names), n)[1], None)


def main():
    out = peer_common.answer_stream()
    import torch

    torch.set_num_threads(1)
    print(f"ok torch {torch.__version__}", file=out)
    names, variant = {}, None
    for line in sys.stdin:
        word, *rest = line.rstrip("\n").split(" ", 2)
        if word == "operands":
            names = operands(torch, *(int(n) for n in line.split()[1:]))
            print("ok ", file=out)
        elif word == "prepare":
            try:
                total, variant = prepare(torch, names, *rest)
                print(f"ok {total:.9g}", file=out)
            except Exception as error:
                print(f"ok none {type(error).__name__}: {str(error).splitlines()[0]}"[:900], file=out)
        else:
            print(f"ok {variant.time(float(rest[0])):.5f}", file=out)


main()
