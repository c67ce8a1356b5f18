"""Golden facts of new layers: what their state dicts hold, in order, and how each entry starts, as seen by watching torch fill it; and the
defaults of torch's makers. A row for each layer, "NAME.what" for one with options. Usage: starts.py > starts.h"""
import inspect
import re

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


class Watch(TorchDispatchMode):
    """Keeps the last fill of each tensor: its kind and number."""

    def __init__(self):
        super().__init__()
        self.fills = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in ("uniform_", "normal_", "fill_", "zero_"):
            key = (args[0].data_ptr(), args[0].numel())
            if name == "uniform_":
                assert args[1] == -args[2]
                self.fills[key] = ("u", args[2])
            elif name == "normal_":
                assert len(args) == 1 or args[1] == 0
                self.fills[key] = ("n", args[2] if len(args) > 2 else 1)
            else:
                self.fills.pop(key, None)
        return func(*args, **(kwargs or {}))


ones = torch.ones(4)
CASES = {
    "relu": lambda: nn.ReLU(), "relu6": lambda: nn.ReLU6(), "tanh": lambda: nn.Tanh(), "sigmoid": lambda: nn.Sigmoid(),
    "logsigmoid": lambda: nn.LogSigmoid(), "hardsigmoid": lambda: nn.Hardsigmoid(), "hardswish": lambda: nn.Hardswish(),
    "silu": lambda: nn.SiLU(), "mish": lambda: nn.Mish(), "gelu": lambda: nn.GELU(), "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "selu": lambda: nn.SELU(), "softsign": lambda: nn.Softsign(), "tanhshrink": lambda: nn.Tanhshrink(),
    "hardshrink": lambda: nn.Hardshrink(), "softshrink": lambda: nn.Softshrink(), "threshold": lambda: nn.Threshold(0.5, 0),
    "rrelu": lambda: nn.RReLU(), "glu": lambda: nn.GLU(), "leaky_relu": lambda: nn.LeakyReLU(), "elu": lambda: nn.ELU(),
    "celu": lambda: nn.CELU(), "hardtanh": lambda: nn.Hardtanh(), "softplus": lambda: nn.Softplus(), "softmax": lambda: nn.Softmax(1),
    "log_softmax": lambda: nn.LogSoftmax(1), "softmin": lambda: nn.Softmin(1), "softmax2d": lambda: nn.Softmax2d(),
    "prelu": lambda: nn.PReLU(1), "prelu.channels": lambda: nn.PReLU(5),
    "unflatten": lambda: nn.Unflatten(1, (2, 2)), "flatten": lambda: nn.Flatten(), "identity": lambda: nn.Identity(),
    "dropout": lambda: nn.Dropout(0.5), "dropout1d": lambda: nn.Dropout1d(0.5), "dropout2d": lambda: nn.Dropout2d(0.5),
    "dropout3d": lambda: nn.Dropout3d(0.5), "alpha_dropout": lambda: nn.AlphaDropout(0.5),
    "feature_alpha_dropout": lambda: nn.FeatureAlphaDropout(0.5),
    "linear": lambda: nn.Linear(20, 300), "linear.bias": lambda: nn.Linear(20, 300, bias=False),
    "bilinear": lambda: nn.Bilinear(9, 5, 300), "bilinear.bias": lambda: nn.Bilinear(9, 5, 300, bias=False),
    "conv1d": lambda: nn.Conv1d(6, 300, 4), "conv1d.groups": lambda: nn.Conv1d(6, 300, 4, groups=3),
    "conv2d": lambda: nn.Conv2d(3, 300, (3, 2)), "conv2d.bias": lambda: nn.Conv2d(3, 300, 3, bias=False),
    "conv3d": lambda: nn.Conv3d(2, 300, (1, 2, 3)), "conv3d.groups": lambda: nn.Conv3d(2, 300, 2, groups=2),
    "conv_transpose1d": lambda: nn.ConvTranspose1d(6, 300, 4), "conv_transpose1d.groups": lambda: nn.ConvTranspose1d(6, 300, 4, groups=3),
    "conv_transpose2d": lambda: nn.ConvTranspose2d(3, 300, (3, 2)), "conv_transpose2d.bias": lambda: nn.ConvTranspose2d(300, 3, 3, bias=False),
    "conv_transpose3d": lambda: nn.ConvTranspose3d(2, 300, (1, 2, 3)), "conv_transpose3d.groups": lambda: nn.ConvTranspose3d(2, 300, 2, groups=2),
    "max_pool1d": lambda: nn.MaxPool1d(2), "max_pool2d": lambda: nn.MaxPool2d(2), "max_pool3d": lambda: nn.MaxPool3d(2),
    "avg_pool1d": lambda: nn.AvgPool1d(2), "avg_pool2d": lambda: nn.AvgPool2d(2), "avg_pool3d": lambda: nn.AvgPool3d(2),
    "adaptive_avg_pool1d": lambda: nn.AdaptiveAvgPool1d(2), "adaptive_avg_pool2d": lambda: nn.AdaptiveAvgPool2d(2),
    "adaptive_avg_pool3d": lambda: nn.AdaptiveAvgPool3d(2), "adaptive_max_pool1d": lambda: nn.AdaptiveMaxPool1d(2),
    "adaptive_max_pool2d": lambda: nn.AdaptiveMaxPool2d(2), "adaptive_max_pool3d": lambda: nn.AdaptiveMaxPool3d(2),
    "upsample": lambda: nn.Upsample(scale_factor=2),
    "lp_pool1d": lambda: nn.LPPool1d(2, 2), "lp_pool2d": lambda: nn.LPPool2d(2, 2), "lp_pool3d": lambda: nn.LPPool3d(2, 2),
    "max_unpool1d": lambda: nn.MaxUnpool1d(2), "max_unpool2d": lambda: nn.MaxUnpool2d(2), "max_unpool3d": lambda: nn.MaxUnpool3d(2),
    "unfold": lambda: nn.Unfold(2), "fold": lambda: nn.Fold(4, 2),
    "constant_pad1d": lambda: nn.ConstantPad1d(1, 2.0), "constant_pad2d": lambda: nn.ConstantPad2d(1, 2.0), "constant_pad3d": lambda: nn.ConstantPad3d(1, 2.0),
    "zero_pad1d": lambda: nn.ZeroPad1d(1), "zero_pad2d": lambda: nn.ZeroPad2d(1), "zero_pad3d": lambda: nn.ZeroPad3d(1),
    "reflection_pad1d": lambda: nn.ReflectionPad1d(1), "reflection_pad2d": lambda: nn.ReflectionPad2d(1), "reflection_pad3d": lambda: nn.ReflectionPad3d(1),
    "replication_pad1d": lambda: nn.ReplicationPad1d(1), "replication_pad2d": lambda: nn.ReplicationPad2d(1), "replication_pad3d": lambda: nn.ReplicationPad3d(1),
    "circular_pad1d": lambda: nn.CircularPad1d(1), "circular_pad2d": lambda: nn.CircularPad2d(1), "circular_pad3d": lambda: nn.CircularPad3d(1),
    "pixel_shuffle": lambda: nn.PixelShuffle(2), "pixel_unshuffle": lambda: nn.PixelUnshuffle(2), "channel_shuffle": lambda: nn.ChannelShuffle(2),
    "batch_norm1d": lambda: nn.BatchNorm1d(5), "batch_norm2d": lambda: nn.BatchNorm2d(5), "batch_norm3d": lambda: nn.BatchNorm3d(5),
    "batch_norm3d.bias": lambda: nn.BatchNorm3d(5, bias=False), "instance_norm2d.bias": lambda: nn.InstanceNorm2d(5, affine=True, bias=False),
    "batch_norm1d.affine": lambda: nn.BatchNorm1d(5, affine=False),
    "batch_norm2d.track_running_stats": lambda: nn.BatchNorm2d(5, track_running_stats=False),
    "instance_norm1d": lambda: nn.InstanceNorm1d(5), "instance_norm2d": lambda: nn.InstanceNorm2d(5), "instance_norm3d": lambda: nn.InstanceNorm3d(5),
    "instance_norm1d.affine": lambda: nn.InstanceNorm1d(5, affine=True),
    "instance_norm2d.track_running_stats": lambda: nn.InstanceNorm2d(5, track_running_stats=True),
    "instance_norm3d.both": lambda: nn.InstanceNorm3d(5, affine=True, track_running_stats=True),
    "group_norm": lambda: nn.GroupNorm(2, 6), "group_norm.affine": lambda: nn.GroupNorm(2, 6, affine=False),
    "group_norm.bias": lambda: nn.GroupNorm(2, 6, bias=False),
    "layer_norm": lambda: nn.LayerNorm((3, 4)), "layer_norm.bias": lambda: nn.LayerNorm((3, 4), bias=False),
    "layer_norm.elementwise_affine": lambda: nn.LayerNorm(4, elementwise_affine=False),
    "rms_norm": lambda: nn.RMSNorm((3, 4)), "rms_norm.elementwise_affine": lambda: nn.RMSNorm(4, elementwise_affine=False),
    "embedding": lambda: nn.Embedding(300, 10), "embedding.padding_idx": lambda: nn.Embedding(300, 10, padding_idx=7),
    "embedding.padding_idx_from_the_end": lambda: nn.Embedding(300, 10, padding_idx=-1),
    "embedding_bag": lambda: nn.EmbeddingBag(300, 10), "embedding_bag.padding_idx": lambda: nn.EmbeddingBag(300, 10, mode="max", padding_idx=7),
    "rnn": lambda: nn.RNN(7, 100), "rnn.bias": lambda: nn.RNN(7, 100, num_layers=2, bias=False, nonlinearity="relu"),
    "lstm": lambda: nn.LSTM(7, 50), "lstm.whole": lambda: nn.LSTM(7, 50, num_layers=3, bidirectional=True, dropout=0.1),
    "gru": lambda: nn.GRU(7, 50), "gru.both_ways": lambda: nn.GRU(7, 50, num_layers=2, bidirectional=True),
    "rnn_cell": lambda: nn.RNNCell(7, 100), "rnn_cell.bias": lambda: nn.RNNCell(7, 100, bias=False, nonlinearity="relu"),
    "lstm_cell": lambda: nn.LSTMCell(7, 50), "gru_cell": lambda: nn.GRUCell(7, 50), "gru_cell.bias": lambda: nn.GRUCell(7, 50, bias=False),
    "multihead_attention": lambda: nn.MultiheadAttention(32, 4), "multihead_attention.bias": lambda: nn.MultiheadAttention(32, 4, bias=False),
    "multihead_attention.kdim": lambda: nn.MultiheadAttention(32, 4, kdim=24, vdim=40),
    "multihead_attention.vdim": lambda: nn.MultiheadAttention(32, 4, vdim=40, bias=False),
    "transformer_encoder_layer": lambda: nn.TransformerEncoderLayer(16, 2), "transformer_encoder_layer.bias": lambda: nn.TransformerEncoderLayer(16, 2, 64, bias=False),
    "transformer_encoder": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 64), 2, enable_nested_tensor=False),
    "transformer_encoder.norm": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 64, norm_first=True), 3, nn.LayerNorm(16), enable_nested_tensor=False),
    "transformer_decoder_layer": lambda: nn.TransformerDecoderLayer(16, 2), "transformer_decoder_layer.bias": lambda: nn.TransformerDecoderLayer(16, 2, 64, bias=False),
    "transformer_decoder": lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(16, 2, 64), 2),
    "transformer_decoder.norm": lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(16, 2, 64), 2, nn.LayerNorm(16)),
    "transformer": lambda: nn.Transformer(16, 2, 1, 2, 64), "transformer.bias": lambda: nn.Transformer(16, 2, 2, 1, 64, bias=False),
    "sequential": lambda: nn.Sequential(nn.Linear(20, 300), nn.ReLU(), nn.BatchNorm1d(300)),
    "module_list": lambda: nn.ModuleList([nn.PReLU(2), nn.PReLU(3)]), "module_dict": lambda: nn.ModuleDict({"b": nn.PReLU(2), "a": nn.PReLU(3)}),
    "cross_entropy_loss": lambda: nn.CrossEntropyLoss(), "nll_loss": lambda: nn.NLLLoss(), "mse_loss": lambda: nn.MSELoss(),
    "l1_loss": lambda: nn.L1Loss(), "smooth_l1_loss": lambda: nn.SmoothL1Loss(), "huber_loss": lambda: nn.HuberLoss(), "bce_loss": lambda: nn.BCELoss(),
    "bce_with_logits_loss": lambda: nn.BCEWithLogitsLoss(), "kl_div_loss": lambda: nn.KLDivLoss(), "poisson_nll_loss": lambda: nn.PoissonNLLLoss(),
    "soft_margin_loss": lambda: nn.SoftMarginLoss(), "hinge_embedding_loss": lambda: nn.HingeEmbeddingLoss(), "multi_margin_loss": lambda: nn.MultiMarginLoss(),
    "gaussian_nll_loss": lambda: nn.GaussianNLLLoss(), "margin_ranking_loss": lambda: nn.MarginRankingLoss(),
    "cosine_embedding_loss": lambda: nn.CosineEmbeddingLoss(), "triplet_margin_loss": lambda: nn.TripletMarginLoss(), "ctc_loss": lambda: nn.CTCLoss(),
    "cross_entropy_loss.weight": lambda: nn.CrossEntropyLoss(weight=ones), "nll_loss.weight": lambda: nn.NLLLoss(weight=ones),
    "bce_loss.weight": lambda: nn.BCELoss(weight=ones), "bce_with_logits_loss.weights": lambda: nn.BCEWithLogitsLoss(weight=ones, pos_weight=ones),
    "multi_margin_loss.weight": lambda: nn.MultiMarginLoss(weight=ones),
}


