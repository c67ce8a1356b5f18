"""safetensors.py PROGRAM: the reference implementation of safetensors reads what wick writes and the other way round, and both refuse
the same files, but for those that wick refuses on purpose."""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.pop(0)  # this script has the name of what it imports
import ml_dtypes
import numpy as np
import safetensors
import safetensors.numpy

program = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
folder = tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
source, target = os.path.join(folder, "in"), os.path.join(folder, "out")


def asked(path):
    """None, or wick's error; what it wrote is in `target`."""
    program.stdin.write(f"{path} {target}\n")
    program.stdin.flush()
    answer = program.stdout.readline().strip()
    return None if answer == "ok" else answer


def through_wick(data):
    with open(source, "wb") as file:
        file.write(data)
    return asked(source)


def made(header, data=b""):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header)) + header + data


def entry(dtype="F32", shape="[1]", offsets="[0,4]", more=""):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}{more}}}'


def one(*args, **named):
    return f'{{"a":{entry(*args, **named)}}}'


FOUR = b"\0\0\x80?"
BOTH = {
    "plain": made(one(), FOUR),
    "no tensors": made("{}"),
    "null metadata": made('{"__metadata__":null}'),
    "blanks": made('{ "a" :\n{"dtype" :\t"F32","shape":[ 1 ],"data_offsets":[0 ,4]}\r}', FOUR),
    "spaces behind": made(one() + "   ", FOUR),
    "zero behind": made(one().encode() + b"\0", FOUR),
    "scalar": made(one(shape="[]"), FOUR),
    "zero size": made(one(shape="[3,0]", offsets="[0,0]")),
    "zero, then large": made(one(shape="[0,4294967296]", offsets="[0,0]")),
    "large, then zero": made(one(shape="[4294967296,4294967296,0]", offsets="[0,0]")),
    "other field": made(one(more=',"x":{"y":[1,2.5e-3,{"z":null}]}'), FOUR),
    "other field twice": made(one(more=',"x":1,"x":2'), FOUR),
    "escapes": made('{"\\u00e4\\ud83d\\ude00\\n":' + entry() + "}", FOUR),
    "half a pair": made('{"\\ud800":' + entry() + "}", FOUR),
    "short": b"\0\0\0",
    "empty": b"",
    "long header": struct.pack("<Q", 100000001) + b"{}",
    "header past the end": struct.pack("<Q", 10) + b"{}",
    "bad UTF-8": made(b'{"\xff":' + entry().encode() + b"}", FOUR),
    "overlong UTF-8": made(b'{"\xc0\x80":' + entry().encode() + b"}", FOUR),
    "surrogate in UTF-8": made(b'{"\xed\xa0\x80":' + entry().encode() + b"}", FOUR),
    "open": made('{"a":' + entry(), FOUR),
    "more JSON": made(one() + "{}", FOUR),
    "unknown dtype": made(one("F31"), FOUR),
    "lower case": made(one("f32"), FOUR),
    "no shape": made('{"a":{"dtype":"F32","data_offsets":[0,4]}}', FOUR),
    "negative": made(one(shape="[-1]"), FOUR),
    "minus zero": made(one(offsets="[-0,4]"), FOUR),
    "fraction": made(one(offsets="[0,4.0]"), FOUR),
    "exponent": made(one(shape="[1e0]"), FOUR),
    "leading zero": made(one(shape="[01]"), FOUR),
    "plus": made(one(shape="[+1]"), FOUR),
    "overflow": made(one(shape="[4294967296,4294967296,4]"), FOUR),
    "other size": made(one(shape="[2]"), FOUR),
    "end first": made(one(offsets="[4,0]"), FOUR),
    "gap": made(f'{{"a":{entry()},"b":{entry(offsets="[8,12]")}}}', 3 * FOUR),
    "overlap": made(f'{{"a":{entry()},"b":{entry(offsets="[2,6]")}}}', 3 * FOUR),
    "same place": made(f'{{"a":{entry()},"b":{entry()}}}', FOUR),
    "any order": made(f'{{"b":{entry(offsets="[4,8]")},"a":{entry()}}}', 2 * FOUR),
    "more data": made(one(), FOUR + b"\0"),
    "less data": made(one(), FOUR[:3]),
    "not from 0": made(one(offsets="[4,8]"), 2 * FOUR),
    "field twice": made(one(more=',"dtype":"F32"'), FOUR),
    "metadata twice": made(f'{{"__metadata__":{{}},"__metadata__":{{}},"a":{entry()}}}', FOUR),
    "metadata number": made(f'{{"__metadata__":{{"n":1}},"a":{entry()}}}', FOUR),
    "list": made("[]"),
    "entry of nothing": made('{"a":[]}'),
    "three offsets": made(one(offsets="[0,4,8]"), FOUR),
    "one offset": made(one(offsets="[0]"), FOUR),
    "control character": made('{"a\x01":' + entry() + "}", FOUR),
    "comma too many": made('{"a":' + entry() + ",}", FOUR),
    "single quotes": made("{'a':" + entry() + "}", FOUR),
    "number as a key": made(one(more=',"x":{1:2}'), FOUR),
    "comma too many in a field": made(one(more=',"x":[1,]'), FOUR),
    "comma too many in an object": made(one(more=',"x":{"y":1,}'), FOUR),
    "no comma in a field": made(one(more=',"x":[1 2]'), FOUR),
    "brackets crossed": made(one(more=',"x":[{]}'), FOUR),
    "bare minus": made(one(more=',"x":-'), FOUR),
    "leading zero in a field": made(one(more=',"x":01'), FOUR),
    "word too long": made(one(more=',"x":nulls'), FOUR),
    "NaN in a field": made(one(more=',"x":NaN'), FOUR),
    "half bytes": made(one("F4", "[1]", "[0,1]"), b"\0"),
}
STRICTER = {
    "a space in front": made(" " + one(), FOUR),
    "a line's end behind": made(one() + "\n", FOUR),
    "a name twice": made(f'{{"a":{entry()},"a":{entry()}}}', FOUR),
    "a key twice": made(f'{{"__metadata__":{{"k":"1","k":"2"}},"a":{entry()}}}', FOUR),
    "a zero in a name": made('{"\\u0000":' + entry() + "}", FOUR),
    "no name": made('{"":' + entry() + "}", FOUR),
    "nine dims": made(one(shape="[1,1,1,1,1,1,1,1,1]"), FOUR),
    "an entry as a list": made('{"a":["F32",[1],[0,4]]}', FOUR),
    "half a byte": made(one("F4", "[2]", "[0,1]"), b"\0"),
}


