"""tensorboard.py PROGRAM: TensorBoard's own reader finds what wick wrote, and drops what a resumed run wrote again."""
import subprocess
import sys
import tempfile

sys.path.pop(0)  # this script has the name of what it imports
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def check(what, got, expected):
    if got != expected:
        sys.exit(f"{what}: {got}, expected {expected}")


folder = tempfile.mkdtemp()
subprocess.run([sys.argv[1], folder], check=True)
events = EventAccumulator(folder, purge_orphaned_data=False).Reload()
check("points of acc", [(p.step, p.value) for p in events.Scalars("acc")], [(step, 0.25 * step) for step in range(5)])
text = events.Tensors("config")[0]
check("text", (text.step, tensor_util.make_ndarray(text.tensor_proto)[0]), (1, b"**lr** 0.1"))
histogram = events.Histograms("weights")[0].histogram_value
check("histogram", (histogram.num, histogram.min, histogram.max, histogram.sum), (1000, 0, 999, 499500))
check("bins", (sum(histogram.bucket), histogram.bucket_limit[-1], set(histogram.bucket) <= {33, 34}), (1000, 999, True))
resumed = EventAccumulator(folder).Reload()
check("points of a resumed run", [p.step for p in resumed.Scalars("loss/train")], [0, 1, 2, 3, 4, 5])
check("their values", [p.value for p in resumed.Scalars("loss/train")][3:], [30, 40, 50])
