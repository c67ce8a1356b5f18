"""Golden values of nn: one forward and backward pass of an MLP with every layer kind, and the losses' edge cases. Inputs are small
exact fractions, so that C and Python start from the same numbers. Prints nn.h. Made with torch 2.15.0."""
import torch

torch.set_default_dtype(torch.float64)


def ramp(*shape, a=7, m=16):
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n) * a) % m - m // 2).double().div(m).reshape(shape)


def row(name, t):
    print(f"static const double {name}[] = {{ " + ", ".join(f"{v:.17g}" for v in t.detach().reshape(-1).tolist()) + " };")


print(f"/* Golden values of nn, from torch {torch.__version__} by nn.py. */")
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(6, 5), torch.nn.Tanh(), torch.nn.Linear(5, 4), torch.nn.Sigmoid(),
                          torch.nn.Linear(4, 3))
with torch.no_grad():
    for i, p in enumerate(net.parameters()):
        p.copy_(ramp(*p.shape, a=5 + 2 * i, m=32))
x = ramp(4, 2, 3)
y = torch.tensor([2, 0, 1, 2])
out = net(x)
loss = torch.nn.functional.cross_entropy(out, y)
loss.backward()
row("golden_output", out)
row("golden_loss", loss)
for i, p in enumerate(net.parameters()):
    row(f"golden_grad_{i}", p.grad)
big = torch.tensor([[1000.0, 0.0, -1000.0], [3.0, 3.0, 3.0]], requires_grad=True)
big_loss = torch.nn.functional.cross_entropy(big, torch.tensor([1, 2]))
big_loss.backward()
row("golden_big_loss", big_loss)
row("golden_big_grad", big.grad)
row("golden_mse", torch.nn.functional.mse_loss(ramp(3, 2), ramp(3, 2, a=3)))
