"""growing.py PROGRAM: wick follows files that h5py appends to, with SWMR and flushed without, packed or not."""
import os
import subprocess
import sys
import tempfile
import time

os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
import h5py
import numpy as np

ROWS = 400


def write(path, swmr, latest, packing):
    with h5py.File(path, "w", libver=("v110", "v110") if latest else None) as file:
        x = file.create_dataset("x", (0, 3), "f8", maxshape=(None, 3), chunks=(16, 3), **packing)
        y = file.create_dataset("y", (0,), "i4", maxshape=(None,), chunks=(16,), **packing)
        if swmr:
            file.swmr_mode = True
        file.flush()
        follower = subprocess.Popen([sys.argv[1], path, str(ROWS)], stdout=subprocess.PIPE, text=True)
        for row in range(0, ROWS, 4):
            for data in (x, y):
                data.resize(row + 4, axis=0)
            x[row : row + 4] = 3 * np.arange(row, row + 4)[:, None] + np.arange(1, 4)
            y[row : row + 4] = np.arange(row, row + 4) % 7
            if swmr:
                x.flush()
                y.flush()
            else:
                file.flush()
            time.sleep(0.012)
    out, _ = follower.communicate(timeout=120)
    assert follower.returncode == 0, (swmr, latest, packing, follower.returncode)
    return int(out)


with tempfile.TemporaryDirectory() as folder:
    kinds = [(True, True), (False, True), (False, False)]
    packings = [{}, {"compression": "gzip", "shuffle": True}, {"compression": "lzf"}, {"fletcher32": True}]
    times = {}
    for kind in kinds:
        for packing in packings:
            times[kind, str(packing)] = write(os.path.join(folder, "run.h5"), *kind, packing)
            assert times[kind, str(packing)] >= 10, times
print(f"of {ROWS} rows that h5py added, wick saw new ones {min(times.values())} to {max(times.values())} times")