def reference_takes(data):
    try:
        safetensors.deserialize(data)
    except safetensors.SafetensorError:
        return False
    return True


for what, data in BOTH.items():
    error = through_wick(data)
    assert reference_takes(data) == (error is None), f"{what}: {error}"
for what, data in STRICTER.items():
    assert reference_takes(data) and through_wick(data), what

# Every dtype that the reference has, at every size: what fits into whole bytes is taken, and told of if wick has no such dtype.
TYPES = "BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64".split()
sizes = 0
for dtype in TYPES:
    taken = []
    for n in range(9):
        for size in range(66):
            data = made(one(dtype, f"[{n}]", f"[0,{size}]"), bytes(size))
            error = through_wick(data) if n * 4 <= 8 * size <= n * 64 else "as far apart"
            read = error is None or f"a {dtype} [{n}]" in error and "wick lacks" in error
            assert reference_takes(data) == read, f"{dtype} [{n}] of {size} bytes: {error}"
            taken += [n] if read else []
    sizes += len(taken)
    assert taken[-1] == 8, dtype


def has_a_name_twice(data):
    """Then the reference forgets the first entry, however wrong it was."""
    found = []

    def pairs(names):
        found.append(len({name for name, _ in names}) < len(names))

    json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]], object_pairs_hook=pairs)
    return any(found)


