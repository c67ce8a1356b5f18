"""onnx.py PROGRAM: what wick exports passes onnx's full check and gives in onnxruntime what it gives in wick, for three batch sizes; the
initializers have the state dict's names and values."""
import os
import subprocess
import sys
import tempfile

sys.path.pop(0)  # this script has the name of what it imports
import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
import safetensors.numpy

onnxruntime.set_default_logger_severity(3)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
JOINED = ("rnn", "lstm", "gru")  # recurrent weights have ONNX's order


def check(folder, name):
    path = os.path.join(folder, name + ".onnx")
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    graph = model.graph
    assert model.ir_version == 8 and [(o.domain, o.version) for o in model.opset_import] == [("", 17)]
    assert [v.name for v in graph.input] == ["input"] and [v.name for v in graph.output] == ["output"]
    names = [node.name for node in graph.node]
    assert len(set(names)) == len(names)
    values = safetensors.numpy.load_file(os.path.join(folder, name + ".safetensors"))
    batch = next(i for i, n in enumerate(values["x3"].shape) if n != values["x1"].shape[i])
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    worst = 0
    for n in (1, 3, 8):
        expected = values[f"y{n}"]
        (got,) = session.run(None, {"input": values[f"x{n}"]})
        assert got.shape == expected.shape and got.dtype == expected.dtype, (got.shape, expected.shape)
        worst = max(worst, float(np.max(np.abs(got - expected) / np.maximum(1, np.abs(expected)))))
    assert worst < 4e-6, worst
    for value, key in ((graph.input[0], "x3"), (graph.output[0], "y3")):
        dims = value.type.tensor_type.shape.dim
        assert [d.dim_param or d.dim_value for d in dims] == ["N" if i == batch else n for i, n in enumerate(values[key].shape)]
    for t in graph.initializer:
        state = values.get("state." + t.name)
        if state is not None and not any(word in t.name for word in ("_ih_l", "_hh_l")):
            assert (onnx.numpy_helper.to_array(t).ravel() == state.ravel()).all(), t.name
        else:
            assert t.name[0] == "c" and t.name[1:].isdigit() or name.startswith(JOINED + ("tagger", "own_shaped")), t.name
    return worst, {node.op_type for node in graph.node}


with tempfile.TemporaryDirectory() as folder:
    said = subprocess.run([sys.argv[1], folder], stderr=subprocess.PIPE, text=True, check=True).stderr
    assert not said, said
    names = sorted(file[:-5] for file in os.listdir(folder) if file.endswith(".onnx"))
    wrong, ops, worst = [], set(), 0
    for name in names:
        try:
            error, used = check(folder, name)
            worst, ops = max(worst, error), ops | used
        except Exception as error:  # tell of all
            wrong.append(f"{name}: {type(error).__name__} {error}")
    print("\n".join(wrong))
    assert not wrong and len(names) > 80
    print(f"{len(names)} models of {len(ops)} operators, largest difference {worst:.1e}")