def start(name, t, values, fills):
    """How t starts: kind, number, and the row that is 0 all the same."""
    zeros = [i for i in range(len(t)) if not t[i].any()] if t.ndim == 2 else []
    fill = fills.get((t.data_ptr(), t.numel()))
    if fill:
        assert len(zeros) <= 1
        return (*fill, zeros[0] if zeros else -1)
    if t.eq(t.reshape(-1)[0]).all():
        return "c", t.reshape(-1)[0].item(), -1
    assert torch.equal(t, values[re.sub(r"\blayers\.\d+", "layers.0", name)])
    return "l", 0, -1


print(f"/* Made by starts.py with PyTorch {torch.__version__.split('+')[0]}. */")
print('#include "wick/tensor.h"\n#include <math.h>')
print("static const struct golden_start {")
print("    const char *layer, *name; /* name NULL: the state dict is empty */")
print("    bool buffer;")
print("    wk_dtype dtype;")
print("    char start; /* constant; uniform, -value to value; normal, value the standard deviation; like that of layers.0 */")
print("    double value;")
print("    int zero_row; /* -1: none */")
print("    int ndim;")
print("    int64_t size[5];")
print("} golden_starts[] = {")
torch.manual_seed(0)
for case, make in CASES.items():
    with Watch() as watch:
        layer = make()
    values = layer.state_dict()
    buffers = dict(layer.named_buffers(remove_duplicate=False))
    if not values:
        print(f'    {{ "{case}", NULL, false, WK_F32, 0, 0, -1, 0, {{ 0 }} }},')
    for name, t in values.items():
        kind, value, zero = start(name, t, values, watch.fills)
        dtype = {torch.float32: "WK_F32", torch.int64: "WK_I64"}[t.dtype]
        sizes = ", ".join(map(str, t.shape)) or "0"
        print(f'    {{ "{case}", "{name}", {"true" if name in buffers else "false"}, {dtype}, \'{kind}\', {float(value):.17g}, {zero}, {t.ndim}, {{ {sizes} }} }},')
