"""Matrix products in PyTorch (its MKL) or NumPy (its OpenBLAS) for bench/products: into an array made before, called from a loop.

    library NAME CLOCK                ok VERSION       CLOCK: wall, or processor
    prepare M K N A_TURNED B_TURNED   ok ready
    sample REPEATS                    ok MICROSECONDS_A_PRODUCT
"""
import sys
import time

import peer_common


def torch_product(m, k, n, a_turned, b_turned):
    import torch

    a = torch.randn(k, m).t() if a_turned else torch.randn(m, k)
    b = torch.randn(n, k).t() if b_turned else torch.randn(k, n)
    out = torch.empty(m, n)
    return torch.mm, (a, b), out


def numpy_product(m, k, n, a_turned, b_turned):
    import numpy as np

    draw = np.random.default_rng(1).standard_normal
    a = draw((k, m), np.float32).T if a_turned else draw((m, k), np.float32)
    b = draw((n, k), np.float32).T if b_turned else draw((k, n), np.float32)
    return np.matmul, (a, b), np.empty((m, n), np.float32)


def load(name):
    if name == "torch":
        import os

        import torch

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        mkl = next((line.strip(" -\n") for line in torch.__config__.show().splitlines() if "Math Kernel" in line), "no MKL")
        return torch_product, f"torch {torch.__version__}, {mkl}"
    import numpy as np

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return numpy_product, f"numpy {np.__version__}, {blas['name']} {blas['version']}"


def microseconds(clock, product, operands, out, repeats):
    for _ in range(repeats // 2 + 1):
        product(*operands, out=out)
    start = clock()
    for _ in range(repeats):
        product(*operands, out=out)
    return 1e6 * (clock() - start) / repeats


def main():
    out = peer_common.answer_stream()
    print("ok products", file=out)
    make = made = clock = None
    for line in sys.stdin:
        word, *args = line.split()
        try:
            if word == "library":
                make, answer = load(args[0])
                clock = time.process_time if args[1] == "processor" else time.perf_counter
            elif word == "prepare":
                made, answer = make(*map(int, args)), "ready"
            else:
                answer = f"{microseconds(clock, *made, int(args[0])):.4f}"
        except Exception as error:
            print(f"error {type(error).__name__}: {error}"[:900].replace("\n", " "), file=out)
            return
        print("ok", answer, file=out)


if __name__ == "__main__":
    main()
