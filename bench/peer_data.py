"""An epoch of an HDF5 file by PyTorch's DataLoader over h5py: x as normalised f32 (u8) or as it is, shuffled.

    epoch FILE WORKERS BATCH WINDOW   ok a row at a time N, batches by index N, slabs shuffled inside N   rows a second

A row at a time is what tutorials do (timed over a part of the epoch where it is slow); by index reads each batch in one call of
h5py, its rows sorted; slabs reads WINDOW rows at a time, shuffles them in memory and cuts batches with NumPy.
"""
import sys
import time

import h5py
import numpy as np
import peer_common
import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, IterableDataset, RandomSampler, get_worker_info

SECONDS = 8


def normalised(x):
    return (x.astype(np.float32) / np.float32(255) - np.float32(0.1307)) / np.float32(0.3081) if x.dtype == np.uint8 else x


class Rows(Dataset):
    """h5py's files are opened in each worker: they do not survive a fork."""

    def __init__(self, path):
        self.path, self.file = path, None
        with h5py.File(path) as f:
            self.n = len(f["x"])

    def __len__(self):
        return self.n

    def open(self):
        if self.file is None:
            self.file = h5py.File(self.path)
            self.x, self.y = self.file["x"], self.file["y"]

    def __getitem__(self, i):
        self.open()
        if isinstance(i, list):
            order = np.sort(np.asarray(i))
            return torch.from_numpy(normalised(self.x[order])), torch.from_numpy(self.y[order])
        return torch.from_numpy(normalised(self.x[i])), int(self.y[i])


class Slabs(IterableDataset):
    def __init__(self, path, batch, window):
        self.path, self.batch, self.window = path, batch, window

    def __iter__(self):
        info = get_worker_info()
        part, parts = (info.id, info.num_workers) if info else (0, 1)
        with h5py.File(self.path) as f:
            x, y = f["x"], f["y"]
            starts = np.random.permutation(range(0, len(x), self.window))[part::parts]
            for start in starts:
                xs, ys = x[start:start + self.window], y[start:start + self.window]
                order = np.random.permutation(len(xs))
                for at in range(0, len(xs), self.batch):
                    take = order[at:at + self.batch]
                    yield torch.from_numpy(normalised(xs[take])), torch.from_numpy(ys[take])


def rate(loader):
    """Rows a second, of as many batches as come in SECONDS; workers are started before the clock."""
    batches, rows = iter(loader), 0
    start = time.perf_counter()
    for x, y in batches:
        rows += len(x)
        if time.perf_counter() - start > SECONDS:
            break
    return rows / (time.perf_counter() - start)


def best(make, workers):
    return max(rate(make(w)) for w in {0, workers})


def epoch(path, workers, batch, window):
    rows = Rows(path)
    single = best(lambda w: DataLoader(rows, batch_size=batch, shuffle=True, num_workers=w), workers)
    index = best(lambda w: DataLoader(rows, batch_size=None, num_workers=w,
                                      sampler=BatchSampler(RandomSampler(rows), batch, False)), workers)
    slabs = best(lambda w: DataLoader(Slabs(path, batch, window or 6400), batch_size=None, num_workers=w), workers)
    return f"a row at a time {single:.0f}, batches by index {index:.0f}, slabs shuffled inside {slabs:.0f}"


def main():
    out = peer_common.answer_stream()
    torch.set_num_threads(1)
    print(f"ok torch {torch.__version__}, h5py {h5py.__version__}", file=out)
    for line in sys.stdin:
        _, path, workers, batch, window = line.split()
        try:
            print("ok", epoch(path, int(workers), int(batch), int(window)), file=out)
        except Exception as error:
            print(f"error {type(error).__name__}: {str(error).splitlines()[:1]}"[:900], file=out)
            return


main()
