"""Golden values of layers: result, gradient of x and gradients of the parameters, from weights that C makes too. A row for each layer:
name, torch's layer, shape of x. Usage: layers.py > layers.h"""
import torch
from torch import nn

torch.set_default_dtype(torch.float64)


def ramp(*shape, a=7, m=32):
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n) * a) % m - m // 2).double().div(m).reshape(shape)


def row(name, ts):
    values = [v for t in ts for v in t.detach().double().reshape(-1).tolist()]
    print(f"static const double golden_{name}[] = {{ " + ", ".join(f"{v:.17g}" for v in values) + " };")


LAYERS = {
    "relu": (nn.ReLU(), 3, 4), "relu6": (nn.ReLU6(), 3, 4), "tanh": (nn.Tanh(), 3, 4), "sigmoid": (nn.Sigmoid(), 3, 4),
    "logsigmoid": (nn.LogSigmoid(), 3, 4), "hardsigmoid": (nn.Hardsigmoid(), 3, 4), "hardswish": (nn.Hardswish(), 3, 4),
    "silu": (nn.SiLU(), 3, 4), "mish": (nn.Mish(), 3, 4), "gelu": (nn.GELU(), 3, 4), "gelu_tanh": (nn.GELU(approximate="tanh"), 3, 4),
    "selu": (nn.SELU(), 3, 4), "softsign": (nn.Softsign(), 3, 4), "leaky_relu": (nn.LeakyReLU(0.125), 3, 4), "elu": (nn.ELU(1.5), 3, 4),
    "celu": (nn.CELU(1.5), 3, 4), "hardtanh": (nn.Hardtanh(-0.25, 0.3), 3, 4), "softplus": (nn.Softplus(), 3, 4),
    "softplus_beta": (nn.Softplus(2.0, 0.5), 3, 4), "softmax": (nn.Softmax(1), 3, 4), "log_softmax": (nn.LogSoftmax(0), 3, 4),
    "tanhshrink": (nn.Tanhshrink(), 3, 4), "hardshrink": (nn.Hardshrink(0.25), 3, 4), "softshrink": (nn.Softshrink(0.25), 3, 4),
    "threshold": (nn.Threshold(0.125, -2.0), 3, 4), "rrelu": (nn.RReLU().eval(), 3, 4), "glu": (nn.GLU(), 2, 3, 4),
    "softmin": (nn.Softmin(0), 3, 4), "softmax2d": (nn.Softmax2d(), 2, 3, 2, 2),
    "prelu": (nn.PReLU(), 3, 4), "prelu_channels": (nn.PReLU(3), 2, 3, 4), "identity": (nn.Identity(), 3, 4),
    "flatten": (nn.Flatten(), 2, 3, 4), "unflatten": (nn.Unflatten(1, (2, -1)), 3, 4), "linear": (nn.Linear(4, 3), 2, 4),
    "conv1d": (nn.Conv1d(2, 4, 3, padding=1, groups=2), 2, 2, 5), "conv2d": (nn.Conv2d(2, 3, (3, 2), stride=(2, 1), dilation=(1, 2)), 2, 2, 5, 4),
    "conv1d_same": (nn.Conv1d(2, 2, 4, padding="same"), 2, 2, 5), "conv2d_same": (nn.Conv2d(1, 2, (3, 2), padding="same", dilation=(1, 2)), 1, 1, 4, 5),
    "conv3d_same": (nn.Conv3d(1, 1, 2, padding="same"), 1, 1, 2, 3, 2),
    "conv3d": (nn.Conv3d(1, 2, 2, bias=False), 1, 1, 3, 3, 3),
    "conv_transpose1d": (nn.ConvTranspose1d(2, 3, 3, stride=2, output_padding=1), 2, 2, 3),
    "conv_transpose2d": (nn.ConvTranspose2d(2, 2, 2, stride=2, padding=1, groups=2), 1, 2, 3, 3),
    "conv_transpose3d": (nn.ConvTranspose3d(1, 2, 2), 1, 1, 2, 2, 2),
    "max_pool1d": (nn.MaxPool1d(2), 2, 2, 5), "max_pool2d": (nn.MaxPool2d(3, stride=2, padding=1), 1, 2, 5, 5),
    "max_pool3d": (nn.MaxPool3d(2, ceil_mode=True), 1, 1, 3, 3, 3), "avg_pool1d": (nn.AvgPool1d(3, stride=1), 2, 2, 5),
    "avg_pool2d": (nn.AvgPool2d(2, padding=1, count_include_pad=False), 1, 2, 4, 4), "avg_pool3d": (nn.AvgPool3d(2), 1, 1, 4, 2, 2),
    "upsample": (nn.Upsample(scale_factor=(2, 1.5), mode="bilinear"), 1, 2, 3, 4),
    "unfold": (nn.Unfold((2, 3), padding=(1, 0), stride=(1, 2)), 2, 2, 3, 5),
    "fold": (nn.Fold((3, 4), 2, padding=(1, 0), stride=(1, 2)), 2, 4, 8),
    "constant_pad1d": (nn.ConstantPad1d((2, -1), 0.75), 2, 2, 4), "constant_pad2d": (nn.ConstantPad2d((1, 0, 2, 1), 0.75), 1, 2, 3, 4), "constant_pad3d": (nn.ConstantPad3d((1, 0, 0, 2, 1, 1), 0.75), 1, 1, 3, 3, 4),
    "zero_pad1d": (nn.ZeroPad1d(3), 2, 2, 4), "zero_pad2d": (nn.ZeroPad2d((1, 2, 0, 1)), 1, 2, 3, 4), "zero_pad3d": (nn.ZeroPad3d(1), 1, 1, 3, 3, 4),
    "reflection_pad1d": (nn.ReflectionPad1d((3, 1)), 2, 2, 4), "reflection_pad2d": (nn.ReflectionPad2d((2, 3, 1, 2)), 1, 2, 3, 4), "reflection_pad3d": (nn.ReflectionPad3d((2, 1, 0, 2, 1, 0)), 1, 1, 3, 3, 4),
    "replication_pad1d": (nn.ReplicationPad1d((3, 1)), 2, 2, 4), "replication_pad2d": (nn.ReplicationPad2d(2), 1, 2, 3, 4), "replication_pad3d": (nn.ReplicationPad3d((0, 2, 1, 1, 0, 1)), 1, 1, 3, 3, 4),
    "circular_pad1d": (nn.CircularPad1d((4, 2)), 2, 2, 4), "circular_pad2d": (nn.CircularPad2d((1, 2, 3, 0)), 1, 2, 3, 4), "circular_pad3d": (nn.CircularPad3d((1, 2, 0, 1, 2, 0)), 1, 1, 3, 3, 4),
    "lp_pool1d": (nn.LPPool1d(6, 3, stride=2), 2, 2, 8), "lp_pool2d": (nn.LPPool2d(2, (2, 3), ceil_mode=True), 1, 2, 5, 7),
    "lp_pool3d": (nn.LPPool3d(4, 2, stride=1), 1, 2, 2, 3, 3),
    "pixel_shuffle": (nn.PixelShuffle(2), 2, 8, 2, 3), "pixel_unshuffle": (nn.PixelUnshuffle(3), 2, 2, 3, 6),
    "channel_shuffle": (nn.ChannelShuffle(3), 2, 6, 2, 2),
    "adaptive_avg_pool1d": (nn.AdaptiveAvgPool1d(2), 2, 2, 5), "adaptive_avg_pool2d": (nn.AdaptiveAvgPool2d(1), 2, 3, 4, 4),
    "adaptive_avg_pool3d": (nn.AdaptiveAvgPool3d(2), 1, 1, 3, 3, 3), "adaptive_max_pool1d": (nn.AdaptiveMaxPool1d(2), 2, 2, 5),
    "adaptive_max_pool2d": (nn.AdaptiveMaxPool2d((2, 3)), 1, 2, 5, 5), "adaptive_max_pool3d": (nn.AdaptiveMaxPool3d(1), 1, 2, 2, 2, 2),
    "batch_norm1d": (nn.BatchNorm1d(3), 4, 3), "batch_norm2d": (nn.BatchNorm2d(2, momentum=None), 2, 2, 3, 2),
    "batch_norm3d": (nn.BatchNorm3d(2, affine=False, track_running_stats=False), 2, 2, 2, 1, 2),
    "instance_norm1d": (nn.InstanceNorm1d(2), 2, 2, 4), "instance_norm2d": (nn.InstanceNorm2d(2, affine=True, track_running_stats=True), 2, 2, 3, 2),
    "instance_norm3d": (nn.InstanceNorm3d(2), 1, 2, 2, 2, 2), "group_norm": (nn.GroupNorm(2, 4), 2, 4, 3),
    "batch_norm1d_weight": (nn.BatchNorm1d(3, bias=False), 4, 3), "group_norm_weight": (nn.GroupNorm(2, 4, bias=False), 2, 4, 3),
    "layer_norm": (nn.LayerNorm((3, 4)), 2, 3, 4), "rms_norm": (nn.RMSNorm(4), 3, 4),
}
LOSSES = {
    "cross_entropy_loss": (nn.CrossEntropyLoss(weight=ramp(4, a=5) + 1, label_smoothing=0.1), "class"),
    "nll_loss": (nn.NLLLoss(), "class"), "mse_loss": (nn.MSELoss(reduction="sum"), "same"), "l1_loss": (nn.L1Loss(), "same"),
    "smooth_l1_loss": (nn.SmoothL1Loss(beta=0.5), "same"), "huber_loss": (nn.HuberLoss(delta=0.25), "same"),
    "bce_loss": (nn.BCELoss(), "share"), "bce_with_logits_loss": (nn.BCEWithLogitsLoss(pos_weight=ramp(4, a=5) + 1), "share"),
    "kl_div_loss": (nn.KLDivLoss(reduction="batchmean"), "share"), "poisson_nll_loss": (nn.PoissonNLLLoss(), "share"),
    "soft_margin_loss": (nn.SoftMarginLoss(), "sign"), "hinge_embedding_loss": (nn.HingeEmbeddingLoss(margin=0.5), "sign"),
    "multi_margin_loss": (nn.MultiMarginLoss(), "class"), "gaussian_nll_loss": (nn.GaussianNLLLoss(), "same", "variance"),
    "margin_ranking_loss": (nn.MarginRankingLoss(margin=0.1), "same", "sign"),
    "cosine_embedding_loss": (nn.CosineEmbeddingLoss(), "same", "signs"), "triplet_margin_loss": (nn.TripletMarginLoss(), "same", "other"),
}
GIVEN = {"class": torch.tensor([1, 3, 0]), "same": ramp(3, 4, a=9), "share": (ramp(3, 4, a=9) + 0.5), "sign": ramp(3, 4, a=11).sign() + (ramp(3, 4, a=11) == 0),
         "variance": ramp(3, 4, a=5) + 1, "signs": torch.tensor([1.0, -1.0, 1.0]), "other": ramp(3, 4, a=13)}

