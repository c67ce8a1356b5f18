"""npz.py: archives that NumPy wrote, stored and packed, are imported with the values that NumPy reads from them; wick train takes them as
they are."""
import os
import subprocess
import sys
import tempfile

sys.path.pop(0)  # there are scripts here with the names of what is imported
import h5py
import numpy as np

wick = os.environ["WICK"]
rng = np.random.default_rng(5)
TYPES = ["u1", "i1", "<u2", ">i2", "<u4", ">i4", "<i8", ">u8", "<f2", "<f4", ">f4", "<f8", ">f8"]


def run(*arguments, code=0):
    done = subprocess.run([wick, *arguments], capture_output=True, text=True, env=dict(os.environ, LC_ALL="C"))
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def same(found, expected):
    found, expected = found[:].reshape(len(expected), -1), expected.reshape(len(expected), -1)
    assert np.array_equal(found.astype("f8"), expected.astype("f8")), (found, expected)


with tempfile.TemporaryDirectory() as folder:
    npz, h5 = os.path.join(folder, "a.npz"), os.path.join(folder, "a.h5")
    count = 0
    for save in np.savez, np.savez_compressed:
        for kind in TYPES:
            for order in "CF":
                x = np.array(rng.integers(0, 100, (40, 3, 5)), kind, order=order)
                y = np.arange(40).astype(kind if kind[-2] != "f" else "i4") % 4
                save(npz, x_train=x[:30].copy(order), y_train=y[:30, None], x_test=x[30:].copy(order), y_test=y[30:, None], other=x)
                run("import", "npz", npz, "-o", h5, "--force")
                with h5py.File(h5) as f:
                    for part, at in ("train", slice(0, 30)), ("test", slice(30, 40)):
                        same(f[part]["x"], x[at])
                        same(f[part]["y"], y[at])
                    assert (f["train/x"].dtype == np.uint8) == (kind == "u1"), f["train/x"].dtype
                    assert [name.decode() for name in f.attrs["classes"]] == list("0123")
                count += 2
        save(npz, images=rng.integers(0, 256, (60, 4, 4), "u1"), labels=np.arange(60) % 3)
        said = run("import", "npz", npz, "-o", h5, "--force", "--classes", "a,b,c")
        assert "48 training rows and 12 for test, each u8 [4, 4], 3 classes" in said, said
        run("train", npz, "--epochs", "1", "-q", "--out", os.path.join(folder, save.__name__))
        save(npz, a=np.arange(80.0).reshape(40, 2), b=np.arange(40.0))
        assert "no x (x, data, images ..); it has 'a.npy', 'b.npy'" in run("import", "npz", npz, "-o", h5, "--force", code=1)
        run("import", "npz", npz, "-o", h5, "--force", "--x", "a", "--y", "b")
        with h5py.File(h5) as f:
            assert f["train/x"].shape == (32, 2) and f["train/y"].dtype == np.float64 and "classes" not in f.attrs
    np.savez(npz, x=np.array([{}, {}], object), y=np.arange(2))
    assert "type '|O'" in run("import", "npz", npz, "-o", h5, "--force", code=1)
print(f"{count} arrays of {len(TYPES)} types imported")
