"""export.py: what `wick export` writes of a run gives in onnxruntime what `wick predict` says of the same rows, and NumPy, h5py and
safetensors find the weights of the run's checkpoint in it. $WICK is the program."""
import csv
import io
import os
import subprocess
import sys
import tempfile

sys.path.pop(0)  # there are scripts here with the names of what is imported
import h5py
import numpy as np
import onnx
import onnxruntime
import safetensors.numpy

onnxruntime.set_default_logger_severity(3)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1


def wick(*arguments):
    return subprocess.run([os.environ["WICK"], *arguments], check=True, capture_output=True, text=True).stdout


def said(run, *which):
    """What the run's model says of the test rows: of classes the probability of each."""
    rows = list(csv.DictReader(io.StringIO(wick("predict", run, *which))))
    return np.array([[float(v) for k, v in row.items() if k not in ("row", "class")] for row in rows])


def computed(path, x, classes):
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"input": x})
    if not classes:
        return y.reshape(len(x), -1)
    y = np.exp(y - y.max(axis=1, keepdims=True))
    return y / y.sum(axis=1, keepdims=True)


def weights(run, checkpoint):
    state = safetensors.numpy.load_file(os.path.join(run, checkpoint))
    return {name[6:]: value for name, value in state.items() if name.startswith("model.")}


def check_arrays(expected):
    with np.load("net.npz", allow_pickle=False) as arrays:
        assert sorted(arrays.files) == sorted(expected)
        assert all((arrays[name] == value).all() and arrays[name].dtype == value.dtype for name, value in expected.items())
    with h5py.File("net.h5") as file:
        assert all((file[name.replace(".", "/")][()] == value).all() for name, value in expected.items())
    got = safetensors.numpy.load_file("net.safetensors")
    assert got.keys() == expected.keys() and all((got[name] == value).all() for name, value in expected.items())


MODELS = {"mlp": "digits.h5", "lenet": "digits.h5", "cnn": "digits.h5", "resnet-small": "digits.h5", "wave": "sine.h5", "averaged": "digits.h5"}
MORE = {"wave": ["--model", "mlp"], "averaged": ["--model", "mlp", "--ema", "0.9"]}
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    wick("synth", "digits", "-o", "digits.h5", "--train", "900", "--test", "60", "-q")
    wick("synth", "sine", "-o", "sine.h5", "--train", "300", "--test", "60", "-q")
    worst = 0
    for run, data in MODELS.items():
        model = MORE.get(run, ["--model", run])
        hidden = ["--hidden", "32"] if "mlp" in model else []
        wick("train", data, *model, *hidden, "--lr", "0.01", "--epochs", "4", "-o", run, "-q")
        with h5py.File(data) as file:
            x = file["test/x"][()]
        x = (x / np.float32(255) if x.dtype == np.uint8 else x).astype(np.float32)
        x = x.reshape(-1, 1, 28, 28) if run in ("lenet", "cnn", "resnet-small") else x
        last = max(name for name in os.listdir(run) if name.startswith("ckpt-"))
        for which, checkpoint in ((), "best.safetensors"), (("--last",), last):
            wick("export", run, "--onnx", "net.onnx", "--npz", "net.npz", "--h5", "net.h5", "--safetensors", "net.safetensors", "--force", "-q", *which)
            worst = max(worst, float(np.abs(computed("net.onnx", x, data != "sine.h5") - said(run, *which)).max()))
            if run != "averaged":
                check_arrays(weights(run, checkpoint))
    assert worst < 1e-5, worst
    assert not [name for name in os.listdir() if "tmp" in name]
    os.chdir("/")
print(f"{len(MODELS)} runs, best and last, largest difference {worst:.1e}")
