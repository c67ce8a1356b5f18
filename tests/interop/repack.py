"""repack.py: what wick repack copies is, for h5py and for h5diff, what h5py wrote: every number, type, shape, attribute and link;
chunks are whole rows. What it cannot carry it names, and without --skip writes nothing."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.pop(0)  # there are scripts here with the names of what is imported
import h5py
import numpy as np

wick = os.environ["WICK"]
rng = np.random.default_rng(3)
TYPES = ["u1", "i1", "<u2", ">i2", "<u4", ">i4", "<i8", ">u8", "<f2", "<f4", ">f4", "<f8", ">f8"]


def run(*arguments, code=0):
    done = subprocess.run([wick, *arguments], capture_output=True, text=True, env=dict(os.environ, LC_ALL="C"))
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def fill(f):
    layouts = [{}, {"chunks": (7, 5, 2)}, {"chunks": (1, 6, 9), "compression": "gzip"}, {"chunks": (90, 6, 9), "compression": "lzf"},
               {"chunks": (13, 6, 4), "compression": "gzip", "compression_opts": 1, "shuffle": True, "fletcher32": True}]
    for i, layout in enumerate(layouts):
        for kind in TYPES:
            name = f"layout {i}/{kind[-2:]}{'be' if kind[0] == '>' else ''}"
            f.create_dataset(name, data=rng.integers(0, 100, (90, 6, 9)).astype(kind), **layout)
    f.create_dataset("big", data=rng.integers(0, 9, (4000, 300)), chunks=(4000, 3), compression="gzip", maxshape=(None, 300))
    f.create_dataset("sparse", (1000, 20), "f4", chunks=(10, 20), compression="gzip", fillvalue=2.5)[300:310] = 1
    f.create_dataset("summed", data=rng.integers(0, 9, (777, 20)).astype(">i4"), chunks=(50, 20), fletcher32=True, fillvalue=-7, maxshape=(None, 20))
    f.create_dataset("summed noise", data=rng.integers(0, 256, (300, 1000), "u1"), chunks=(7, 1000), compression="gzip", fletcher32=True, fillvalue=9)
    f.create_dataset("filled", data=np.arange(12.0), fillvalue=-1.5)
    f.create_dataset("summed, none yet", (0, 5), "i2", maxshape=(None, 5), chunks=(64, 5), compression="gzip", fletcher32=True, fillvalue=3)
    f.create_dataset("bools", data=rng.integers(0, 2, 50).astype(bool))
    f.create_dataset("enum", data=[1, 0, 1], dtype=h5py.enum_dtype({"no": 0, "yes": 1}, basetype=">i4"))
    f["scalar"] = 3.25
    f["empty"] = np.zeros((0, 4), "i2")
    f["flat"] = np.zeros((3, 0), "f4")
    f.create_dataset("none yet", (0, 28, 28), "u1", maxshape=(None, 28, 28), chunks=(64, 7, 7))
    f["noise"] = rng.integers(0, 256, (300, 1000), "u1")
    f.create_group("empty group").attrs["why"] = "to be kept"
    f.attrs["classes"] = ["cat", "d\u00f6g"]
    f["big"].attrs["scale"] = np.arange(6, dtype=">f8").reshape(2, 3)
    f["big"].attrs["note"] = "text of any length"
    f["big"].attrs["nothing"] = h5py.Empty("f4")
    f["again"] = f["big"]
    f["layout 0/root"] = f["/"]
    f["group again"] = f["layout 1"]
    f["soft"] = h5py.SoftLink("/layout 2/u1")
    f["nowhere"] = h5py.SoftLink("/not/there")


def same_attributes(a, b):
    assert list(a.attrs) == list(b.attrs), (a.name, list(a.attrs), list(b.attrs))
    for key in a.attrs:
        x, y = a.attrs[key], b.attrs[key]
        assert type(x) is type(y) and np.array_equal(x, y) if not isinstance(x, h5py.Empty) else isinstance(y, h5py.Empty), key


def names(f):
    found = {}

    def enter(group, path, above):
        for name in group:
            link = group.get(name, getlink=True)
            at = f"{path}/{name}"
            if isinstance(link, h5py.SoftLink):
                found[at] = link.path
                continue
            found[at] = type(group[name])
            if isinstance(group[name], h5py.Group) and group[name] not in above:
                enter(group[name], at, above + [group[name]])

    enter(f, "", [f["/"]])
    return found


with tempfile.TemporaryDirectory() as folder:
    old, new = os.path.join(folder, "old.h5"), os.path.join(folder, "new.h5")
    for version in ("earliest", ("v110", "v110")):
        with h5py.File(old, "w", libver=version, userblock_size=512) as f:
            fill(f)
        for options in ([], ["--deflate", "9", "--workers", "3", "--chunk-bytes", "3k"], ["--deflate", "0"], ["--no-shuffle"]):
            said = run("repack", old, new, "--force", *options)
            assert "data sets" in said, said
            with h5py.File(old) as a, h5py.File(new) as b:
                assert names(a) == names(b)
                assert b["again"] == b["big"] and b["group again/u1"] == b["layout 1/u1"] and b["layout 0/root"] == b["/"]
                for path, kind in names(a).items():
                    if isinstance(kind, str):
                        continue
                    x, y = a[path], b[path]
                    same_attributes(x, y)
                    if kind is h5py.Group:
                        continue
                    assert x.dtype == y.dtype and x.shape == y.shape and x.maxshape == y.maxshape, path
                    assert x[()].tobytes() == y[()].tobytes(), path
                    assert x.fletcher32 == y.fletcher32 and x.fillvalue.tobytes() == y.fillvalue.tobytes(), path
                    assert x.id.get_create_plist().get_fill_time() == y.id.get_create_plist().get_fill_time(), path
                    packed = {"9": True, "0": False}.get(options[1]) if options[:1] == ["--deflate"] else bool(x.compression)
                    if y.size and y.ndim and packed is not None:
                        assert bool(y.compression) == packed, (path, y.compression)
                    if y.chunks and y.size:
                        assert y.chunks[1:] == y.shape[1:], (path, y.chunks)
                        assert y.shuffle == (bool(y.compression) and y.dtype.itemsize > 1 and options != ["--no-shuffle"]), path
                same_attributes(a["/"], b["/"])
            if shutil.which("h5diff"):  # which has no LZF
                subprocess.run(["h5diff", "--exclude-path", "/layout 3", "--exclude-path", "/layout 0/root", old, new], check=True, stdout=subprocess.DEVNULL)
            with h5py.File(new, "r+") as b:  # rows that come later
                for name, value in (("summed", -7), ("summed, none yet", 3)):
                    rows = len(b[name])
                    b[name].resize(rows + 99, axis=0)
                    assert (b[name][rows:] == value).all(), name
                    b[name].resize(rows, axis=0)
            damaged = os.path.join(folder, "damaged.h5")
            with h5py.File(new) as b:
                place = b["summed"].id.get_chunk_info(0)
            with open(new, "rb") as f, open(damaged, "wb") as g:
                bytes_ = bytearray(f.read())
                bytes_[place.byte_offset + 3] ^= 1
                g.write(bytes_)
            with h5py.File(damaged) as b:
                try:
                    b["summed"][()]
                    raise AssertionError("a sum that nobody checks")
                except OSError:
                    pass
            os.unlink(damaged)
            said = run("inspect", new)
            assert "fletcher32" in said and "-1.5" in said and "  fill  " in said, said
            assert "chunks of 2.3 KiB are small" in said if "3k" in options else "\nmend:" not in said, said
        said = run("inspect", old)
        assert "/big: a row is spread over 100 chunks" in said and f"\nmend: wick repack {old} " in said, said

    refused = [("text", lambda f: f.__setitem__("text", ["a", "b"]), "/text: holds no numbers"),
               ("record", lambda f: f.__setitem__("record", np.zeros(3, [("a", "i4")])), "/record: holds no numbers"),
               ("type", lambda f: f.__setitem__("type", np.dtype("f8")), "/type: is a named type"),
               ("other", lambda f: f.__setitem__("other", h5py.ExternalLink("old.h5", "/big")), "/other: is a link to another file"),
               ("szip", lambda f: f.create_dataset("szip", data=np.arange(64.0), chunks=(64,), scaleoffset=2), "scaleoffset"),
               ("ref", lambda f: f["x"].attrs.__setitem__("ref", f["x"].ref), "/x: its attribute 'ref' holds references")]
    for name, make, words in refused:
        with h5py.File(old, "w") as f:
            f["x"] = np.arange(10)
            make(f)
        os.unlink(new)
        said = run("repack", old, new, code=1)
        assert "; --skip leaves such things out" in said or "with --allow scaleoffset" in said, said
        assert words in said and not os.path.exists(new) and said.count("\n") == 1, said
        assert words in run("repack", old, new, "--skip")
        with h5py.File(new) as f:
            assert list(f) == ["x"] and not f["x"].attrs and (f["x"][:] == np.arange(10)).all()
    with h5py.File(old, "w") as f:
        f.create_dataset("x", data=np.arange(64), chunks=(64,), scaleoffset=0)
    assert "--allow scaleoffset" in run("inspect", old)
    run("repack", old, new, "--force", "--allow", "scaleoffset")
    with h5py.File(new) as f:
        assert (f["x"][:] == np.arange(64)).all() and f["x"].compression == "gzip"
    with h5py.File(old, "w") as f:
        f["train/x\x1b[2J\n"] = np.arange(9.0)
    said = run("inspect", old)
    assert "/train/x?[2J?" in said and "\x1b" not in said, said
    assert sorted(os.listdir(folder)) == ["new.h5", "old.h5"]
print(f"{5 * len(TYPES) + 12} data sets copied in 8 ways, {len(refused)} kinds refused")