# Files changed at random: what the reference refuses is refused, and what it takes only for one of these reasons.
OWN_REASONS = ("twice", "nothing but spaces", "an opening brace", "zero characters", "60 brackets", "no name", "wick lacks",
               "dimensions", "2^63", "a tensor's dtype", "more elements than memory", "wick.file.")
random = np.random.default_rng(1)
PIECES = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"0", b"1", b"-", b".", b"e", b" ", b"\n", b"\\", b"\\u0061", b"null", b"F32", b"\xc3\xa4", b"\xff"]
seeds = [data for data in [*BOTH.values(), *STRICTER.values()] if len(data) > 10]
alike = 0
for _ in range(int(os.environ.get("WICK_FUZZ", "1")) * 4000):
    data = bytearray(seeds[random.integers(len(seeds))])
    for _ in range(random.integers(1, 4)):
        at = 8 + random.integers(len(data) - 8)
        piece = PIECES[random.integers(len(PIECES))]
        data[at : at + random.integers(3)] = piece
    header = data[8:].rfind(b"}") + 1
    data[:8] = struct.pack("<Q", header if random.integers(20) else random.integers(len(data)))
    error = through_wick(data)
    taken = reference_takes(bytes(data))
    assert taken or error, f"only wick takes {bytes(data)}"
    stricter = taken and error and not any(reason in error for reason in OWN_REASONS)
    assert not stricter or has_a_name_twice(bytes(data)), f"{error}: {bytes(data)}"
    alike += taken == (error is None)

tensors = {
    "f32": random.standard_normal((3, 5), dtype=np.float32),
    "f64": random.standard_normal((2, 3, 4)),
    "i64": random.integers(-(2**62), 2**62, (7,)),
    "i32": random.integers(-(2**31), 2**31, (2, 2), dtype=np.int32),
    "u8": random.integers(0, 256, (9,), dtype=np.uint8),
    "bool": random.integers(0, 2, (3, 3)).astype(bool),
    "scalar": np.array(2.5, dtype=np.float32),
    "empty": np.zeros((4, 0), dtype=np.float64),
    "encoder.0.weight \u00e4 \u4e2d \U0001f600 \" \\ \t": np.array([np.nan, np.inf, -0.0], dtype=np.float32),
}
metadata = {"format": "np", "lr": "0.001", "a \"key\"": "text\nover lines \u00e9", "empty": ""}
reference = safetensors.numpy.save(tensors, metadata)
assert through_wick(reference) is None
with safetensors.safe_open(target, "np") as file:
    told = file.metadata()
assert {key: text for key, text in told.items() if not key.startswith("wick.file.")} == metadata, told
back = safetensors.numpy.load_file(target)
assert back.keys() == tensors.keys()
for name, expected in tensors.items():
    got = back[name]
    assert got.dtype == expected.dtype and got.shape == expected.shape and got.tobytes() == expected.tobytes(), name

# The same order and the same elements as the reference writer: all but metadata is the same to the byte.
with open(target, "rb") as file:
    ours = file.read()


def parts(data):
    n = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + n])
    assert n % 8 == 0 and data[8:9] == b"{"
    header.pop("__metadata__")
    return list(header.items()), data[8 + n :]


assert parts(ours) == parts(reference)
assert through_wick(ours) is None and open(target, "rb").read() == ours

narrow = {
    "bf16": np.array([1, -2.5, 3e38, 1e-40, np.inf], dtype=ml_dtypes.bfloat16),
    "f16": np.array([1, -2.5, 65504, 6e-8, -np.inf], dtype=np.float16),
    "i8": np.array([-128, 127], dtype=np.int8),
    "i16": np.array([-32768, 32767], dtype=np.int16),
    "u16": np.array([0, 65535], dtype=np.uint16),
    "u32": np.array([0, 2**32 - 1], dtype=np.uint32),
    "u64": np.array([0, 2**63 - 1], dtype=np.uint64),
}
wide = {"bf16": "f4", "f16": "f4", "i8": "i4", "i16": "i4", "u16": "i4", "u32": "i8", "u64": "i8"}
assert through_wick(safetensors.numpy.save(narrow)) is None
back = safetensors.numpy.load_file(target)
for name, values in narrow.items():
    assert back[name].dtype == np.dtype(wide[name]) and (back[name] == values.astype(wide[name])).all(), name
