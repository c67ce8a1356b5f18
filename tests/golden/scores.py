"""Golden values of scores, by scikit-learn: outputs and targets of 40 rows and 4 classes (one never occurs), with ties, and of two
classes; of 20 numbers. Usage: scores.py > scores.h (with scikit-learn and NumPy)"""
import numpy as np
import sklearn
from sklearn import metrics as m


def row(name, values, kind="double"):
    print(f"static const {kind} {name}[] = {{ " + ", ".join(repr(v) if kind == "double" else str(v) for v in values) + " };")


rng = np.random.default_rng(7)
print(f"/* Made by scores.py with scikit-learn {sklearn.__version__}. */\n#include <stdint.h>")
y = rng.choice([0, 1, 3], 40, p=[0.5, 0.3, 0.2])
x = np.round(rng.normal(size=(40, 4)) + np.eye(4)[y], 1)
x[np.arange(40), x.argmax(1)] += 0.05  # no ties for the first place
p = x.argmax(1)
row("golden_outputs", x.reshape(-1).tolist())
row("golden_targets", y.tolist(), "int64_t")
row("golden_confusion", m.confusion_matrix(y, p, labels=range(4)).reshape(-1).tolist(), "int64_t")
row("golden_accuracy", [float(m.accuracy_score(y, p)), *(float(m.top_k_accuracy_score(y, x + 1e-6 * np.eye(4)[y], k=k, labels=range(4)))
                                                        for k in (2, 3))])
for name in ("precision", "recall", "f1"):
    score = getattr(m, f"{name}_score")
    row(f"golden_{name}", [*score(y, p, labels=range(4), average=None, zero_division=0).tolist(),
                           float(score(y, p, average="macro", zero_division=0))])
row("golden_auc", [float(m.roc_auc_score(y == c, x[:, c])) for c in (0, 1, 3)])
two = (y > 0).astype(int)
row("golden_two_auc", [float(m.roc_auc_score(two, np.float32(x[:, 1]) - np.float32(x[:, 0])))])
row("golden_two_targets", two.tolist(), "int64_t")
a = np.round(rng.normal(size=20), 2)
b = np.round(a + 0.5 * rng.normal(size=20) + 3, 2)
row("golden_a", a.tolist())
row("golden_b", b.tolist())
row("golden_numbers", [float(m.mean_absolute_error(b, a)), float(m.mean_squared_error(b, a)), float(m.r2_score(b, a))])
level = np.full(4, 2.5)
row("golden_level_r2", [float(m.r2_score(level, level)), float(m.r2_score(level, [2.5, 2.5, 2.5, 3]))])