print(f"/* Made by layers.py with PyTorch {torch.__version__.split('+')[0]}. */")
for name, (layer, *shape) in LAYERS.items():
    with torch.no_grad():
        for i, p in enumerate(layer.parameters()):
            p.copy_(ramp(*p.shape, a=5 + 2 * i))
    x = ramp(*shape, a=11).requires_grad_()
    y = layer(x)
    (y * ramp(*y.shape, a=13)).sum().backward()
    row(name, [y, x.grad, *(p.grad for p in layer.parameters()), *layer.buffers()])
    if list(layer.buffers()):
        row(name + "_eval", [layer.eval()(x)])
for name, (layer, *given) in LOSSES.items():
    x = (ramp(3, 4, a=11) + (0.5 if name == "bce_loss" else 0)).clamp(min=1e-3 if name == "bce_loss" else None, max=9.0).requires_grad_()
    loss = layer(x, *(GIVEN[word] for word in given))
    loss.backward()
    row(name, [loss, x.grad])
table = nn.Embedding(5, 3, padding_idx=1)
with torch.no_grad():
    table.weight.copy_(ramp(5, 3, a=5))
y = table(torch.tensor([[1, 0], [4, 4]]))
(y * ramp(2, 2, 3, a=13)).sum().backward()
row("embedding", [y, table.weight.grad])
for name, options in (("embedding_short", dict(max_norm=0.5, norm_type=1.0)), ("embedding_shared", dict(scale_grad_by_freq=True, max_norm=0.4))):
    table = nn.Embedding(5, 3, **options)
    with torch.no_grad():
        table.weight.copy_(ramp(5, 3, a=5))
    y = table(torch.tensor([[1, 0], [4, 4]]))
    (y * ramp(2, 2, 3, a=13)).sum().backward()
    row(name, [y, table.weight, table.weight.grad])
