"""Are the names, values and signatures of include/ the toolkit's? Usage: compare_headers.py CC INCLUDE_OF_THE_TOOLKIT"""
import os
import re
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "include")


def claims(text):
    """C that compiles, after the toolkit's headers, only where both say the same."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    for name, value in re.findall(r"X\((cuda\w+), (\d+),", text):
        yield name, f'_Static_assert({name} == {value}, "{name}");'
    for body in re.findall(r"enum[^{;]*\{([^}]*)\}", text):
        for name, value in re.findall(r"(\w+)\s*=\s*([0-9x| ]+)", body):
            yield name, f'_Static_assert({name} == ({value}), "{name}");'
    for name, value in re.findall(r"#define (cuda\w+) (0x\d+)", text):
        yield name, f'_Static_assert({name} == {value}, "{name}");'
    for line, name in re.findall(r"^((?:cudaError_t|cublasStatus_t|cudnnStatus_t|const char \*|size_t) ?(cu\w+)\([^;]*\);)", text, re.M):
        yield name, line


def main(compiler, toolkit):
    headers = ["cuda_runtime_api.h", "cublasLt.h"]
    if os.path.exists(os.path.join(toolkit, "cudnn.h")):  # it is a download of its own
        headers.append("cudnn.h")
    lines, count = [f"#include <{header}>" for header in headers] + ["#define WKI_EMU_OR(value)"], 0
    for header in headers:
        with open(os.path.join(HERE, header), encoding="utf-8") as file:
            for _, line in claims(file.read()):
                lines.append(line)
                count += 1
    command = [compiler, "-std=gnu11", "-fsyntax-only", "-I", toolkit, "-x", "c", "-"]
    done = subprocess.run(command, input="\n".join(lines), text=True, check=False)
    if done.returncode == 0 and count > 200:
        print(f"{count} names are as in the toolkit")
    return done.returncode or count <= 200


sys.exit(main(*sys.argv[1:]))
