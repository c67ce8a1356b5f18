"""command.py: what wick inspect, train, predict and eval make of files that h5py wrote is what NumPy makes of their elements, of any
type, filter, order of bytes, link and place; what cannot be so in f32, inspect tells."""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

sys.path.pop(0)  # there are scripts here with the names of what is imported
import h5py
import numpy as np

wick = os.environ["WICK"]
rng = np.random.default_rng(5)
ROWS = 150
X = (rng.standard_normal((ROWS, 5)) * 20).astype("f4")
CLASSES = (X[:, 0] > 0).astype("i8") + (X[:, 1] > 8)
NUMBERS = X @ np.arange(1, 6, dtype="f4")


def run(*arguments, code=0):
    done = subprocess.run([wick, *arguments], capture_output=True, text=True, env=dict(os.environ, LC_ALL="C"))
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def evaluated(net, x):
    """The mlp with one hidden layer, from its exported weights."""
    x = x.astype("f4")
    if "0.offset" in net:
        x = (x - net["0.offset"]) / net["0.scale"]
    layers = sorted(k[:-7] for k in net if k.endswith(".weight"))
    for i, layer in enumerate(layers):
        x = np.maximum(x, 0) if i else x
        x = x @ net[layer + ".weight"].astype("f8").T + net[layer + ".bias"]
    for scale in [k for k in net if k.endswith(".scale") and k != "0.scale"]:
        x = x * net[scale] + net[scale.replace("scale", "offset")]
    return x


def area(score, is_class):
    """Under the ROC curve: how often a row of the class has more than another, ties counting half."""
    a, b = score[is_class][:, None], score[~is_class][None]
    return ((a > b).sum() + (a == b).sum() / 2) / (a.size * b.size)


def check(path, x, y, *names):
    """Of a run on the file: predictions of its test rows, and what eval says of them."""
    run("train", path, "--epochs", "2", "--hidden", "6", "-q", "-o", path + ".run", *names)
    run("export", path + ".run", "--npz", path + ".npz", "-q")
    table = list(csv.reader(io.StringIO(run("predict", path + ".run"))))
    at = np.array([int(row[0]) for row in table[1:]])
    classes = table[0][1] == "class"
    said = np.array([[float(v) for v in row[1 + classes :]] for row in table[1:]])
    x = x[at] / np.float32(255) if x.dtype == np.uint8 else x[at]
    wanted = evaluated(dict(np.load(path + ".npz")), x)
    found = json.loads(run("eval", path + ".run", "--json"))
    y = np.asarray(y)[at].reshape(len(at), -1).astype("f8")
    if classes:
        y = y[:, 0].astype(int)
        wanted = np.exp(wanted) / np.exp(wanted).sum(1, keepdims=True)
        assert abs((wanted.argmax(1) == y).mean() - found["accuracy"]) < 1e-9, path
        areas = [area(wanted[:, c], y == c) for c in range(wanted.shape[1])]
        assert abs((areas[1] if len(areas) == 2 else np.mean(areas)) - found["auc"]) < 1e-6, (path, areas, found)
        assert abs(-np.log(wanted[np.arange(len(y)), y]).mean() - found["loss"]) < 1e-4, path
    else:
        assert np.allclose(found["rmse"], np.sqrt(((wanted - y) ** 2).mean()), rtol=1e-4), path
        r2 = 1 - ((wanted - y) ** 2).sum(0) / ((y - y.mean(0)) ** 2).sum(0)
        assert np.allclose([o["r2"] for o in found["outputs"]], r2, rtol=1e-3, atol=1e-5), path
        last = json.loads(run("eval", path + ".run", "--last", "--json"))
        with open(path + ".run/result.json") as result:
            tested = json.load(result)
        assert np.allclose([tested["test_rmse"], tested["test_r2"]], [last["rmse"], last["r2"]], rtol=1e-4), (path, tested, last)
    assert np.abs(said - wanted).max() < 3e-5 * np.abs(wanted).max(), path
    return at


