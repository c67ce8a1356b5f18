"""sets.py PROGRAM: wick reads IDX, npy, CSV, PNG and JPEG files as NumPy and Pillow wrote them and read them themselves."""
import csv
import gzip
import os
import subprocess
import sys
import tempfile

sys.path.pop(0)  # there are scripts here with the names of what is imported
import numpy as np
from PIL import Image

random = np.random.default_rng(1)


def smooth(height, width, channels):
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 120 * np.sin(x / (5 + c) + random.random() * 6) * np.cos(y / (4 + c)) for c in range(channels)]
    return np.stack(planes, -1).astype(np.uint8)


with tempfile.TemporaryDirectory() as folder:
    path = lambda *parts: os.path.join(folder, *parts)
    os.mkdir(path("mnist"))
    images, labels = random.integers(0, 256, (50, 28, 28), dtype=np.uint8), random.integers(0, 10, 50, dtype=np.uint8)
    labels[:10] = range(10)
    with gzip.open(path("mnist", "t10k-images-idx3-ubyte.gz"), "wb") as file:
        file.write(bytes([0, 0, 8, 3]) + np.array(images.shape, ">u4").tobytes() + images.tobytes())
    with open(path("mnist", "t10k-labels.idx1-ubyte"), "wb") as file:
        file.write(bytes([0, 0, 8, 1]) + np.array(labels.shape, ">u4").tobytes() + labels.tobytes())

    x, y = random.standard_normal((40, 3, 5)).astype(">f4"), np.arange(40, dtype=np.int16) % 7
    np.save(path("x.npy"), x)
    np.save(path("y.npy"), y)

    table = [[str(random.standard_normal()), ["a", 'b "c"', "d,\ne"][i % 3], str(i * 0.5)] for i in range(60)]
    with open(path("t.csv"), "w", newline="") as file:
        csv.writer(file).writerows([["one", "two", "target"], *table])

    kinds = {"RGB": 3, "L": 1, "RGBA": 4, "LA": 2}
    shown = {"png": [], "jpeg": []}
    for i in range(24):
        mode = list(kinds)[i % 4]
        picture = Image.fromarray(smooth(17, 23, kinds[mode]).squeeze(), mode)
        if i % 8 == 4:
            picture = picture.convert("RGB").quantize(16 if i < 12 else 200)
        if i == 9:
            picture = picture.convert("1")
        os.makedirs(path("png", str(i // 12)), exist_ok=True)
        picture.save(path("png", str(i // 12), f"{i:02}.png"))
        shown["png"].append(Image.open(path("png", str(i // 12), f"{i:02}.png")))
    for i in range(8):
        os.makedirs(path("jpeg", "all"), exist_ok=True)
        picture = Image.fromarray(smooth(40, 33, 3 if i % 2 else 1).squeeze())
        picture.save(path("jpeg", "all", f"{i}.jpg"), quality=50 + 6 * i, progressive=i > 3, subsampling=i % 3 if i % 2 else -1)
        shown["jpeg"].append(Image.open(path("jpeg", "all", f"{i}.jpg")))
    scaled = []
    for i, size in enumerate([(24, 31), (100, 70), (9, 50), (25, 3), (240, 310)]):
        os.makedirs(path("sizes", str(i)), exist_ok=True)
        picture = Image.fromarray(smooth(*size, 3))
        picture.save(path("sizes", str(i), "1.png"))
        scaled.append(picture.resize((31, 24), Image.Resampling.BILINEAR))

    code = subprocess.run([sys.argv[1], folder]).returncode
    if code:
        sys.exit(code)
    read = lambda name: (np.load(path(f"{name}.x.npy")), np.load(path(f"{name}.y.npy")))

    got = read("idx")
    assert np.array_equal(got[0], images) and np.array_equal(got[1], labels)
    got = read("npy")
    assert got[0].dtype == np.float32 and np.array_equal(got[0], x) and np.array_equal(got[1], y)
    got = read("csv")
    assert np.array_equal(got[0][:, 0], np.array([row[0] for row in table], np.float32))
    assert np.array_equal(got[0][:, 1], np.arange(60) % 3) and np.array_equal(got[1], np.arange(60, dtype=np.float32) / 2)

    planes = lambda pictures, mode: np.stack([np.atleast_3d(np.array(p.convert(mode))).transpose(2, 0, 1) for p in pictures])
    far = lambda a, b: int(np.abs(a.astype(int) - b.astype(int)).max())
    got = read("png")
    assert np.array_equal(got[0], planes(shown["png"], "RGB")) and np.array_equal(got[1], np.arange(24) // 12)
    assert np.array_equal(read("grey")[0], planes([p.convert("RGB") for p in shown["png"]], "L"))
    assert far(read("jpeg")[0], planes(shown["jpeg"], "RGB")) <= 2, far(read("jpeg")[0], planes(shown["jpeg"], "RGB"))
    got = read("scaled")
    assert far(got[0], planes(scaled, "RGB")) <= 1 and np.array_equal(got[1], np.arange(5)), far(got[0], planes(scaled, "RGB"))
print("IDX, npy, CSV, 24 PNG, 8 JPEG and 5 scaled pictures are read as NumPy and Pillow read them")
