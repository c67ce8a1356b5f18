"""Writes a call with drawn arguments for every function of headers, so that a new op is fuzzed as soon as it is declared.
Usage: calls.py HEADER...

A parameter is drawn by its type and, where that says too little, its name; an options struct field by field. A function that
this cannot call must stand in BY_HAND: fuzz_ops.c calls those that make sense there.
"""
import re
import sys

BY_HAND = """
wk_from wk_wrap wk_read wk_write wk_apply wk_checkpoint wk_gradcheck wk_gradgradcheck wk_register_hook wk_register_node_hook
wk_register_post_accumulate_grad_hook wk_autograd_grad_run wk_params_new wk_backward_run wk_backward_all wk_set_grad wk_grad wk_save_npy wk_load_npy
""".split()
# What makes and takes modules and states, what only makes sense inside a call, and the halves of macros.
NO_OBJECTS = re.compile(r"\bwk_(module|state)\b")
NO_CALLS = re.compile(r"wk_(nn_|summary|init_.*fan|\w+_guard$|\w+_opts_default$|function_|params_|train$|is_training$|"
                      r"save_for_backward$|saved$|needs_input_grad$|print_options|set_print)")

FUNCTION = re.compile(r"^WK_API\b\s*([\w ]+?[\w*] ?\**)\s*\b(wk_\w+)\(([^;{]*?)\)\s*(?:__attribute__.*)?;", re.M)
STRUCT = re.compile(r"typedef struct (wk_\w+_opts) \{(.*?)\} \1;", re.S)
ENUM = re.compile(r"typedef enum (wk_\w+) \{(.*?)\} \1;", re.S)
ARRAYS = {"int": "dims", "int64_t": "sizes", "double": "numbers"}
SCALARS = {
    "double": "draw_number(drawn)", "float": "(float)draw_number(drawn)", "bool": "draw_flag(drawn)", "int64_t": "draw_whole(drawn)",
    "uint64_t": "(uint64_t)draw_whole(drawn)", "wk_dtype": "draw_dtype(drawn)", "wk_device": "WK_CPU", "FILE *": "drawn->quiet",
    "const char *": "draw_equation(drawn)", "const wk_params *": "NULL", "const wk_tensor *": "draw_tensor(drawn)",
    "wk_tensor **": "draw_results(drawn)",
}
TENSORS = {"index": "draw_indices(drawn)", "offsets": "draw_indices(drawn)", "target": "draw_indices(drawn)", "mask": "draw_condition(drawn)",
           "condition": "draw_condition(drawn)", "attn_mask": "draw_condition(drawn)"}
REQUIRED = ("x", "t", "a", "b", "input", "weight", "root", "kernel_size")

FEW = """static wk_dims few(program *drawn)
{
    wk_dims d = { draw_byte(drawn) % 4, { draw_whole(drawn), draw_whole(drawn), draw_whole(drawn) } };
    return d;
}
"""


class Cannot(Exception):
    pass


def bare(text):
    return re.sub(r"/\*.*?\*/|^[ \t]*#.*?(?<!\\)$", "", text, flags=re.S | re.M)


def split(declaration):
    """"const int64_t *shape" -> type and name"""
    match = re.fullmatch(r"\s*(.*?)(\w+)\s*", declaration, re.S)
    return re.sub(r"\s+", " ", match.group(1)).strip(), match.group(2)


def value(kind, name, known):
    if kind == "wk_tensor *":
        return TENSORS.get(name, "draw_tensor(drawn)")
    if kind == "int":
        return "draw_count(drawn)" if re.match(r"n\w*$|chunks|room", name) else "draw_dim(drawn)"
    if kind in SCALARS:
        return SCALARS[kind]
    if kind in known["enums"]:
        return f"({kind})(draw_byte(drawn) % {known['enums'][kind]})"
    if kind == "wk_dims":
        return "few(drawn)"
    raise Cannot(f"{kind} {name}")


def array_of(kind):
    """How an array parameter is drawn, or None."""
    if kind == "wk_tensor *const *":
        return "tensors"
    match = re.fullmatch(r"const (\w+) \*", kind)
    return ARRAYS.get(match.group(1)) if match else None


