#!/usr/bin/env python3
"""Makes schedule.h: what PyTorch's schedulers do to two groups' lr and momentum (beta1) in 500 steps.

    python3 tests/golden/schedule.py > tests/golden/schedule.h  (needs PyTorch; the header names the version used)

The optimizer is SGD, or Adam where the law ends so, with lr 0.1 and 0.003, momentum 0.9 and 0.5. Kept are the values of every 25th step, and
a checksum of all of them (FNV-1a over their bits, lowest byte first), from t = 0 on. ReduceLROnPlateau sees numbers from a linear
congruential generator on a slope, which tests/api/test_schedule.c repeats. Those without options are made there by their law's name.
"""
import struct
import warnings

import torch
from torch.optim import lr_scheduler as L
from torch.optim.swa_utils import SWALR

warnings.simplefilter("ignore")
STEPS = 500
SLOWER = [lambda t: 1 / (1 + 0.1 * t), lambda t: 1 / (1 + 0.2 * t)]  # of each group
SLOPES = dict(plateau_down=-1 / 256, plateau_up_relative=1 / 256)
CASES = [
    ("step", "step", "step_size=30", lambda o: L.StepLR(o, 30)),
    ("step_by_one", "step", "step_size=1,gamma=0.99", lambda o: L.StepLR(o, 1, 0.99)),
    ("multistep", "multistep", "milestones=30:80:80:250,gamma=0.3", lambda o: L.MultiStepLR(o, [30, 80, 80, 250], 0.3)),
    ("exponential", "exponential", "gamma=0.987", lambda o: L.ExponentialLR(o, 0.987)),
    ("constant", "constant", "", L.ConstantLR),
    ("constant_long", "constant", "factor=0.7,total_iters=77", lambda o: L.ConstantLR(o, 0.7, 77)),
    ("linear", "linear", "", L.LinearLR),
    ("linear_down", "linear", "start_factor=0.9,end_factor=0.1,total_iters=300", lambda o: L.LinearLR(o, 0.9, 0.1, 300)),
    ("polynomial", "polynomial", "total_iters=313", lambda o: L.PolynomialLR(o, 313)),
    ("polynomial_root", "polynomial", "total_iters=450,power=0.5", lambda o: L.PolynomialLR(o, 450, 0.5)),
    ("polynomial_squared", "polynomial", "total_iters=500,power=2.5", lambda o: L.PolynomialLR(o, 500, 2.5)),
    ("cosine", "cosine", "t_max=100", lambda o: L.CosineAnnealingLR(o, 100)),
    ("cosine_low", "cosine", "t_max=33,eta_min=1e-4", lambda o: L.CosineAnnealingLR(o, 33, 1e-4)),
    ("cosine_short", "cosine", "t_max=1", lambda o: L.CosineAnnealingLR(o, 1)),
    ("cosine_high", "cosine", "t_max=40,eta_min=0.05", lambda o: L.CosineAnnealingLR(o, 40, 0.05)),
    ("cosine_restarts", "cosine_restarts", "t_0=50", lambda o: L.CosineAnnealingWarmRestarts(o, 50)),
    ("cosine_restarts_longer", "cosine_restarts", "t_0=7,t_mult=2,eta_min=1e-5",
     lambda o: L.CosineAnnealingWarmRestarts(o, 7, 2, 1e-5)),
    ("one_cycle", "one_cycle", "max_lr=0.5,total_steps=501", lambda o: L.OneCycleLR(o, 0.5, 501)),
    ("one_cycle_line", "one_cycle", "max_lr=0.3,total_steps=600,pct_start=0.4,linear,div_factor=10,final_div_factor=100",
     lambda o: L.OneCycleLR(o, 0.3, 600, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100)),
    ("one_cycle_three_phases", "one_cycle", "max_lr=0.3,total_steps=501,three_phase,cycle_momentum=false",
     lambda o: L.OneCycleLR(o, 0.3, 501, three_phase=True, cycle_momentum=False)),
    ("one_cycle_three_phases_momentum", "one_cycle",
     "max_lr=0.3,total_steps=550,pct_start=0.45,base_momentum=0.7,max_momentum=0.99,three_phase",
     lambda o: L.OneCycleLR(o, 0.3, 550, pct_start=0.45, base_momentum=0.7, max_momentum=0.99, three_phase=True)),
    ("one_cycle_adam", "one_cycle", "max_lr=0.5,total_steps=501", lambda o: L.OneCycleLR(o, 0.5, 501)),
    ("one_cycle_line_three_phases_adam", "one_cycle", "max_lr=0.02,total_steps=501,base_momentum=0.8,linear,three_phase",
     lambda o: L.OneCycleLR(o, 0.02, 501, base_momentum=0.8, anneal_strategy="linear", three_phase=True)),
    ("cyclic", "cyclic", "base_lr=0.01,max_lr=0.3,step_size_up=40", lambda o: L.CyclicLR(o, 0.01, 0.3, 40)),
    ("cyclic_halving", "cyclic", "base_lr=0.02,max_lr=0.2,step_size_up=30,step_size_down=50,halving,base_momentum=0.7,max_momentum=0.95",
     lambda o: L.CyclicLR(o, 0.02, 0.2, 30, 50, "triangular2", base_momentum=0.7, max_momentum=0.95)),
    ("cyclic_falling_adam", "cyclic", "base_lr=0.001,max_lr=0.1,step_size_up=7,gamma=0.99",
     lambda o: L.CyclicLR(o, 0.001, 0.1, 7, mode="exp_range", gamma=0.99)),
    ("cyclic_still", "cyclic", "base_lr=0.1,max_lr=0.5,step_size_up=1,step_size_down=3,cycle_momentum=false",
     lambda o: L.CyclicLR(o, 0.1, 0.5, 1, 3, cycle_momentum=False)),
    ("plateau", "plateau", "patience=5", lambda o: L.ReduceLROnPlateau(o, patience=5)),
    ("plateau_up", "plateau", "factor=0.8,patience=3,threshold=0.01,cooldown=4,min_lr=1e-3,maximize,absolute",
     lambda o: L.ReduceLROnPlateau(o, "max", 0.8, 3, 0.01, "abs", 4, 1e-3)),
    ("plateau_up_relative", "plateau", "factor=0.7,patience=2,threshold=0.05,min_lr=2e-4,maximize",
     lambda o: L.ReduceLROnPlateau(o, "max", 0.7, 2, 0.05, "rel", 0, 2e-4)),
    ("plateau_down", "plateau", "factor=0.9,patience=1,threshold=0.02,cooldown=10,absolute",
     lambda o: L.ReduceLROnPlateau(o, "min", 0.9, 1, 0.02, "abs", 10)),
    ("plateau_far", "plateau", "factor=0.5,patience=0,cooldown=2,eps=1e-3",
     lambda o: L.ReduceLROnPlateau(o, factor=0.5, patience=0, cooldown=2, eps=1e-3)),
    ("swa", "swa", "swa_lr=0.05", lambda o: SWALR(o, 0.05)),
    ("swa_line", "swa", "swa_lr=0.02,anneal_epochs=100,linear", lambda o: SWALR(o, 0.02, 100, "linear")),
    ("swa_at_once", "swa", "swa_lr=0.02,anneal_epochs=0", lambda o: SWALR(o, 0.02, 0)),
    ("lambda", "", "", lambda o: L.LambdaLR(o, SLOWER)),
    ("multiplicative", "", "", lambda o: L.MultiplicativeLR(o, lambda t: 1 - 1 / (t + 10))),
    ("sequential", "", "", lambda o: L.SequentialLR(
        o, [L.LinearLR(o, 0.01, 1, 20), L.CosineAnnealingLR(o, 200, 1e-4), L.ExponentialLR(o, 0.99)], [20, 220])),
    ("sequential_of_others", "", "", lambda o: L.SequentialLR(
        o, [L.ConstantLR(o, 0.1, 10), L.StepLR(o, 30, 0.5), L.MultiplicativeLR(o, lambda t: 1 - 1 / (t + 10)),
            L.CosineAnnealingWarmRestarts(o, 20, 2)], [10, 200, 300])),
    ("sequential_of_curves", "", "", lambda o: L.SequentialLR(
        o, [L.PolynomialLR(o, 60, 2), L.LambdaLR(o, SLOWER), SWALR(o, 0.05, 30),
            L.MultiStepLR(o, [10, 40])], [50, 150, 250])),
    ("sequential_of_a_cycle", "", "", lambda o: L.SequentialLR(o, [L.LinearLR(o, 0.1, 1, 20), L.OneCycleLR(o, 0.5, 481)], [20])),
    ("sequential_of_no_time", "", "", lambda o: L.SequentialLR(
        o, [L.ConstantLR(o, 0.25, 0), L.ExponentialLR(o, 0.99), L.ConstantLR(o, 0.5, 0), L.StepLR(o, 30, 0.5)], [20, 100, 200])),
    ("chained_warmup", "", "", lambda o: L.ChainedScheduler([L.LinearLR(o, 0.01, 1, 20), L.CosineAnnealingLR(o, 300, 1e-4)])),
    ("chained_of_joined", "", "", lambda o: L.ChainedScheduler(
        [L.SequentialLR(o, [L.LinearLR(o, 0.1, 1, 20), L.ExponentialLR(o, 0.99)], [20]),
         L.ChainedScheduler([L.StepLR(o, 100, 0.5), L.MultiplicativeLR(o, lambda t: 1 - 1 / (t + 10))])])),
    ("chained", "", "", lambda o: L.ChainedScheduler(
        [L.ConstantLR(o, 0.1, 50), L.ExponentialLR(o, 0.99), L.MultiStepLR(o, [100, 200])])),
]