assert "2^63 - 1" in through_wick(safetensors.numpy.save({"u64": np.array([2**63], dtype=np.uint64)}))

# Tied weights as the reference's save_model writes them: wick takes both names, writes the values once and tells the other name so.
weight = random.standard_normal((6, 4), dtype=np.float32)
tied = {"embed.weight": weight, "norm.weight": weight[0].copy()}
names = {"format": "pt", "head.weight": "embed.weight", "tail.weight": "embed.weight"}
assert through_wick(safetensors.numpy.save(tied, names)) is None
with safetensors.safe_open(target, "np") as file:
    told = file.metadata()
    assert set(file.keys()) == tied.keys(), file.keys()
assert {key: text for key, text in told.items() if not key.startswith("wick.file.")} == names and told["wick.file.tied"] == "2", told
assert (safetensors.numpy.load_file(target)["embed.weight"] == weight).all()

# Files that the reference wrote, with the index that its users put beside them: read as the one that they are parts of.
shards = {"net-00001-of-00002.safetensors": {}, "net-00002-of-00002.safetensors": {}}
for i, (name, values) in enumerate(tensors.items()):
    list(shards.values())[i % 2][name] = values
for file, part in shards.items():
    safetensors.numpy.save_file(part, os.path.join(folder, file), {"format": "np"})
index = {"metadata": {"total_size": sum(values.nbytes for values in tensors.values())},
         "weight_map": {name: file for file, part in shards.items() for name in part}}


def shards_through_wick(index):
    with open(os.path.join(folder, "net.index.json"), "w") as file:
        json.dump(index, file, indent=2, sort_keys=True)
    return asked(os.path.join(folder, "net.index.json"))


assert shards_through_wick(index) is None
back = safetensors.numpy.load_file(target)
assert back.keys() == tensors.keys()
assert all(back[name].dtype == values.dtype and back[name].tobytes() == values.tobytes() for name, values in tensors.items())
index["weight_map"]["absent"] = "net-00002-of-00002.safetensors"
assert '1 missing: "absent" in net-00002-of-00002.safetensors' in shards_through_wick(index)

try:
    import torch
except ImportError:
    torch = None
if torch:  # not in the list of what is installed, but welcome
    import safetensors.torch

    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.LSTM(5, 6, bidirectional=True))
    expected = net.state_dict()
    assert through_wick(safetensors.torch.save(expected)) is None
    back = safetensors.torch.load_file(target)
    net.load_state_dict(back)
    assert all(torch.equal(back[name], value) and back[name].dtype == value.dtype for name, value in expected.items())

    # Tied weights: save_model to wick to load_model.
    class Tied(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.head = torch.nn.Linear(4, 9, bias=False)
            self.embed = torch.nn.Embedding(9, 4)
            self.head.weight = self.embed.weight

    one, two = Tied(), Tied()
    safetensors.torch.save_model(one, source)
    with open(source, "rb") as file:
        assert through_wick(file.read()) is None
    assert safetensors.torch.load_model(two, target) == (set(), [])
    assert two.head.weight is two.embed.weight and torch.equal(one.embed.weight, two.embed.weight)

program.stdin.close()
program.wait()
shutil.rmtree(folder)
print(f"{len(BOTH)} files judged alike, {len(STRICTER)} stricter, of those made at random {alike} alike, {len(tensors) + len(narrow)} tensors there and back, "
      f"{sizes} sizes of {len(TYPES)} dtypes, {len(shards)} files as one")
