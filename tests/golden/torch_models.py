"""Four models made and run in PyTorch, saved with the safetensors library: torch_NAME.safetensors beside this script, and their outputs
for inputs that C makes too. Usage: torch_models.py > torch_models.h"""
import os

import safetensors
import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(5)
folder = os.path.dirname(os.path.abspath(__file__))


def ramp(*shape, a=7, m=32):
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n) * a) % m - m // 2).float().div(m).reshape(shape)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 5)
        self.lstm = nn.LSTM(5, 6, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(12, 3)

    def forward(self, x):
        return self.head(self.lstm(self.embed(x))[0])


def out(name, net, x):
    net.eval()
    with torch.no_grad():
        y = net(x)
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, f"{folder}/torch_{name}.safetensors")
    print(f"static const float golden_{name}[] = {{ " + ", ".join(f"{v:.9g}f" for v in y.reshape(-1).tolist()) + " };")


print(f"/* Made by torch_models.py with PyTorch {torch.__version__.split('+')[0]} and safetensors {safetensors.__version__}. */")
out("mlp", nn.Sequential(nn.Flatten(), nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 4)), ramp(3, 4, 4))
lenet = nn.Sequential(nn.Conv2d(1, 4, 5, padding=2), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.Tanh(),
                      nn.AvgPool2d(2), nn.Flatten(), nn.Linear(24, 10), nn.Softmax(1))
lenet(torch.randn(8, 1, 12, 12))  # moves the running statistics
out("lenet", lenet, ramp(2, 1, 12, 12))
out("lstm", Tagger(), torch.arange(14).reshape(2, 7) % 11)
layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", norm_first=True, batch_first=True)
out("encoder", nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8), enable_nested_tensor=False), ramp(2, 5, 8))
