"""Golden values of the classic autograd example (apps/autograd_mlp): starting matrices and the losses that PyTorch computes from them.

Writes autograd_mlp.i8 (x, y, w1, w2 one after the other, row-major, each value a whole number that stands for itself / 32, in x
for itself / 64, so that all are exact in f32) and autograd_mlp.txt (step and loss). With x of variance 1 the loss would be at
f32's noise by step 200, where PyTorch differs from itself by 1e-2 once the columns are permuted; with half of it, it says
something for all 500 steps. Run with torch and numpy; made with torch 2.15.0, numpy 2.
"""
import pathlib
import numpy as np
import torch

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(1)
shapes = [(32, 1000), (32, 2), (1000, 100), (100, 2)]
whole = [np.clip(np.rint(32 * rng.standard_normal(s)), -127, 127).astype(np.int8) for s in shapes]
(here / "autograd_mlp.i8").write_bytes(b"".join(w.tobytes() for w in whole))
x, y, w1, w2 = (torch.tensor(w.astype(np.float32) / d) for w, d in zip(whole, (64, 32, 32, 32)))
w1.requires_grad_()
w2.requires_grad_()
lines = [f"# torch {torch.__version__}, one thread, f32"]
torch.set_num_threads(1)
for t in range(1, 501):
    loss = (x.mm(w1).relu().mm(w2) - y).square().sum()
    if t % 100 == 0:
        lines.append(f"{t} {loss.item():.9g}")
    loss.backward()
    with torch.no_grad():
        w1 -= 1e-6 * w1.grad
        w2 -= 1e-6 * w2.grad
        w1.grad = w2.grad = None
(here / "autograd_mlp.txt").write_text("\n".join(lines) + "\n")
