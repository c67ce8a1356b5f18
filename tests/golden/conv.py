"""Golden values of convolution, unfold, pooling and resizing with their gradients. Inputs are small exact fractions, so that C and Python start
from the same numbers; gradients are those of sum(y * ramp). Prints conv.h. Made with torch 2.15.0."""
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def ramp(*shape, a=7, m=16):
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n) * a) % m - m // 2).double().div(m).reshape(shape)


def row(name, t):
    kind = "int64_t" if t.dtype == torch.int64 else "double"
    numbers = [str(v) if kind == "int64_t" else f"{v:.17g}".replace("nan", "NAN").replace("-inf", "-INFINITY") for v in t.reshape(-1).tolist()]
    line = f"static const {kind} {name}[] = {{ "
    for i, v in enumerate(numbers):
        piece = v + (", " if i + 1 < len(numbers) else " };")
        if len(line) + len(piece) > 118:
            print(line.rstrip())
            line = "    "
        line += piece
    print(line)


def case(name, f, *inputs):
    inputs = [t.clone().requires_grad_() for t in inputs]
    y = f(*inputs)
    (y * ramp(*y.shape, a=3, m=8)).sum().backward()
    row(f"{name}_y", y.detach())
    for i, t in enumerate(inputs):
        row(f"{name}_d{i}", t.grad)


