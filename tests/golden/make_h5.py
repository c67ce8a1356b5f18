"""Writes h5py_earliest.hdf5 and h5py_latest.hdf5, the files that tests/api/test_hdf5.c reads: every layout, filter and number
that the reader knows, in the formats of HDF5's first and newest versions, by h5py. Element i of a data set is
(7 i + 3) % 101 (// 50: "lzf repeats"), so the test needs no other table. Run: python3 tests/golden/make_h5.py"""
import os

import h5py
import numpy as np

ROWS, COLUMNS = 21, 5
here = os.path.dirname(os.path.abspath(__file__))


def values(dtype):
    numbers = (7 * np.arange(ROWS * COLUMNS) + 3) % 101
    return numbers.astype(dtype).reshape(ROWS, COLUMNS)


def compact(file, name, data):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple(data.shape)
    kind = h5py.h5t.py_create(data.dtype)
    h5py.h5d.create(file.id, name.encode(), kind, space, plan).write(h5py.h5s.ALL, h5py.h5s.ALL, data)


def open_new(name, low, userblock):
    plan = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    plan.set_userblock(userblock)
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(low, h5py.h5f.LIBVER_V110)
    return h5py.File(h5py.h5f.create(os.path.join(here, name).encode(), fcpl=plan, fapl=access))


def holes(file, **packed):
    data = file.create_dataset("holes", shape=(ROWS, COLUMNS), dtype=">i2", chunks=(8, COLUMNS), fillvalue=-9, **packed)
    data[8:16] = values("<i2")[8:16]


plain = dict(track_times=False)
packed = dict(track_times=False, compression="gzip")

with open_new("h5py_earliest.hdf5", h5py.h5f.LIBVER_EARLIEST, 512) as f:
    f.create_dataset("contiguous", data=values("<f4"), **plain)
    f.create_dataset("gzip shuffle swapped", data=values(">i4"), chunks=(8, COLUMNS), shuffle=True, **packed)
    f.create_dataset("split rows", data=values("<i2"), chunks=(10, 2), maxshape=(None, None), **packed)
    holes(f, **packed)
    f.create_dataset("never written", shape=(ROWS, COLUMNS), dtype=">f4", fillvalue=2.5, **plain)

with open_new("h5py_latest.hdf5", h5py.h5f.LIBVER_V110, 0) as f:
    for dtype in "u1 i1 <u2 >i2 <u4 >i4 >u8 <i8 <f2 >f2 <f4 >f4 >f8".split():
        f.create_dataset("contiguous " + dtype, data=values(dtype), **plain)
    compact(f, "compact", values("<i2"))
    f.create_dataset("gzip", data=values("u1"), chunks=(8, COLUMNS), **packed)
    f.create_dataset("gzip shuffle", data=values("<f4"), chunks=(8, COLUMNS), shuffle=True, **packed)
    f.create_dataset("gzip shuffle sum", data=values("<i2"), chunks=(16, COLUMNS), shuffle=True, fletcher32=True, **packed)
    f.create_dataset("sum", data=values("u1"), chunks=(9, COLUMNS), fletcher32=True, **plain)
    f.create_dataset("lzf", data=values("<i4"), chunks=(8, COLUMNS), compression="lzf", **plain)
    f.create_dataset("lzf shuffle sum", data=values(">f8"), chunks=(16, COLUMNS), compression="lzf", shuffle=True, fletcher32=True, **plain)
    f.create_dataset("lzf repeats", data=values("<i4") // 50, chunks=(ROWS, COLUMNS), compression="lzf", **plain)
    f.create_dataset("plain chunks", data=values("<i4"), chunks=(10, COLUMNS), **plain)
    f.create_dataset("split rows", data=values("<i4"), chunks=(10, 2), **packed)
    f.create_dataset("one chunk", data=values("u1"), chunks=(ROWS, COLUMNS), **packed)
    f.create_dataset("grows down", data=values("<i2"), chunks=(20, COLUMNS), maxshape=(None, COLUMNS), **packed)
    f.create_dataset("grows both", data=values("<i2"), chunks=(20, 3), maxshape=(None, None), **packed)
    holes(f, **packed)
    f.create_dataset("never written", shape=(ROWS, COLUMNS), dtype=">f4", fillvalue=2.5, chunks=(8, COLUMNS), **plain)
