"""Lower rooms never look up, and nn, optim and data never at one another: reads every #include. Usage: layers.py ROOT"""
import os
import re
import sys

import source

# A room and the rooms whose headers it may include, besides its own. data/hdf5 is a room of its own: libwick-hdf5.
BELOW = {"base": set()}
BELOW["io"] = {"base"}
BELOW["backends"] = {"base"}
BELOW["autograd"] = BELOW["backends"] | {"backends", "io"}
BELOW["nn"] = BELOW["optim"] = BELOW["autograd"] | {"autograd"}
BELOW["data"] = BELOW["autograd"] | {"autograd"}
BELOW["data/hdf5"] = BELOW["data"] | {"data"}
BELOW["train"] = BELOW["data"] | {"nn", "optim", "data"}
BELOW["all"] = BELOW["train"] | {"train"}

PUBLIC = {"base": "base", "cuda": "backends", "io": "io", "tensor": "autograd", "elementwise": "autograd", "state": "autograd", "nn": "nn",
          "layers": "nn", "capture": "autograd", "profile": "backends", "optim": "optim", "schedule": "optim", "average": "optim", "data": "data",
          "hdf5": "data/hdf5", "train": "train", "wick": "all"}

# System headers that open a door to the outside, and the one place that has the key.
ONLY = {"pthread.h": "base", "fcntl.h": "base", "unistd.h": "base", "sys/stat.h": "base", "sys/mman.h": "base",
        "zlib.h": "io", "png.h": "io", "jpeglib.h": "io", "jerror.h": "io", "hdf5.h": "data/hdf5", "H5FDdevelop.h": "data/hdf5", "libdeflate.h": "data/hdf5",
        "immintrin.h": "backends/cpu", "dlfcn.h": "backends/cuda", "cuda_runtime.h": "backends/cuda",
        "cuda_runtime_api.h": "backends/cuda", "cublasLt.h": "backends/cuda", "cudnn.h": "backends/cuda"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)


def room(path):
    if path.startswith("include/wick/"):
        return PUBLIC[os.path.basename(path)[:-2]]
    return "data/hdf5" if path.startswith("data/hdf5/") else path.split("/")[0]


def looks_wrong(path, kind, name):
    if path.startswith(("apps/", "bench/")):
        if kind == '"' and "/" in name and not name.startswith("wick/"):
            return "programs include <wick/...> and headers of their own folder"
        return None
    if kind == "<" and not name.startswith("wick/"):
        place = ONLY.get(name)
        return None if place is None or path.startswith(place + "/") else f"only {place}/ includes <{name}>"
    if name.startswith("wick/"):
        seen = PUBLIC[os.path.basename(name)[:-2]]
    elif "/" in name:
        seen = room(name)
    else:
        return None if name.startswith("wki_") else "headers are included by their path from the root"
    own = room(path)
    if seen == own or seen in BELOW[own]:
        return None
    return f"{own} must not look at {seen}"


def main(root):
    found, count = [], 0
    for path in source.files(root, source.ROOMS + ["include", "apps", "bench"], (".c", ".h", ".def", ".cu")):
        text = source.read(root, path)
        for match in INCLUDE.finditer(text):
            count += 1
            wrong = looks_wrong(path, *match.groups())
            if wrong:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path}:{line}: {match.group().strip()}: {wrong}")
    source.finish(found, f"{count} includes, all downwards")


main(sys.argv[1])
