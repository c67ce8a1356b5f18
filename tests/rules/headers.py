"""Each public header compiles alone, as strict C11 and as C++17, and says what each function does. Usage: headers.py ROOT CC CXX"""
import re
import subprocess
import sys

import source

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-fsyntax-only"]
FUNCTION = re.compile(r"^WK_API\b.*?\b(wk_\w+)\(")


def compiles(root, name, compiler, language):
    """None, or the compiler's words."""
    command = [compiler, *language, *STRICT, f"-I{root}/include", "-"]
    text = f"#include <wick/{name}>\nint wick_alone;\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"{name}: {' '.join(command[:3])}\n{done.stderr}"


def undocumented(name, text):
    """A function has a comment in its line, or stands under one without a blank line between. base.h explains ..._opts_default."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = FUNCTION.match(line)
        if not match or match.group(1).endswith("_opts_default"):
            continue
        first = number
        while first > 0 and lines[first - 1].strip():
            first -= 1
        if not any("/*" in above or "*/" in above for above in lines[first:number + 1]):
            yield f"{name}:{number + 1}: {match.group(1)} has no comment and stands under none"


def main(root, cc, cxx):
    found = []
    names = sorted(path.split("/")[-1] for path in source.files(root, ["include/wick"], ".h"))
    for name in names:
        for compiler, language in ((cc, ["-x", "c", "-std=c11"]), (cxx, ["-x", "c++", "-std=c++17"])):
            wrong = compiles(root, name, compiler, language)
            if wrong:
                found.append(wrong)
        found += undocumented(name, source.read(root, f"include/wick/{name}"))
    source.finish(found, f"{len(names)} headers compile alone and explain themselves")


main(*sys.argv[1:])
