"""bench/ops's peer: the same calls in PyTorch. One line asks, one line answers.

    operands R TRANSPOSED GRAD      ok
    prepare NAME ARGUMENTS          ok SUM OF ABSOLUTE VALUES (nan: random), or: ok none REASON
    sample MICROSECONDS             ok MICROSECONDS_A_CALL
"""
import os
import re
import sys
import time

import peer_common

# wk_NAME is torch.NAME, torch.nn.functional.NAME or torch.Tensor.NAME with the same arguments, but for these. {0} is the first
# argument, {} all of them.
NAMESAKES = {
    "add_scalar": "torch.add({})", "sub_scalar": "torch.sub({})", "mul_scalar": "torch.mul({})", "div_scalar": "torch.div({})",
    "pow_scalar": "torch.pow({})", "add_alpha": "torch.add({0}, {1}, alpha={2})", "add_alpha_": "{0}.add_({1}, alpha={2})",
    "add_scalar_": "{0}.add_({1})", "mul_scalar_": "{0}.mul_({1})", "to": "{0}.to({1})",
    "slice": "{0}[:, {2}:{3}:{4}]", "sum_dim": "torch.sum({})", "mean_dim": "torch.mean({})",
    "prod_dim": "torch.prod({})", "var_dim": "torch.var({0}, {1}, correction={2}, keepdim={3})",
    "std_dim": "torch.std({0}, {1}, correction={2}, keepdim={3})", "var": "torch.var({0}, correction={1})",
    "std": "torch.std({0}, correction={1})", "norm_dim": "torch.norm({})", "max_dim": "torch.max({0}, {1}, {2})",
    "min_dim": "torch.min({0}, {1}, {2})", "any_dim": "torch.any({})", "all_dim": "torch.all({})",
    "count_nonzero_dim": "torch.count_nonzero({})", "argmax_all": "torch.argmax({})", "argmin_all": "torch.argmin({})",
    "sort": "torch.sort({0}, {1}, {2})", "topk": "torch.topk({0}, {1}, {2}, {3})", "repeat": "{0}.repeat({1})",
    "expand": "{0}.expand({1})", "view": "{0}.view({1})", "index_put": "torch.index_put({})",
}
RANDOM = ("dropout", "rand", "randn")


def operands(torch, r, transposed, grad):
    """What the arguments' letters mean, as ops.def has it; wick makes the same."""
    from_hash = {s: peer_common.values(20 + n, r, r) for n, s in enumerate("abxyuw")}

    def laid(values):
        t = torch.from_numpy(values.copy())
        return t.t().contiguous().t() if transposed else t

    o = {s: laid((from_hash[s] * 0.4 + 0.5).astype("f4")) for s in "ab"}
    o.update({s: laid((from_hash[s] * 3).astype("f4")) for s in "xyw"})
    o["u"] = laid(((from_hash["u"] > 0) * 2 - 1).astype("f4"))
    o["m"] = laid(from_hash["x"] > 0)
    o["i"] = laid(((from_hash["b"] + 1) * (r // 2)).astype("i8"))
    o["v"] = torch.from_numpy((from_hash["y"][0] * 3).astype("f4"))
    o["j"] = torch.from_numpy(((from_hash["a"][0] + 1) * (r // 2)).astype("i8"))
    if grad:
        for s in "abxyv":
            o[s].requires_grad_()
    names = {"WK_SHAPE": lambda *sizes: sizes, "WK_F32": torch.float32, "WK_F64": torch.float64, "WK_I64": torch.int64,
             "true": True, "false": False, "NULL": None, "torch": torch, "F": torch.nn.functional, "r": r}
    return {**names, **o}


def parts(arguments):
    """Split at the commas that stand in no brackets."""
    return [p.strip() for p in re.findall(r"(?:[^,()]|\([^()]*\))+", arguments)]


def call_of(torch, name, arguments):
    if name in NAMESAKES:
        return NAMESAKES[name].replace("{}", arguments).format(*parts(arguments))
    for prefix, place in (("torch", torch), ("F", torch.nn.functional), ("torch.Tensor", torch.Tensor)):
        if hasattr(place, name):
            return f"{prefix}.{name}({arguments})"
    raise LookupError(f"PyTorch has no {name}")


def first(result):
    return result[0] if isinstance(result, (tuple, list)) else result


def prepare(torch, names, name, arguments):
    text = call_of(torch, name, arguments)
    run = {}
    exec(f"def run(n, {', '.join(names)}):\n    for _ in range(n):\n        {text}\n", run)
    if name.endswith("_") and "w" in names:
        names["w"].copy_(names["y"].detach())
    result = first(eval(text, dict(names)))
    total = float("nan") if name in RANDOM else float(result.detach().double().abs().sum())
    return total, peer_common.Variant(lambda n: (run["run"](n, **names), n)[1], None)


def main():
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is no answer
    import torch

    torch.set_num_threads(1)
    print(f"ok torch {torch.__version__}", file=out)
    names, variant = {}, None
    for line in sys.stdin:
        word, *rest = line.rstrip("\n").split(" ", 2)
        if word == "operands":
            r, transposed, grad = (int(n) for n in line.split()[1:])
            names = operands(torch, r, transposed, grad)
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
