"""shards.py PROGRAM: h5py reads every file of the lists that wk_h5_shards wrote."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

r = np.arange(100)
expected = {
    "x": (10 * r[:, None] + np.arange(6)).reshape(100, 2, 3).astype("<f4"),
    "y": (r % 3).astype("<i8"),
    "bytes": (2 * r[:, None] + np.arange(5)).astype("u1"),
    "exact": (r / 7).astype("<f8"),
}
count = 0
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    for name, files, packing in [("plain", 4, (None, None)), ("packed", 6, ("gzip", 6)), ("shuffled", 100, ("gzip", 1))]:
        with open(os.path.join(folder, name + ".txt")) as lines:
            paths = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        assert len(paths) == files, (name, len(paths))
        parts = {field: [] for field in expected}
        for path in paths:
            with h5py.File(os.path.join(folder, path)) as file:
                assert set(file) == set(expected), list(file)
                assert [c if isinstance(c, str) else c.decode() for c in file.attrs["classes"]] == ["a", "b", "\u00e9"]
                for field in expected:
                    assert (file[field].compression, file[field].compression_opts) == packing, (path, field)
                    assert file[field].dtype == expected[field].dtype, (path, field)
                    parts[field].append(file[field][:])
            count += 1
        for field in expected:
            assert np.array_equal(np.concatenate(parts[field]), expected[field]), (name, field)
print(f"h5py read {count} files that wk_h5_shards wrote")