def metrics(slope):
    x, t = 1, 0
    while True:
        x, t = (x * 1664525 + 1013904223) % 2**32, t + 1
        yield (2 if slope < 0 else 0) + slope * t + (x >> 16) % 1000 / 1000


def follow(law, make):
    adam = law.endswith("_adam")
    groups = [dict(params=[torch.zeros(1, requires_grad=True)], lr=lr, momentum=m, betas=(m, 0.999))
              for lr, m in ((0.1, 0.9), (0.003, 0.5))]
    optimizer = torch.optim.Adam(groups) if adam else torch.optim.SGD(groups, momentum=0.9)
    schedule, metric, checksum, kept = make(optimizer), metrics(SLOPES.get(law, 0)), 0xCBF29CE484222325, []
    for t in range(STEPS + 1):
        if t:
            schedule.step(*([next(metric)] if isinstance(schedule, L.ReduceLROnPlateau) else []))
        now = [float(group["lr"]) for group in optimizer.param_groups]
        now += [float(group["betas"][0] if adam else group["momentum"]) for group in optimizer.param_groups]
        for byte in struct.pack("<4d", *now):
            checksum = (checksum ^ byte) * 0x100000001B3 % 2**64
        if t % 25 == 0:
            kept.append(now)
    return checksum, kept


print(f"""/* Made by tests/golden/schedule.py with PyTorch {torch.__version__.split('+')[0]}: lr and momentum of two groups. */
typedef struct golden_schedule {{
    const char *law, *name, *options;
    double slope; /* of what a plateau sees */
    unsigned long long checksum; /* of all 501 steps */
    double every_25th[21][4];
}} golden_schedule;

/* clang-format off */
static const golden_schedule golden_schedules[] = {{""")
for law, name, options, make in CASES:
    checksum, kept = follow(law, make)
    rows = ",\n          ".join("{ " + ", ".join(f"{x:.17g}" for x in row) + " }" for row in kept)
    print(f"""    {{ "{law}", "{name}", "{options}", {SLOPES.get(law, 0.0)!r}, 0x{checksum:016x}u,
        {{ {rows} }} }},""")
print("};\n/* clang-format on */")
