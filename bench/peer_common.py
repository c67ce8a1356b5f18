"""A peer's side of the talk with bench/step, and the starting values that both compute. One line asks, one line answers.

    prepare WORK OPTIMIZER LR THREADS STEPS BATCH SIZE...   ok LOSS VARIANT (TIMES)
    sample MICROSECONDS                                     ok MICROSECONDS_A_STEP
    memory VARIANT STEPS WORK... (as prepare)               ok MIB_OF_FIRST MIB_OF_WARM MIB_OF_PROCESS
    clock processor                                         ok: from now on of processor time
"""
import os
import sys
import time

TRIAL_US, TRIALS, TRIALS_OF_LONG, LONG_US = 20_000, 7, 3, 100_000
clock = time.perf_counter


def values(salt, rows, columns, repeat=1):
    """f32 in [-1, 1) from an integer hash, the one of cases.c; every row comes `repeat` times."""
    import numpy as np

    distinct = -(-rows // repeat)
    with np.errstate(over="ignore"):
        i = np.arange(distinct * columns, dtype=np.uint32)
        h = (i + np.uint32(1)) * np.uint32(2654435761) + np.uint32(salt * 40503)
        h ^= h >> np.uint32(15)
        h *= np.uint32(2246822519)
        h ^= h >> np.uint32(13)
    v = (h >> np.uint32(8)).astype(np.float32) / np.float32(8388608) - np.float32(1)
    return np.repeat(v.reshape(distinct, columns), repeat, axis=0)[:rows]


def with_biases(weights):
    return [shape for w in weights for shape in (w, (w[0],))]


def norm(n):
    return [("ones", n), (n,)]


def resnet_shapes(width, classes):
    shapes, channels = [(width, 3, 3, 3), *norm(width)], width
    for out in (width, width, 2 * width, 2 * width, 4 * width, 4 * width, 8 * width, 8 * width):
        shapes += [(out, channels, 3, 3), *norm(out), (out, out, 3, 3), *norm(out)]
        if out != channels:
            shapes += [(out, channels, 1, 1), *norm(out)]
        channels = out
    return shapes + with_biases([(classes, channels)])


def shapes_of(work, sizes):
    """Shapes of a network's parameters in order; ("ones", n): a norm's weight. README.md says what sizes are."""
    if work == "cnn":
        side, first, second, hidden, classes = sizes
        flat = second * ((side - 4) // 2) ** 2
        return with_biases([(first, 1, 3, 3), (second, first, 3, 3), (hidden, flat), (classes, hidden)])
    if work == "resnet18":
        return resnet_shapes(*sizes[1:])
    if work == "lstm":
        _, inputs, width, layers, classes = sizes
        each = [[(4 * width, n), (4 * width, width), (4 * width,), (4 * width,)] for n in [inputs] + [width] * (layers - 1)]
        return sum(each, []) + with_biases([(classes, width)])
    if work == "encoder":
        _, width, _, layers, inner, classes = sizes
        layer = with_biases([(3 * width, width), (width, width), (inner, width), (width, inner)]) + norm(width) + norm(width)
        return layers * layer + with_biases([(classes, width)])
    if work == "grown":
        width, layers, classes = sizes
        sizes = [width] * layers + [classes]
    return with_biases(list(zip(sizes[1:], sizes)))


def params_of(shapes, gain=1):
    """Parameters of these shapes as cases.c fills them."""
    import numpy as np

    params, scale = [], 1
    for salt, (first, *others) in enumerate(shapes, 10):
        if first == "ones":
            params.append(np.ones(others, np.float32))
            continue
        if others:
            scale = np.sqrt(np.float64(1) / np.float64(np.prod(others)))
        factor = np.float32(gain * scale if others else scale)
        params.append((factor * values(salt, first, int(np.prod(others)))).reshape(first, *others))
    return params


def input_shape(work, batch, sizes):
    if work in ("cnn", "resnet18"):
        return batch, 1 if work == "cnn" else 3, sizes[0], sizes[0]
    return (batch, *sizes[:2]) if work in ("lstm", "encoder") else (batch, sizes[0])


class Case:
    """What there is to train, as numpy arrays: x, y and the parameters in order of creation."""

    def __init__(self, work, optimizer, lr, threads, steps, batch, *sizes):
        import numpy as np

        self.work, self.optimizer, self.lr = work, optimizer, float(lr)
        self.threads, self.steps, batch = int(threads), int(steps), int(batch)
        self.sizes = sizes = [int(n) for n in sizes]
        if work == "two-layer":
            self.x, self.y = values(1, batch, sizes[0]), values(2, batch, sizes[2])
            self.params = [values(3, sizes[0], sizes[1]), values(4, sizes[1], sizes[2])]
            return
        shape = input_shape(work, batch, sizes)
        self.x = values(1, batch, int(np.prod(shape[1:])), 2).reshape(shape)
        self.y = np.arange(batch, dtype=np.int64) % sizes[-1]
        self.params = params_of(shapes_of(work, sizes), np.sqrt(6) if work == "grown" else 1)


class Variant:
    """One way of running the case: run(n) does n steps or a few more, to their end, and says how many; loss() is the loss now."""

    def __init__(self, run, loss):
        self.run, self.loss, self.steps = run, loss, None

    def time(self, microseconds):
        """Microseconds a step, over about that much time; the steps before it warm the caches and outlast wick's spinning."""
        n = self.steps_in(microseconds)
        self.run(max(1, n // 2))
        start = clock()
        done = self.run(n)
        return 1e6 * (clock() - start) / done

    def steps_in(self, microseconds):
        n = 1
        while self.steps is None:
            start = clock()
            done = self.run(n)
            spent = 1e6 * (clock() - start)
            if spent >= microseconds / 4:
                self.steps = int(microseconds * done / spent) + 1
            n *= 2
        return self.steps


def fastest(builders):
    """Builds every variant, times them in turn, and gives the best with a line of all their times: the least of each, since
    one disturbance in a few samples is likely and would choose the wrong one."""
    only = os.environ.get("PEER_WAYS")
    builders = {name: build for name, build in builders.items() if not only or name in only.split(",")}
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
            if len(times[name]) < TRIALS_OF_LONG or min(times[name]) < LONG_US:
                times[name].append(variant.time(TRIAL_US))
    least = {name: min(t) for name, t in times.items()}
    best = min(least, key=least.get)
    said.update({name: f"{t:.1f}" for name, t in least.items()})
    return best, ready[best], f"{best} ({', '.join(f'{n} {said[n]}' for n in builders)})"


def resident(key):
    """MiB: "VmRSS" now, "VmHWM" at the highest since it was reset."""
    with open("/proc/self/status") as file:
        return next(float(line.split()[1]) / 1024 for line in file if line.startswith(key))


def reset_highest():
    import ctypes
    import gc

    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def memory_of(builders_of, way, steps, args):
    """As memory.c measures wick: the peak beyond what there was before, parameters and batch, of so many first steps and of as many
    more, and the process's."""
    work, optimizer, lr, threads, checked, _, *sizes = args
    small = builders_of(Case(work, optimizer, lr, threads, checked, 2, *(min(8, int(n)) for n in sizes)))
    if way not in small:
        return "none"
    small[way]().run(steps)
    del small
    reset_highest()
    before = resident("VmRSS")
    case = Case(*args)
    model = (case.x.nbytes + case.y.nbytes + sum(p.nbytes for p in case.params)) / 2**20
    variant = builders_of(case)[way]()
    case.params.clear()
    peaks = []
    for _ in ("first", "warm"):
        reset_highest()
        variant.run(steps)
        peaks.append(resident("VmHWM"))
    first, warm = (peak - before - model for peak in peaks)
    return f"{first:.4f} {warm:.4f} {max(peaks):.4f}"


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
        elif word == "memory":
            way, steps, *rest = args
            print("ok", attempt(memory_of, builders_of, way, int(steps), rest), file=out)
        elif word == "clock":
            global clock
            clock = time.process_time
            print("ok processor", file=out)
        else:
            print(f"ok {attempt(best.time, float(args[0])):.4f}", file=out)