BAGS = {
    "mean": ([0, 4, 4], dict()), "padded_mean": ([0, 3, 3, 7], dict(padding_idx=1, include_last_offset=True)),
    "rows": (None, dict(padding_idx=4)), "sum": ([0, 0, 5], dict(mode="sum", padding_idx=4, scale_grad_by_freq=True)),
    "weighted": ([0, 4, 7, 7], dict(mode="sum", include_last_offset=True)), "short": ([0, 2], dict(mode="sum", max_norm=0.5, norm_type=1.0)),
    "max": ([0, 4, 4, 7], dict(mode="max")), "padded_max": ([0, 2, 5], dict(mode="max", padding_idx=4)), "max_rows": (None, dict(mode="max", padding_idx=1)),
}
for name, (offsets, options) in BAGS.items():
    bag = nn.EmbeddingBag(5, 3, **options)
    with torch.no_grad():
        bag.weight.copy_(ramp(5, 3, a=5))
    index = torch.tensor([1, 0, 4, 4, 2, 0, 1, 3])
    share = ramp(8, a=7).requires_grad_() if name == "weighted" else None
    y = bag(index.reshape(2, 4), None) if offsets is None else bag(index, torch.tensor(offsets), share)
    (y * ramp(*y.shape, a=13)).sum().backward()
    row("bag_" + name, [y, bag.weight, bag.weight.grad] + ([] if share is None else [share.grad]))