print(f"/* Golden values of convolution, unfold, pooling and resizing, from torch {torch.__version__} by conv.py. */")
print("#include <math.h>")
print("#include <stdint.h>")
w = lambda *s: ramp(*s, a=5, m=32)
b = lambda n: ramp(n, a=3, m=8)
case("conv1d", lambda x, k, c: F.conv1d(x, k, c, stride=2, padding=2, dilation=2), ramp(2, 4, 7), w(3, 4, 3), b(3))
case("conv2d", lambda x, k, c: F.conv2d(x, k, c, padding=1), ramp(2, 3, 4, 5), w(2, 3, 3, 3), b(2))
case("conv2d_grouped", lambda x, k, c: F.conv2d(x, k, c, stride=(2, 1), padding=(0, 2), groups=2), ramp(4, 5, 4), w(6, 2, 2, 3), b(6))
case("conv2d_wide", lambda x, k: F.conv2d(x, k, padding=1), ramp(1, 16, 3, 4), w(2, 16, 3, 3))
case("conv2d_depthwise", lambda x, k, c: F.conv2d(x, k, c, dilation=(1, 2), padding=1, groups=3), ramp(1, 3, 4, 5), w(3, 1, 3, 2), b(3))
case("conv3d", lambda x, k, c: F.conv3d(x, k, c, stride=(1, 2, 1), padding=(1, 0, 1)), ramp(1, 2, 3, 4, 3), w(2, 2, 2, 2, 3), b(2))
case("transpose1d", lambda x, k, c: F.conv_transpose1d(x, k, c, stride=3, padding=1, output_padding=2), ramp(2, 3, 4), w(3, 2, 3), b(2))
case("transpose2d", lambda x, k, c: F.conv_transpose2d(x, k, c, padding=(1, 0), dilation=(1, 2)), ramp(1, 2, 3, 4), w(2, 3, 3, 2), b(3))
case("transpose2d_grouped", lambda x, k, c: F.conv_transpose2d(x, k, c, stride=2, groups=2, output_padding=1), ramp(2, 4, 2, 3), w(4, 1, 2, 3), b(2))
case("transpose3d", lambda x, k: F.conv_transpose3d(x, k, stride=(1, 2, 1)), ramp(1, 2, 2, 2, 2), w(2, 1, 2, 2, 3))
case("unfold", lambda x: F.unfold(x, (2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2)), ramp(2, 2, 4, 5))
case("fold", lambda x: F.fold(x, (4, 5), (2, 3), dilation=(2, 1), padding=(1, 0), stride=(1, 2)), ramp(2, 12, 8))
case("max1d", lambda x: F.max_pool1d(x, 3, 2, 1), ramp(2, 2, 7))
case("max2d", lambda x: F.max_pool2d(x, 2), ramp(1, 2, 4, 5))
case("max2d_ceil", lambda x: F.max_pool2d(x, (3, 2), stride=(2, 3), padding=(1, 1), ceil_mode=True), ramp(1, 2, 5, 6))
case("max2d_beyond", lambda x: F.max_pool2d(x, (4, 2), stride=3, padding=(0, 1), ceil_mode=True), ramp(1, 2, 2, 5))
case("max2d_dilated", lambda x: F.max_pool2d(x, 2, 1, dilation=(2, 3)), ramp(2, 4, 5))
case("max3d", lambda x: F.max_pool3d(x, (2, 1, 2), stride=1, padding=(1, 0, 1)), ramp(1, 1, 2, 3, 3))
case("avg1d", lambda x: F.avg_pool1d(x, 3, 2, 1, ceil_mode=True), ramp(2, 2, 6))
case("avg2d", lambda x: F.avg_pool2d(x, 2), ramp(1, 2, 4, 5))
case("avg2d_ceil", lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True), ramp(1, 2, 4, 6))
case("avg2d_real", lambda x: F.avg_pool2d(x, (3, 2), (2, 2), (1, 1), True, False), ramp(1, 2, 4, 6))
case("avg2d_beyond", lambda x: F.avg_pool2d(x, (4, 3), ceil_mode=True), ramp(1, 2, 2, 5))
case("avg2d_by", lambda x: F.avg_pool2d(x, 2, 1, divisor_override=-3), ramp(1, 2, 3, 3))
case("avg3d", lambda x: F.avg_pool3d(x, (2, 3, 2), (1, 2, 1), (1, 1, 0)), ramp(1, 1, 3, 4, 3))
case("adaptive_avg1d", lambda x: F.adaptive_avg_pool1d(x, 4), ramp(2, 7))
case("adaptive_avg2d", lambda x: F.adaptive_avg_pool2d(x, (3, None)), ramp(1, 2, 7, 3))
case("adaptive_avg2d_one", lambda x: F.adaptive_avg_pool2d(x, 1), ramp(2, 2, 3, 4))
case("adaptive_avg3d", lambda x: F.adaptive_avg_pool3d(x, (2, 5, 2)), ramp(1, 1, 3, 3, 4))
case("adaptive_max1d", lambda x: F.adaptive_max_pool1d(x, 4), ramp(2, 7))
case("adaptive_max2d", lambda x: F.adaptive_max_pool2d(x, (3, 4)), ramp(1, 2, 7, 6))
case("adaptive_max2d_even", lambda x: F.adaptive_max_pool2d(x, 2), ramp(1, 2, 4, 6))
case("adaptive_max3d", lambda x: F.adaptive_max_pool3d(x, (2, 2, 3)), ramp(1, 1, 3, 3, 4))
case("nearest1d", lambda x: F.interpolate(x, scale_factor=1.3), ramp(2, 2, 5))
case("nearest2d", lambda x: F.interpolate(x, (7, 3)), ramp(1, 2, 4, 5))
case("nearest2d_same", lambda x: F.interpolate(x, scale_factor=(1.1, 2.2)), ramp(1, 2, 4, 3))
case("nearest3d_exact", lambda x: F.interpolate(x, scale_factor=(0.6, 1.5, 2), mode="nearest-exact"), ramp(1, 1, 4, 3, 2))
case("linear1d", lambda x: F.interpolate(x, 7, mode="linear", align_corners=True), ramp(2, 2, 4))
case("linear2d", lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), ramp(1, 2, 3, 4))
case("linear2d_less", lambda x: F.interpolate(x, scale_factor=0.4, mode="bilinear", recompute_scale_factor=True), ramp(1, 2, 6, 9))
case("linear3d", lambda x: F.interpolate(x, scale_factor=(1.3, 1, 0.5), mode="trilinear"), ramp(1, 1, 4, 2, 5))
case("cubic2d", lambda x: F.interpolate(x, scale_factor=1.7, mode="bicubic"), ramp(1, 2, 3, 4))
case("cubic2d_corners", lambda x: F.interpolate(x, (2, 7), mode="bicubic", align_corners=True), ramp(1, 1, 5, 4))
case("area2d", lambda x: F.interpolate(x, (3, 2), mode="area"), ramp(1, 2, 5, 4))

odd = torch.tensor([[1.0, 1.0, torch.nan, 0.0, -torch.inf, -torch.inf], [1.0, 0.0, torch.nan, 2.0, -torch.inf, -torch.inf]])
for name, (y, i) in {"odd": F.max_pool2d(odd[None], 2, return_indices=True),
                     "odd_padded": F.max_pool2d(odd[None], 3, 2, 1, return_indices=True),
                     "odd_1d": F.max_pool1d(odd[None], 3, 1, return_indices=True),
                     "odd_3d": F.max_pool3d(odd[None, None], (1, 2, 3), 1, return_indices=True),
                     "odd_adaptive": F.adaptive_max_pool2d(odd[None], (2, 3), return_indices=True)}.items():
    row(f"{name}_y", y)
    row(f"{name}_i", i)
