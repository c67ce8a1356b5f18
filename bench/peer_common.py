"""A peer's side of the talk with bench/step, and the starting values that both compute. One line asks, one line answers.

    prepare WORK OPTIMIZER LR THREADS STEPS BATCH SIZE...   ok LOSS VARIANT (TIMES)
    sample MICROSECONDS                                     ok MICROSECONDS_A_STEP
"""
import os
import sys
import time

TRIAL_US, TRIALS = 20_000, 7


def values(salt, rows, columns, repeat=1):
    """f32 in [-1, 1) from an integer hash, the one of cases.c; every row comes `repeat` times."""
    import numpy as np

    with np.errstate(over="ignore"):
        i = np.arange(rows // repeat * columns, dtype=np.uint32)
        h = (i + np.uint32(1)) * np.uint32(2654435761) + np.uint32(salt * 40503)
        h ^= h >> np.uint32(15)
        h *= np.uint32(2246822519)
        h ^= h >> np.uint32(13)
    v = (h >> np.uint32(8)).astype(np.float32) / np.float32(8388608) - np.float32(1)
    return np.repeat(v.reshape(rows // repeat, columns), repeat, axis=0)


def weights_of(work, sizes):
    """Shapes of the weights, each of which has a bias. "cnn": two convolutions, pooling by 2, two full layers."""
    if work == "cnn":
        side, first, second, hidden, classes = sizes
        flat = second * ((side - 4) // 2) ** 2
        return [(first, 1, 3, 3), (second, first, 3, 3), (hidden, flat), (classes, hidden)]
    return list(zip(sizes[1:], sizes))


def params_of(shapes):
    """Weights of these shapes, each with its bias, as cases.c fills them."""
    import numpy as np

    params = []
    for outputs, *others in shapes:
        inputs = int(np.prod(others))
        scale = np.float32(np.sqrt(np.float64(1) / np.float64(inputs)))
        params.append((scale * values(10 + len(params), outputs, inputs)).reshape(outputs, *others))
        params.append(scale * values(10 + len(params), outputs, 1)[:, 0])
    return params


class Case:
    """What there is to train, as numpy arrays: x, y and the parameters in order of creation."""

    def __init__(self, work, optimizer, lr, threads, steps, batch, *sizes):
        import numpy as np

        self.work, self.optimizer, self.lr = work, optimizer, float(lr)
        self.threads, self.steps, batch = int(threads), int(steps), int(batch)
        sizes = [int(n) for n in sizes]
        if work == "two-layer":
            self.x, self.y = values(1, batch, sizes[0]), values(2, batch, sizes[2])
            self.params = [values(3, sizes[0], sizes[1]), values(4, sizes[1], sizes[2])]
            return
        self.x = values(1, batch, sizes[0] ** 2 if work == "cnn" else sizes[0], 2)
        if work == "cnn":
            self.x = self.x.reshape(batch, 1, sizes[0], sizes[0])
        self.y = np.arange(batch, dtype=np.int64) % sizes[-1]
        self.params = params_of(weights_of(work, sizes))


class Variant:
    """One way of running the case: run(n) does n steps or a few more, to their end, and says how many; loss() is the loss now."""

    def __init__(self, run, loss):
        self.run, self.loss, self.steps = run, loss, None

    def time(self, microseconds):
        """Microseconds a step, over about that much time; the steps before it warm the caches and outlast wick's spinning."""
        n = self.steps_in(microseconds)
        self.run(max(1, n // 2))
        start = time.perf_counter()
        done = self.run(n)
        return 1e6 * (time.perf_counter() - start) / done

    def steps_in(self, microseconds):
        n = 1
        while self.steps is None:
            start = time.perf_counter()
            done = self.run(n)
            spent = 1e6 * (time.perf_counter() - start)
            if spent >= microseconds / 4:
                self.steps = int(microseconds * done / spent) + 1
            n *= 2
        return self.steps


def fastest(builders):
    """Builds every variant, times them in turn, and gives the best with a line of all their times: the least of each, since
    one disturbance in a few samples is likely and would choose the wrong one."""
    ready, said = {}, {}
    for name, build in builders.items():
        try:
            ready[name] = build()
            ready[name].time(TRIAL_US)
        except Exception as error:
            ready.pop(name, None)
            said[name] = "failed, " + type(error).__name__
    if not ready:
        raise RuntimeError("every variant failed: " + ", ".join(f"{n} {s}" for n, s in said.items()))
    times = {name: [] for name in ready}
    for _ in range(TRIALS):
        for name, variant in ready.items():
            times[name].append(variant.time(TRIAL_US))
    least = {name: min(t) for name, t in times.items()}
    best = min(least, key=least.get)
    said.update({name: f"{t:.1f}" for name, t in least.items()})
    return best, ready[best], f"{best} ({', '.join(f'{n} {said[n]}' for n in builders)})"


def answer_stream():
    """Standard output for the answers alone: whatever a library prints goes to stderr from now on."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return out


def answers(load):
    """Answers until the input ends. load() imports the library and gives (version, builders_of(case))."""
    out = answer_stream()

    def attempt(what, *args):
        try:
            return what(*args)
        except Exception as error:
            line = str(error).strip().splitlines()
            print(f"error {type(error).__name__}: {line[0] if line else ''}"[:900], file=out)
            sys.exit(1)

    version, builders_of = attempt(load)
    print("ok", version, file=out)
    best = None
    for line in sys.stdin:
        word, *args = line.split()
        if word == "prepare":
            case = Case(*args)
            name, best, said = attempt(fastest, builders_of(case))
            fresh = builders_of(case)[name]()
            loss = attempt(lambda: (fresh.run(case.steps), fresh.loss())[1])
            print(f"ok {loss:.9g} {said}"[:1000], file=out)
        else:
            print(f"ok {attempt(best.time, float(args[0])):.4f}", file=out)