def every_kind():
    packed = {"chunks": (7, 2), "compression": "gzip", "shuffle": True, "fletcher32": True}
    for kind in ["u1", "i1", ">u2", "<i2", "<u4", ">i4", "<i8", ">u8", ">f2", "<f4", ">f4", "<f8"]:
        x = (np.abs(X) if kind[-2] == "u" else X).astype(kind)
        for y in [CLASSES.astype("i8" if kind[-2] == "f" else kind), NUMBERS.astype(">f8"), np.stack([NUMBERS, 1e3 - NUMBERS / 7], 1)]:
            path = f"{kind}-{y.dtype}-{y.ndim}.h5"
            with h5py.File(path, "w") as f:
                f.create_dataset("x", data=x, **(packed if y.ndim == 1 else {"chunks": (11, 3), "compression": "lzf"}))
                f["y"] = y
            check(path, x, y)


def links_and_places():
    with h5py.File("links.h5", "w") as f:
        f["raw/a"], f["raw/b"], f["kept/x"], f["kept/y"] = X, CLASSES, X[:40], CLASSES[:40]
        f["x"], f["y"] = h5py.SoftLink("/raw/a"), h5py.SoftLink("/raw/b")
    counts = [int(n) for n in np.bincount(CLASSES)]
    for names in [[], ["--x", "raw/a", "--y", "raw/b"], ["--x", "/raw/a", "--y", "/raw/b"], ["--split", "raw", "--x", "a", "--y", "b"]]:
        seen = json.loads(run("inspect", "links.h5", "--json", *names))
        assert [c["train"] for c in seen["classes"]] == counts, (names, seen["classes"])
        assert not any("no training rows" in a for a in seen["advice"]), seen["advice"]
        if names:
            assert "next: wick train links.h5 " + " ".join(names) in run("inspect", "links.h5", *names)
    check("links.h5", X, CLASSES)
    with h5py.File("linked test.h5", "w") as f:
        f["raw/x"], f["raw/y"], f["kept/x"], f["kept/y"] = X, CLASSES, X[:40], CLASSES[:40]
        f["train"], f["test"] = h5py.SoftLink("/raw"), h5py.SoftLink("/kept")
    seen = json.loads(run("inspect", "linked test.h5", "--json"))
    assert [c["test"] for c in seen["classes"]] == [int(n) for n in np.bincount(CLASSES[:40])]
    assert "next: wick train 'linked test.h5'\n" in run("inspect", "linked test.h5")
    assert list(check("linked test.h5", X, CLASSES)) == list(range(40))


def bytes_and_numbers():
    pixels = np.abs(X).astype("u1")
    for x, test in [(pixels, pixels[:20].astype("f4")), (pixels.astype("f4"), pixels[:20])]:
        with h5py.File("mixed.h5", "w") as f:
            f["train/x"], f["train/y"], f["test/x"], f["test/y"] = x, NUMBERS, test, NUMBERS[:20]
        assert "x holds bytes, which are read as 0 .. 1" in run("train", "mixed.h5", code=1)
        np.savez("mixed.npz", x_train=x, y_train=NUMBERS, x_test=test, y_test=NUMBERS[:20])
        assert "x holds bytes, which are read as 0 .. 1" in run("train", "mixed.npz", code=1)


def odd_names():
    names = ["a,b", 'q"q', "new\nline", "cr\rx"]
    with h5py.File("names.h5", "w") as f:
        f["x"], f["y"], f.attrs["classes"] = X, np.arange(ROWS) % 4, names
    run("train", "names.h5", "--epochs", "1", "--hidden", "6", "-q", "-o", "names")
    done = subprocess.run([wick, "predict", "names"], capture_output=True)
    table = list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))
    assert table[0][2:] == names and all(len(row) == 6 and row[1] in names for row in table[1:]), table[:3]
    said = run("eval", "names")
    assert "new\n" not in said and "\r" not in said, said


