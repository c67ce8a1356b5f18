"""wick train --tensorboard: TensorBoard's own reader finds the numbers of metrics.csv, of a run that went on too."""
import csv
import glob
import os
import struct
import subprocess
import sys
import tempfile

sys.path.pop(0)  # there are scripts here with the names of what is imported
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

WICK = os.environ["WICK"]
NAMES = "train_loss", "valid_loss", "valid_accuracy", "lr"
EPOCHS = 5


def wick(*arguments):
    subprocess.run([WICK, *arguments, "-q"], check=True, stdout=subprocess.DEVNULL)


def train(folder, epochs):
    wick("train", "digits.h5", "--tensorboard", "--epochs", str(epochs), "--hidden", "16", "-o", folder)


def in_log(folder):
    """Of each name the steps and values of metrics.csv, as f32, which an event has."""
    with open(f"{folder}/metrics.csv", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, EPOCHS + 1)), rows
    f32 = lambda text: struct.unpack("f", struct.pack("f", float(text)))[0]
    return {name: [(int(row["step"]), f32(row[name])) for row in rows] for name in NAMES}


def in_events(folder):
    events = EventAccumulator(folder).Reload()
    assert sorted(events.Tags()["scalars"]) == sorted(NAMES), events.Tags()
    return {name: [(point.step, point.value) for point in events.Scalars(name)] for name in NAMES}


os.chdir(tempfile.mkdtemp())
wick("synth", "digits", "-o", "digits.h5", "--train", "600", "--test", "50")
train("straight", EPOCHS)
train("halves", 3)
wick("train", "--resume", "halves", "--epochs", str(EPOCHS))  # as the run does, events are written
train("killed", 3)
os.remove(max(glob.glob("killed/ckpt-*")))  # its third epoch was logged, and is lost: it is logged again
wick("train", "--resume", "killed", "--epochs", str(EPOCHS), "--tensorboard")
expected = in_log("straight")
for run in "straight", "halves", "killed":
    assert in_log(run) == expected, (run, in_log(run), expected)
    assert in_events(run) == expected, (run, in_events(run), expected)
    assert len(glob.glob(f"{run}/*tfevents*")) == (1 if run == "straight" else 2), os.listdir(run)
