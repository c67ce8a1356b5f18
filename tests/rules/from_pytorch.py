"""docs/from-pytorch.md names every public function of tensor, elementwise, nn, layers, optim, schedule, average and data exactly once, and no other.
Usage: from_pytorch.py ROOT [--write]

A function that is called through a macro (wk_nn_linear for wk_nn_linear_new) stands there by the macro's name. --write makes the part
between the marks anew, from the headers and the rule of names: all functions that no other table names. It needs a Python with PyTorch;
with that, every run also looks PyTorch's side of the tables up.
"""
import re
import sys

import source

DOCUMENT = "docs/from-pytorch.md"
HEADERS = ["cuda", "tensor", "elementwise", "capture", "profile", "nn", "layers", "state", "optim", "schedule", "average", "data"]
DECLARED = re.compile(r"\bWK_API\b[^;{}()]*?\b(wk_\w+)\s*\(([^;{]*?)\)\s*(?:__attribute__[^;]*)?;")
MACRO = re.compile(r"^[ \t]*#[ \t]*define (wk_\w+)\(", re.M)
NAME = re.compile(r"`[^`]*?\b(wk_\w+)\b[^`]*`")
TWIN = re.compile(r"`((?:torch|Tensor|F|nn|optim)\.[\w.]+)")
MARKS = re.compile(r"(<!-- generated -->\n).*?(<!-- end -->)", re.S)
PLACES = ["F", "torch", "Tensor"]
DEPRECATED = ("F.tanh", "F.sigmoid")
VARIANT = re.compile(r"_(run|dims?|scalar|all|sizes|at|value|alpha|tensor|decimals|beta)(_?)$")


def by_macro(name, macros):
    for ending in ("_new", "_opts", "_run"):
        for called in (name[: -len(ending)], name[: 1 - len(ending)]):  # wk_x, or wk_x_ in place
            if name.endswith(ending) and called in macros:
                return called
    return name


def declared(root):
    """Names and arguments, in the headers' order; base.h explains ..._opts_default for all."""
    names = {}
    for header in HEADERS:
        text = source.bare(source.read(root, f"include/wick/{header}.h"))
        macros = set(MACRO.findall(text))
        for name, parameters in DECLARED.findall(text):
            if name.endswith("_opts_default"):
                continue
            called = by_macro(name, macros)
            arguments = "..." if called != name else ", ".join(re.findall(r"(\w+)\s*(?:,|$)", parameters))
            names.setdefault(called, arguments if parameters.strip() != "void" else "")
    return names


def rows(text):
    """(line number, PyTorch's side, wick's side) of the tables."""
    for number, line in enumerate(text.split("\n"), 1):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if line.startswith("|") and len(cells) == 2 and not cells[0].startswith("---"):
            yield number, cells[0], cells[1]


def find(path):
    """Whether PyTorch has torch.nn.Linear, say; None: it is not here to be asked."""
    try:
        import torch
        import torch.utils.checkpoint
        import torch.utils.data
    except ImportError:
        return None
    places = {"torch": torch, "Tensor": torch.Tensor, "F": torch.nn.functional, "nn": torch.nn, "optim": torch.optim}
    head, *rest = path.split(".")
    place = places[head]
    for word in rest:
        if not hasattr(place, word):
            return False
        place = getattr(place, word)
    return True


def names_in(place):
    import torch
    return dir({"nn": torch.nn, "optim": torch.optim, "nn.init": torch.nn.init}[place])


def twin(name):
    """By the rule: wk_nn_x_y is nn.XY, wk_init_x_ nn.init.x_, wk_x is F.x, torch.x or Tensor.x; wk_sum_dim is an overload of torch.sum, and wk_silu_ changes in place what F.silu returns anew."""
    for prefix, place in (("wk_nn_", "nn"), ("wk_optim_", "optim"), ("wk_init_", "nn.init")):
        classes = {word.lower() if place != "nn.init" else word: word for word in names_in(place)}
        word = name.removeprefix(prefix)
        if name.startswith(prefix):
            word = classes.get(word if place == "nn.init" else word.replace("_", ""))
            return f"{place}.{word}" if word else None
    words = [name[3:], VARIANT.sub(r"\2", name[3:])]
    for word in words + [word.rstrip("_") for word in words]:
        for place in PLACES:
            if f"{place}.{word}" not in DEPRECATED and find(f"{place}.{word}"):
                return f"{place}.{word}"
    return None


def generated(names):
    """Rows of the functions that follow the rule, overloads together."""
    table, lost = {}, []
    for name, arguments in names:
        path = twin(name)
        if path:
            table.setdefault(path, []).append(f"`{name}({arguments})`")
        else:
            lost.append(name)
    lines = ["| PyTorch | wick |", "| --- | --- |"]
    lines += [f"| `{path}` | {', '.join(table[path])} |" for path in sorted(table, key=lambda p: p.split(".", 1)[1])]
    return "\n".join(lines) + "\n", lost


def check(names, text):
    found, seen = [], {}
    for number, theirs, ours in rows(text):
        for name in NAME.findall(ours):
            if name in seen:
                found.append(f"{DOCUMENT}:{number}: {name} stands in line {seen[name]} too")
            seen[name] = number
        for path in TWIN.findall(theirs):
            if find(path) is False:
                found.append(f"{DOCUMENT}:{number}: PyTorch has no {path}")
    found += [f"{DOCUMENT}: {name} is missing; --write, or a row by hand" for name in names if name not in seen]
    return found + [f"{DOCUMENT}:{seen[name]}: no header declares {name}" for name in seen if name not in names]


def main(root, *how):
    names, text = declared(root), source.read(root, DOCUMENT)
    if "--write" in how:
        if find("torch.sum") is None:
            sys.exit("--write needs a Python that can import torch")
        by_hand = {name for _, _, ours in rows(MARKS.sub("", text)) for name in NAME.findall(ours)}
        table, lost = generated([(name, arguments) for name, arguments in names.items() if name not in by_hand])
        text = MARKS.sub(lambda m: m.group(1) + table + m.group(2), text)
        with open(f"{root}/{DOCUMENT}", "w", encoding="utf-8") as file:
            file.write(text)
        for name in lost:
            print(f"{name} follows no rule; write its row by hand")
        return
    source.finish(check(names, text), f"{len(names)} public functions stand in the tables")


main(*sys.argv[1:])