def options(kind, name, known):
    """Lines that fill the struct `name` in, here and there."""
    yield f"{kind} {name} = {kind}_default();"
    for field in known["structs"][kind].split(";"):
        field = re.sub(r"\s+", " ", field).strip()
        if not field:
            continue
        several = re.fullmatch(r"(\w+) (\w+)\[(\d+)\]", field)
        if several:
            of, member, count = several.groups()
            for i in range(int(count)):
                yield f"if (draw_flag(drawn)) {name}.{member}[{i}] = {value(of, member, known)};"
            continue
        first, *others = field.split(",")
        of, member = split(first)
        for each in [member] + [other.strip().lstrip("*") for other in others]:
            if each == "size":
                continue
            draw = value(of, each, known)
            yield f"{'' if each in REQUIRED else 'if (draw_flag(drawn)) '}{name}.{each} = {draw};"


def lines_of(parameters, known):
    """Statements that draw the arguments, in order, and the arguments' names."""
    names, lines, at = [], [], 0
    kinds = [split(each) for each in parameters]
    while at < len(kinds):
        kind, name = kinds[at]
        end = at + 1
        counted = kind == "int" and value(kind, name, known) == "draw_count(drawn)"
        if counted or array_of(kind):  # a count with its arrays, before or behind them
            while end < len(kinds) and array_of(kinds[end][0]):
                end += 1
            if not counted and end < len(kinds) and kinds[end][0] == "int":
                end += 1
            group = kinds[at:end]
            number = next((n for k, n in group if k == "int"), None)
            if number is None:
                raise Cannot(f"{kind} {name} without a count")
            shape = any(n in ("shape", "output_size") for _, n in group)
            lines.append(f"int {number} = {'draw_rank(drawn)' if shape else 'draw_count(drawn)'};")
            for k, n in group:
                if k != "int":
                    draw = "shape" if n == "shape" else array_of(k)
                    lines.append(f"{k}{n} = draw_{draw}(drawn, {number});")
            names += [n for _, n in group]
            at = end
            continue
        match = re.fullmatch(r"const (wk_\w+_opts) \*", kind)
        if match and match.group(1) in known["structs"]:
            lines += options(match.group(1), name, known)
            names.append("&" + name)
        else:
            space = "" if kind.endswith("*") else " "
            lines.append(f"{kind}{space}{name} = {value(kind, name, known)};")
            names.append(name)
        at += 1
    return lines, names


def call(result, name, parameters, known):
    parameters = [] if parameters.strip() in ("", "void") else parameters.split(",")
    lines, names = lines_of(parameters, known)
    said = f"{name}({', '.join(names)})"
    lines.append(f"put(drawn, {said});" if result == "wk_tensor *" else f"(void){said};")
    if any("draw_results(drawn)" in line for line in lines):
        lines.append("take_results(drawn);")
    body = "\n    ".join(lines if parameters else ["(void)drawn;"] + lines)
    return f"static void call_{name[3:]}(program *drawn)\n{{\n    {body}\n}}\n"


def main(headers):
    text = "\n".join(bare(open(path, encoding="utf-8").read()) for path in headers)
    known = {"structs": dict(STRUCT.findall(text)),
             "enums": {name: body.count(",") + (not body.rstrip().endswith(",")) for name, body in ENUM.findall(text)}}
    made, unknown = [], []
    print("/* Made by tests/fuzz/calls.py from the public headers. */")
    if " wk_dims;" in text:
        print(FEW)
    for result, name, parameters in FUNCTION.findall(text):
        if name in BY_HAND or NO_CALLS.match(name) or NO_OBJECTS.search(result + parameters):
            continue
        try:
            print(call(re.sub(r"\s+", " ", result).strip(), name, parameters, known))
            made.append(name[3:])
        except Cannot as reason:
            unknown.append(f"{name}: {reason}")
    if unknown:
        sys.exit("calls.py cannot draw these; add a rule, or list them in BY_HAND:\n" + "\n".join(unknown))
    print("#define FUZZ_CALLS(X) \\\n    " + " \\\n    ".join(f"X({name})" for name in made))


main(sys.argv[1:])
