"""The libraries export what their headers declare, all of it and nothing else. Usage: symbols.py ROOT NM LIBRARY...

Public names are wk_; wki_ names are exported where base/ or io/ declare them for libwick-hdf5. Names that would let the library
print, exit or start programs must not be asked of libc.
"""
import re
import subprocess
import sys

import source

DECLARED = re.compile(r"\bWK_API\b[^;{}]*?\b(wki?_\w+)\s*\(")
NEVER = {"printf", "puts", "putchar", "perror", "exit", "_exit", "abort", "system", "popen", "fork", "execve", "signal",
         "sigaction", "atexit", "__assert_fail", "setlocale", "rand", "srand", "strtok", "stdout", "stderr"}


def declared(root, folders):
    names = set()
    for path in source.files(root, folders, ".h"):
        names.update(DECLARED.findall(source.bare(source.read(root, path))))
    return names


def names_of(nm, library, kind):
    lines = subprocess.run([nm, "-D", kind, library], capture_output=True, text=True, check=True).stdout.split("\n")
    return {line.split()[-1].split("@")[0] for line in lines if line.strip()}


def main(root, nm, *libraries):
    found, exported = [], set()
    for library in libraries:
        exported |= names_of(nm, library, "--defined-only")
        for name in sorted(names_of(nm, library, "--undefined-only") & NEVER):
            found.append(f"{library} asks for {name}, which the library never uses")
    public = declared(root, ["include"])
    if len(libraries) == 1:
        public -= set(DECLARED.findall(source.bare(source.read(root, "include/wick/hdf5.h"))))
    seams = declared(root, source.ROOMS)
    found += [f"{name} is declared, but no library has it" for name in sorted(public - exported)]
    found += [f"{name} is exported, but no header declares it" for name in sorted(exported - public - seams)]
    source.finish(found, f"{len(public)} public functions, {len(exported & seams)} seams, nothing else")


main(*sys.argv[1:])
