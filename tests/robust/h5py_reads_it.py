"""h5py_reads_it.py TEST_HDF5_WRITER: lets the test program write a file and reads it with h5py, an HDF5 of another make.
Exit code 77, "skipped", without h5py."""
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError:
    print("skipped: h5py is missing (python3-h5py)")
    sys.exit(77)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "sample.h5")
    env = dict(os.environ, WICK_H5_SAMPLE=path, CK_RUN_SUITE="h5_writer", CK_RUN_CASE="leaves_a_sample_for_h5py")
    subprocess.run([sys.argv[1]], env=env, check=True, stdout=subprocess.DEVNULL)
    with h5py.File(path) as f:
        x, y = f["train/x"], f["train/y"]
        i = np.arange(30000)
        assert x.shape == (30000, 3) and x.dtype == np.dtype("<f4"), x
        assert y.shape == (30000,) and y.dtype == np.dtype("<i8"), y
        assert x.compression == "gzip" and x.shuffle and x.chunks == (21845, 3), (x.compression, x.chunks)
        assert (x[:, 0] == i).all() and (x[:, 1] == -0.5).all() and (x[:, 2] == i.astype("f4") / np.float32(7)).all()
        assert (y[:] == i % 3).all()
        classes = [name.decode("utf-8") for name in f.attrs["classes"]]
        assert classes == ["one", "two", "thr\u00e9\u00e9"], classes
        source = f.attrs["source"]
        assert (source.decode() if isinstance(source, bytes) else source) == "a test", source
print("h5py read 120,000 numbers and 3 class names")
