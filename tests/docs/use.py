"""Builds programs against the installed library, each way that README.md or the packages promise, and runs them.

Usage: use.py WAY ROOT PREFIX CC CXX
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time


def run(*command, **more):
    """Runs a command in the work folder; its output, or the end of the test."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}\nended with {done.returncode}")
    return done.stdout


def program(page, name):
    """The block of C that begins by naming its file, written there."""
    found = re.search(rf"^```c\n(/\* {re.escape(name)}: .*?)^```", page, re.M | re.S)
    write(name, found.group(1) if found else sys.exit(f"the page has no program {name}"))


def block(readme, language):
    """The first fenced block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", readme, re.M | re.S)
    return found.group(1) if found else sys.exit(f"README.md has no block of {language}")


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def environment(prefix, **more):
    return dict(os.environ, PKG_CONFIG_PATH=f"{prefix}/lib/pkgconfig", LD_LIBRARY_PATH="", **more)


def train(prefix, program, **more):
    """The README's program on a small file must learn: ten classes, so a blind guess is right in 10 % of all cases."""
    run(f"{prefix}/bin/wick", "synth", "digits", "-o", "digits.h5", "--train", "2000", "--test", "500")
    said = run(program, "digits.h5", **more)
    print(said)
    shares = [float(share) for share in re.findall(r"([0-9.]+) %", said)]
    if not shares or shares[-1] < 50:
        sys.exit("the program did not learn")


def readme_cmake(root, prefix, cc, **_):
    readme = open(f"{root}/README.md", encoding="utf-8").read()
    write("train.c", block(readme, "c"))
    write("CMakeLists.txt", block(readme, "cmake"))
    run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={cc}",
        "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Werror")
    run("cmake", "--build", "build")
    train(prefix, "build/train")


def readme_cc(root, prefix, cc, **_):
    readme = open(f"{root}/README.md", encoding="utf-8").read()
    write("train.c", block(readme, "c"))
    line = re.search(r"^cc .*\$\(pkg-config .*\)$", readme, re.M)
    if not line:
        sys.exit("README.md has no cc line")
    run("sh", "-c", re.sub("^cc", cc, line.group()), env=environment(prefix))
    train(prefix, "./train", env=dict(os.environ, LD_LIBRARY_PATH=f"{prefix}/lib"))


def training(root, prefix, cc, **_):
    """The program of docs/training.md: cut off in the middle it ends with the checkpoint of one that was not."""
    write("resume.c", block(open(f"{root}/docs/training.md", encoding="utf-8").read(), "c"))
    run("sh", "-c", f"{cc} -std=c11 -O1 -Wall -Wextra -Werror resume.c -o resume $(pkg-config --cflags --libs wick-hdf5)",
        env=environment(prefix))
    run(f"{prefix}/bin/wick", "synth", "digits", "-o", "digits.h5", "--train", "3000", "--test", "50")
    library = dict(os.environ, LD_LIBRARY_PATH=f"{prefix}/lib")
    run("./resume", "digits.h5", env=library)
    last = sorted(name for name in os.listdir("run") if name.startswith("ckpt"))[-1]
    whole = open(f"run/{last}", "rb").read()
    for name in os.listdir("run"):
        if name != "ckpt-00000047.safetensors":  # the first epoch's
            os.remove(f"run/{name}")
    run("./resume", "digits.h5", env=library)
    if open(f"run/{last}", "rb").read() != whole:
        sys.exit("going on gave other bits")


def last_loss(said):
    print(said)
    return float(re.findall(r"loss ([0-9.]+)", said)[-1])


def simulations(root, prefix, cc, **_):
    """The programs of docs/data.md: one learns from its own simulation, one from what another is writing."""
    page = open(f"{root}/docs/data.md", encoding="utf-8").read()
    for name, packages in ("queue", "wick"), ("follow", "wick-hdf5"), ("simulate", "hdf5"):
        program(page, f"{name}.c")
        run("sh", "-c", f"{cc} -std=gnu11 -O1 -Wall -Wextra -Werror -pthread {name}.c -o {name} "
            f"$(pkg-config --cflags --libs {packages}) -lm", env=environment(prefix))
    library = dict(os.environ, LD_LIBRARY_PATH=f"{prefix}/lib")
    if last_loss(run("./queue", env=library)) > 0.001:
        sys.exit("queue did not learn")
    with subprocess.Popen("./simulate") as simulation:
        while not os.path.exists("run.h5") or os.path.getsize("run.h5") < 12000:  # with rows in both data sets
            time.sleep(0.01)
        said = run("./follow", env=library)
    if simulation.returncode != 0 or last_loss(said) > 0.001:
        sys.exit("follow did not learn")
    batches = [int(n) for n in re.findall(r"(\d+) batches", said)]
    if batches != sorted(batches) or batches[0] == batches[-1]:
        sys.exit("no rows came while it learnt")


RUNS = """
#include <stdio.h>
#include <wick/hdf5.h>
int main(void)
{
    WK_SCOPE(program);
    wk_h5_writer *w = wk_h5_writer_new("runs.h5");
    int64_t offsets[1001] = { 0 }, labels[1000];
    uint64_t state = 1;
    for (int r = 0; r < 1000; r++) {
        const int64_t length = 1 + r * 7 % 20;
        double sum = 0;
        float x[20][2];
        for (int i = 0; i < length; i++)
            for (int k = 0; k < 2; k++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                x[i][k] = (float)(state >> 40) / 8388608 - 1;
                if (k == 0) sum += x[i][k];
            }
        labels[r] = sum > 0;
        offsets[r + 1] = offsets[r] + length;
        wk_h5_append(w, "x", x, length, 1, (int64_t[]){ 2 }, WK_F32);
    }
    wk_h5_append(w, "offsets", offsets, 1001, 0, NULL, WK_I64);
    wk_h5_append(w, "y", labels, 1000, 0, NULL, WK_I64);
    if (wk_h5_commit(w)) fprintf(stderr, "%s\\n", wk_error_text());
    return wk_failed();
}
"""


