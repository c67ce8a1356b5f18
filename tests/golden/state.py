"""Makes state.safetensors: a small model's state as PyTorch and the safetensors library write it. Usage: state.py FILE"""
import sys

import safetensors.torch
import torch


def ramp(*shape, dtype=torch.float32):
    n = 1
    for size in shape:
        n *= size
    return (torch.arange(n) / 4 - 1).reshape(shape).to(dtype)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Conv1d(2, 3, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(4, 5))
        self.narrow = torch.nn.Parameter(ramp(2, 3, dtype=torch.bfloat16))
        self.register_buffer("mask", torch.tensor([True, False, True]))


net = Net()
with torch.no_grad():
    for value in net.state_dict().values():
        if value.dtype == torch.float32:
            value.copy_(ramp(*value.shape))
net.body[1].num_batches_tracked.fill_(2**53 + 1)
safetensors.torch.save_model(net, sys.argv[1], metadata={"format": "pt", "made by": "PyTorch"})