def beyond_f32():
    with h5py.File("beyond.h5", "w") as f:
        f["x"], f["y"] = X.astype("f8") * 1e100, NUMBERS.astype("f8") + 1e12
    advice = json.loads(run("inspect", "beyond.h5", "--json"))["advice"]
    assert any(a.startswith("/x: values reach") and "f32, which ends at" in a for a in advice), advice
    assert any(a.startswith("/y: values lie so near to 1e+12") for a in advice), advice


def not_finite():
    with h5py.File("none.h5", "w") as f:
        f.create_dataset("x", (20, 2), "f4", chunks=(7, 2), fillvalue=np.nan)
    found = json.loads(run("inspect", "none.h5", "--json"))["data_sets"][0]
    assert found["least"] is None and found["most"] is None and found["mean"] is None, found
    strange = X[:40].copy()
    strange[3, 2], strange[4, 1], strange[5, 1] = np.inf, -np.inf, np.nan
    for i, y in enumerate([CLASSES, NUMBERS]):
        with h5py.File(f"strange{i}.h5", "w") as f:
            f["train/x"], f["train/y"], f["test/x"], f["test/y"] = X, y, strange, y[:40]
        said = run("train", f"strange{i}.h5", "--epochs", "1", "--hidden", "6", "-q", "-o", f"strange{i}")
        said += run("eval", f"strange{i}", "--worst", "3") + run("predict", f"strange{i}")
        assert "loss nan" in said and "-nan" not in said, said


DIES = """
import h5py, numpy, os
f = h5py.File("dead.h5", "w", libver=("v110", "v110"))
x = f.create_dataset("x", (0, 5), "f4", maxshape=(None, 5), chunks=(64, 5))
y = f.create_dataset("y", (0,), "f4", maxshape=(None,), chunks=(64,))
f.swmr_mode = True
for n in range(100, 1001, 100):
    x.resize(n, 0), y.resize(n, 0)
    x[n - 100 :], y[n - 100 :] = numpy.arange(500).reshape(100, 5) + n, numpy.arange(100)
    x.flush(), y.flush()
os._exit(0)
"""


def left_by_the_dead():
    subprocess.run([sys.executable, "-c", DIES], check=True)
    assert "wick repack copies the rows that it has" in run("train", "dead.h5", code=1)
    run("repack", "dead.h5", "saved.h5")
    with h5py.File("saved.h5") as f:
        assert f["x"].shape == (1000, 5) and f["x"][-1, -1] == 1499 and f["y"][999] == 99
    run("train", "saved.h5", "--epochs", "1", "--hidden", "6", "-q")


def damaged():
    with h5py.File("whole.h5", "w", libver="v110") as f:
        f.create_dataset("x", data=X, chunks=(16, 5), maxshape=(None, 5))
        f["y"] = CLASSES
    whole = open("whole.h5", "rb").read()
    with open("leaks", "w") as f:
        f.write("leak:libhdf5\n")  # it loses objects that it gives up
    patient = dict(os.environ, LSAN_OPTIONS="suppressions=leaks:print_suppressions=0")
    for at in [i for i in range(len(whole)) if whole[i : i + 4] in (b"OHDR", b"EAHD")]:
        with open("damaged.h5", "wb") as f:
            f.write(whole[: at + 9] + bytes([whole[at + 9] ^ 1]) + whole[at + 10 :])
        for command in ["inspect", "train"]:
            done = subprocess.run([wick, command, "damaged.h5"], capture_output=True, text=True, env=patient)
            lines = done.stderr.splitlines()
            assert done.returncode in (0, 1) and len(lines) == done.returncode and all(l.startswith("wick ") for l in lines), lines


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    every_kind()
    links_and_places()
    odd_names()
    bytes_and_numbers()
    beyond_f32()
    not_finite()
    left_by_the_dead()
    damaged()
print("files of every kind train, and are evaluated, as NumPy does it")