print("};")

# What makers do without, but for where and in which type a layer is made, what is done in place, and names that went out of use. None is NAN.
PASSED_OVER = {"device", "dtype", "inplace", "size_average", "reduce", "min_value", "max_value", "_weight", "_freeze"}
MAKERS = ("Linear Bilinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d "
          "AvgPool3d LPPool1d LPPool2d LPPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d Unfold Fold BatchNorm1d BatchNorm2d BatchNorm3d InstanceNorm1d InstanceNorm2d "
          "InstanceNorm3d GroupNorm LayerNorm RMSNorm Embedding EmbeddingBag RNN LSTM GRU RNNCell LSTMCell GRUCell MultiheadAttention TransformerEncoderLayer TransformerEncoder "
          "TransformerDecoderLayer TransformerDecoder Transformer "
          "CrossEntropyLoss NLLLoss MSELoss L1Loss SmoothL1Loss HuberLoss BCELoss BCEWithLogitsLoss KLDivLoss PoissonNLLLoss SoftMarginLoss "
          "HingeEmbeddingLoss MultiMarginLoss GaussianNLLLoss MarginRankingLoss CosineEmbeddingLoss TripletMarginLoss CTCLoss").split()
RECURRENT = inspect.signature(nn.RNNBase.__init__)
print("static const struct golden_default {")
print("    const char *layer, *option;")
print("    double value; /* NAN: None, or text */")
print("    const char *text;")
print("} golden_defaults[] = {")
for maker in MAKERS:
    signature = RECURRENT if maker in ("RNN", "LSTM", "GRU") else inspect.signature(getattr(nn, maker))
    found = {p.name: p.default for p in signature.parameters.values() if p.default is not p.empty and p.name not in PASSED_OVER}
    if maker == "RNN":
        found["nonlinearity"] = nn.RNN(1, 1).nonlinearity
    for option, value in found.items():
        word = value if isinstance(value, str) else getattr(value, "__name__", None)
        number = "(double)NAN" if word or value is None else f"{float(value):.17g}"
        text = f'"{word}"' if word else "NULL"
        print(f'    {{ "{maker}", "{option}", {number}, {text} }},')
print("};")
