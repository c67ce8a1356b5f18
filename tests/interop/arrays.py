"""arrays.py PROGRAM: NumPy and h5py find in the npz and the HDF5 file of a state what safetensors finds in the state's own."""
import os
import subprocess
import sys
import tempfile
import zipfile

sys.path.pop(0)  # there are scripts here with the names of what is imported
import h5py
import numpy as np
import safetensors.numpy

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    expected = safetensors.numpy.load_file(os.path.join(folder, "state.safetensors"))

    def check(name, got):
        right = expected[name]
        assert got.shape == right.shape and got.tobytes() == right.tobytes(), name
        return got.dtype == right.dtype

    with zipfile.ZipFile(os.path.join(folder, "state.npz")) as archive:
        assert archive.testzip() is None
    with np.load(os.path.join(folder, "state.npz"), allow_pickle=False) as arrays:
        assert sorted(arrays.files) == sorted(expected)
        assert all(check(name, arrays[name]) for name in expected)
    with np.load(os.path.join(folder, "many.npz"), allow_pickle=False) as arrays:
        assert len(arrays.files) == 70000
        assert all(arrays[str(i)] == i for i in (0, 1, 65534, 65535, 65536, 69999))

    with h5py.File(os.path.join(folder, "state.h5")) as file:
        sets = []
        file.visititems(lambda path, item: sets.append(path) if isinstance(item, h5py.Dataset) else None)
        assert sorted(path.replace("/", ".") for path in sets) == sorted(expected), sets
        others = [path for path in sets if not check(path.replace("/", "."), file[path][()])]
        assert others == ["kinds/bool"] and file["kinds/bool"].dtype == np.uint8, others
        text = file.attrs["made by"]
        assert (text.decode() if isinstance(text, bytes) else text) == "w\u00efck", text
print(f"{len(expected)} tensors read from npz and HDF5, and some of 70,000")
