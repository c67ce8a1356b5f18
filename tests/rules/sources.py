"""What sources must not do: call the system beside base's seams, print or exit, grow long, keep notes. Usage: sources.py ROOT"""
import re
import sys

import source

# The system's doors, which base/ alone goes through. HDF5's own file calls are libhdf5's.
SEAMS = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign|free|strdup|strndup|asprintf|"
                   r"vasprintf|alloca|open|openat|creat|fopen|fdopen|freopen|fread|read|pread|write|pwrite|rename|unlink|mmap|"
                   r"pthread_\w+|thrd_\w+)\s*\(")
# What a library never does. Text for a FILE that the caller gave is fine.
NEVER = re.compile(r"(?<![\w.>])(printf|vprintf|puts|putchar|perror|exit|_exit|quick_exit|abort|raise|signal|sigaction|atexit|"
                   r"assert|system|popen|fork|dlopen|rand|srand|strtok|setlocale|sprintf)\s*\(|\b(stderr|stdout)\b")
NOTES = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MOST_LINES = 600
MOST_LINES_OF_TESTS = 1000


# The files that load others.
LOADERS = ("backends/cuda/load.c", "backends/cuda/host/dnn.c")

# Ops that the CPU puts in its own plans: no tensor of a GPU gets there.
ITS_OWN = {"pack"}


def each(pattern, text, path, say):
    for match in pattern.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        name = next(group for group in match.groups() if group)
        yield f"{path}:{line}: {say.format(name)}"


def without_kernel(root):
    """Ops whose kernel for GPUs is missing."""
    ours, theirs = ({re.split(r"[/.]", path)[-2] for path in source.files(root, [folder], endings)}
                    for folder, endings in (("backends/cpu/ops", (".c",)), ("backends/cuda/kernels", (".c", ".cu"))))
    return [f"backends/cpu/ops/{name}.c: backends/cuda/kernels has no {name}" for name in sorted(ours - theirs - ITS_OWN)]


def without_begin(root):
    """Kernels for GPUs that may not be launched early, since they do not wait."""
    found = []
    for path in source.files(root, ["backends/cuda/kernels"], (".cu", ".h")):
        text = source.bare(source.read(root, path)).replace("\\", " ")
        for match in re.finditer(r"__global__[^;{]*\{(?!\s*(?:if \(!WKI_FAULT\(\d+\)\) )?WKI_BEGIN\(\);)", text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path}:{line}: a kernel begins with WKI_BEGIN()")
    return found


def main(root):
    found, count = without_kernel(root) + without_begin(root), 0
    for path in source.files(root, source.ROOMS, (".c", ".h", ".def", ".cu")):
        text = source.bare(source.read(root, path))
        if not path.startswith("base/"):
            found += each(SEAMS, text, path, "{} is called in base/ only")
        if path in LOADERS:
            text = text.replace("dlopen(", "")
        found += each(NEVER, text, path, "the library does not use {}")
    for path in source.files(root, ["."], (".c", ".h", ".def", ".py", ".cmake", ".txt", ".md", ".cc", ".cu", ".cpp")):
        if path.startswith(("build/", ".git/", "tests/golden/", "runs/")) or path == "tests/rules/sources.py":
            continue
        text = source.read(root, path)
        count += 1
        found += each(NOTES, text, path, "{} belongs into an issue")
        lines = text.count("\n")
        most = MOST_LINES_OF_TESTS if path.startswith("tests/") else MOST_LINES
        if lines > most and path.endswith((".c", ".h", ".py", ".cu", ".cpp")):
            found.append(f"{path}: {lines} lines; at most {most}, so that a file is one subject")
    source.finish(found, f"{count} files keep the rules")


main(sys.argv[1])