def sequences(root, prefix, cc, **_):
    """The program of docs/data.md must learn from rows of different lengths: two classes, so a blind guess is right in 50 %."""
    page = open(f"{root}/docs/data.md", encoding="utf-8").read()
    write("write.c", RUNS)
    write("runs.c", block(page[page.index("## Rows of different lengths"):], "c"))
    for name in ("write", "runs"):
        run("sh", "-c", f"{cc} -std=c11 -O1 -Wall -Wextra -Werror {name}.c -o {name} $(pkg-config --cflags --libs wick-hdf5)",
            env=environment(prefix))
    library = dict(os.environ, LD_LIBRARY_PATH=f"{prefix}/lib")
    run("./write", env=library)
    said = run("./runs", "runs.h5", env=library)
    print(said)
    if float(re.findall(r"([0-9.]+) %", said)[-1]) < 80:
        sys.exit("the program did not learn")


def static(root, prefix, cc, **_):
    """A moved copy without shared libraries: pkg-config --static tells all that a program needs."""
    readme = open(f"{root}/README.md", encoding="utf-8").read()
    write("train.c", block(readme, "c"))
    moved = os.path.abspath("moved")
    shutil.copytree(prefix, moved, symlinks=True)
    for name in os.listdir(f"{moved}/lib"):
        if ".so" in name:
            os.remove(f"{moved}/lib/{name}")
    run("sh", "-c", f"{cc} -std=c11 train.c -o train $(pkg-config --static --cflags --libs wick-hdf5)", env=environment(moved))
    train(prefix, "./train")


CXX = """
#include <cstdio>
#include <wick/wick.h>
int main()
{
    WK_SCOPE(program);
    const int64_t shape[] = { 2, 3 };
    wk_tensor *w = wk_requires_grad(wk_ones(2, shape, WK_F32));
    wk_linear_opts options = wk_linear_opts_default();
    options.in_features = 3;
    options.out_features = 1;
    wk_module *layer = wk_nn_linear_new(&options);
    wk_backward(wk_sum(wk_add(wk_square(w), wk_forward(layer, w))));
    wk_sgd_opts sgd = wk_sgd_opts_default();
    sgd.params = wk_parameters(layer);
    wk_step(wk_optim_sgd_new(&sgd));
    if (wk_failed()) std::fprintf(stderr, "%s\\n", wk_error_text());
    return wk_failed() || !wk_grad(w);
}
"""


def cxx(prefix, cxx, **_):
    write("main.cc", CXX)
    run("sh", "-c", f"{cxx} -std=c++17 -Wall -Wextra -Werror main.cc -o main $(pkg-config --cflags --libs wick)",
        env=environment(prefix))
    run("./main", env=dict(os.environ, LD_LIBRARY_PATH=f"{prefix}/lib"))


C = """
#include <stdio.h>
#include <wick/wick.h>
int main(void)
{
    WK_SCOPE(program);
    printf("wick %s: %g\\n", wk_version(), wk_item(wk_sum(wk_ones(WK_SHAPE(2, 3), WK_F32))));
    return wk_failed();
}
"""

ALONE = """
cmake_minimum_required(VERSION 3.25)
project(alone LANGUAGES C)
find_package(wick 0.1 REQUIRED)
find_package(wick 0.1 QUIET COMPONENTS hdf5_static)
if(wick_FOUND)
  message(FATAL_ERROR "static HDF5 parts were found where pkg-config is not")
endif()
add_executable(main main.c)
target_link_libraries(main PRIVATE wick::wick)
"""


def alone(prefix, cc, **_):
    """Who has no HDF5, zlib or pkg-config finds the shared library all the same."""
    write("main.c", C)
    write("CMakeLists.txt", ALONE)
    missing = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("ZLIB", "PNG", "JPEG", "PkgConfig", "HDF5")]
    run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={cc}", *missing)
    run("cmake", "--build", "build")
    print(run("build/main"))


SUBDIRECTORY = """
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES C)
add_subdirectory({root} wick)
add_executable(main main.c)
target_link_libraries(main PRIVATE wick::wick)
get_target_property(flags main COMPILE_OPTIONS)
if(flags OR CMAKE_C_FLAGS OR CMAKE_BUILD_TYPE OR TARGET wick_command OR BUILD_TESTING)
  message(FATAL_ERROR "a subproject must leave its parent's flags, tests and programs alone")
endif()
install(TARGETS main)
"""


def subdirectory(root, cc, **_):
    """As a subproject: builds nothing but libraries, changes nothing of its parent, installs nothing."""
    write("main.c", C)
    write("CMakeLists.txt", SUBDIRECTORY.format(root=root))
    run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", f"-DCMAKE_C_COMPILER={cc}", "-DWICK_WITH_HDF5=OFF")
    run("cmake", "--build", "build", "--target", "main")
    print(run("build/main"))
    run("cmake", "--install", "build", "--prefix", "installed")
    if os.listdir("installed") != ["bin"]:
        sys.exit(f"a subproject installs nothing by itself, but there are {os.listdir('installed')}")


def main():
    names = ("way", "root", "prefix", "cc", "cxx")
    given = dict(zip(names, sys.argv[1:]))
    for name in ("root", "prefix"):
        given[name] = os.path.abspath(given[name])
    way = globals()[given.pop("way")]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        way(**given)
        os.chdir("/")


main()