for name, pool, options, size, shape in (("1d", nn.MaxPool1d, dict(kernel_size=2), None, (2, 2, 6)), ("2d", nn.MaxPool2d, dict(kernel_size=3, stride=2, padding=1), (5, 4), (1, 2, 5, 4)),
                                         ("3d", nn.MaxPool3d, dict(kernel_size=(1, 2, 2)), None, (2, 1, 2, 2, 4))):
    x, indices = pool(return_indices=True, **options)(ramp(*shape, a=11))
    x.requires_grad_()
    y = getattr(nn, "MaxUnpool" + name)(**options)(x, indices, size)
    (y * ramp(*y.shape, a=13)).sum().backward()
    row("max_unpool" + name, [y, x.grad])
x = ramp(5, 2, 4, a=11).requires_grad_()
loss = nn.CTCLoss(reduction="sum", zero_infinity=True)(x.log_softmax(2), torch.tensor([[1, 2, 2], [3, 1, 0]]), torch.tensor([5, 4]), torch.tensor([3, 2]))
loss.backward()
row("ctc_loss", [loss, x.grad])
two = nn.Bilinear(3, 2, 4)
with torch.no_grad():
    for i, p in enumerate(two.parameters()):
        p.copy_(ramp(*p.shape, a=5 + 2 * i))
x = ramp(2, 3, a=11).requires_grad_()
y = two(x, ramp(2, 2, a=3))
(y * ramp(2, 4, a=13)).sum().backward()
row("bilinear", [y, x.grad, *(p.grad for p in two.parameters())])
