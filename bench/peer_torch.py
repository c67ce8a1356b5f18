"""The cases in PyTorch: eager, with the foreach and fused optimizers, and compiled; bench/step times the fastest."""
import os

import peer_common

DEVICE = os.environ.get("BENCH_DEVICE", "cpu")  # of bench/step --device


def load():
    import torch

    return f"torch {torch.__version__}", lambda case: builders(torch, case)


def optimizer_of(torch, case, params, **how):
    optim = torch.optim
    make = {
        "sgd": lambda: optim.SGD(params, lr=case.lr, **how),
        "momentum": lambda: optim.SGD(params, lr=case.lr, momentum=0.9, **how),
        "adagrad": lambda: optim.Adagrad(params, lr=case.lr, **how),
        "rmsprop": lambda: optim.RMSprop(params, lr=case.lr, **how),
        "adam": lambda: optim.Adam(params, lr=case.lr, **how),
    }
    return make[case.optimizer]()


def there(torch, values):
    return torch.from_numpy(values.copy()).to(DEVICE)


def variant_of(step, loss, wait=None):
    def run(n):
        for _ in range(n):
            step()
        if wait:
            wait()
        return n

    return peer_common.Variant(run, lambda: float(loss()))


def perceptron(torch, case):
    """Also "cnn", whose two convolutions stand before the perceptron."""
    nn, layers = torch.nn, []
    for w in case.params[0::2]:
        if w.ndim == 2 and layers and isinstance(layers[-2], nn.Conv2d):
            layers += [nn.MaxPool2d(2), nn.Flatten()]
        layers += [nn.Conv2d(w.shape[1], w.shape[0], w.shape[2]) if w.ndim == 4 else nn.Linear(w.shape[1], w.shape[0])]
        layers += [nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def resnet18(torch, case):
    nn, (_, width, classes) = torch.nn, case.sizes

    def conv(n, out, kernel, stride):
        return nn.Conv2d(n, out, kernel, stride, kernel // 2, bias=False)

    class Block(nn.Module):
        def __init__(self, n, out, stride):
            super().__init__()
            self.conv1, self.bn1 = conv(n, out, 3, stride), nn.BatchNorm2d(out)
            self.conv2, self.bn2 = conv(out, out, 3, 1), nn.BatchNorm2d(out)
            same = n == out and stride == 1
            self.shortcut = nn.Identity() if same else nn.Sequential(conv(n, out, 1, stride), nn.BatchNorm2d(out))
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
            return self.relu(y + self.shortcut(x))

    net, n = [conv(3, width, 3, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)], width
    for stage in range(4):
        net += [Block(n, width << stage, 2 if stage else 1), Block(width << stage, width << stage, 1)]
        n = width << stage
    return nn.Sequential(*net, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(n, classes))


def lstm(torch, case):
    nn, (_, inputs, width, layers, classes) = torch.nn, case.sizes

    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = nn.LSTM(inputs, width, layers, batch_first=True), nn.Linear(width, classes)

        def forward(self, x):
            return self.head(self.lstm(x)[0][:, -1])

    return Last()


def encoder(torch, case):
    nn, (_, width, heads, layers, inner, classes) = torch.nn, case.sizes

    class Mean(nn.Module):
        def __init__(self):
            super().__init__()
            layer = nn.TransformerEncoderLayer(width, heads, inner, 0.0, batch_first=True)
            self.encoder, self.head = nn.TransformerEncoder(layer, layers), nn.Linear(width, classes)

        def forward(self, x):
            return self.head(self.encoder(x).mean(1))

    return Mean()


def network(torch, case):
    make = {"resnet18": resnet18, "lstm": lstm, "encoder": encoder}.get(case.work, perceptron)
    net = make(torch, case)
    with torch.no_grad():
        for p, value in zip(net.parameters(), case.params, strict=True):
            p.copy_(torch.from_numpy(value))
    return net.to(DEVICE)


def waiting(torch):
    return None if DEVICE == "cpu" else torch.cuda.synchronize


def graphed(torch, step):
    """The step as a CUDA Graph: three ordinary ones on another stream, as PyTorch's notes want it, then replays. Recording runs nothing."""
    side, state = torch.cuda.Stream(), {"begun": 0}

    def ordinary():
        state["begun"] += 1
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            step()
        torch.cuda.current_stream().wait_stream(side)

    def once():
        if state["begun"] < 3:
            return ordinary()
        if "graph" not in state:
            state["graph"] = torch.cuda.CUDAGraph()
            with torch.cuda.graph(state["graph"]):
                step()
        state["graph"].replay()

    return once


def net_variant(torch, case, compiled=None, compiled_step=False, last=False, graph=False, **how):
    """compiled: torch.compile's options for forward and loss; compiled_step: the optimizer is compiled too; last: images and
    weights have their channels last in memory; graph: the whole step is a CUDA Graph."""
    net = network(torch, case)
    x, y = there(torch, case.x), there(torch, case.y)
    if last:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    optimizer = optimizer_of(torch, case, list(net.parameters()), **how)

    def loss():
        with torch.autocast(DEVICE.split(":")[0], torch.bfloat16, enabled=case.work.endswith("-bf16")):
            return torch.nn.functional.cross_entropy(net(x), y)

    forward = loss if compiled is None else torch.compile(loss, **compiled)
    update = torch.compile(optimizer.step) if compiled_step else optimizer.step

    def step():
        optimizer.zero_grad()
        forward().backward()
        update()

    return variant_of(graphed(torch, step) if graph else step, loss, waiting(torch))


def hand_variant(torch, case, compiled=None, update="loop", graph=False):
    """The classic example. update: a loop over the two matrices, as its text has it, or PyTorch's faster ways of the same."""
    x, y = there(torch, case.x), there(torch, case.y)
    params = [there(torch, p).requires_grad_() for p in case.params]
    w1, w2 = params

    def loss():
        return (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()

    forward = loss if compiled is None else torch.compile(loss, **compiled)

    def loop():
        with torch.no_grad():
            for w in params:
                w -= case.lr * w.grad
                w.grad.zero_()

    def alpha():
        with torch.no_grad():
            for w in params:
                w.sub_(w.grad, alpha=case.lr)
                w.grad = None

    fused = torch.optim.SGD(params, lr=case.lr, fused=True)

    def by_optimizer():
        fused.step()
        fused.zero_grad()

    then = {"loop": loop, "alpha": alpha, "fused": by_optimizer}[update]

    def step():
        forward().backward()
        then()

    return variant_of(graphed(torch, step) if graph else step, loss, waiting(torch))


def whole_variant(torch, case):
    """The classic example as one compiled function, the gradients by torch.func."""
    x, y = there(torch, case.x), there(torch, case.y)
    params = [there(torch, p) for p in case.params]

    def loss(w1, w2):
        return (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()

    @torch.compile
    def whole():
        for w, g in zip(params, torch.func.grad(loss, argnums=(0, 1))(*params)):
            w.sub_(g, alpha=case.lr)

    return variant_of(whole, lambda: loss(*params), waiting(torch))


def builders(torch, case):
    torch.set_num_threads(case.threads)
    torch._dynamo.reset()
    overhead = {"mode": "reduce-overhead"}
    if case.work == "two-layer" and DEVICE != "cpu":
        return {
            "eager": lambda: hand_variant(torch, case),
            "fused": lambda: hand_variant(torch, case, update="fused"),
            "graph": lambda: hand_variant(torch, case, update="alpha", graph=True),
            "graph+fused": lambda: hand_variant(torch, case, update="fused", graph=True),
        }
    if case.work == "two-layer":
        return {
            "eager": lambda: hand_variant(torch, case),
            "eager+alpha": lambda: hand_variant(torch, case, update="alpha"),
            "fused": lambda: hand_variant(torch, case, update="fused"),
            "compile+alpha": lambda: hand_variant(torch, case, {}, "alpha"),
            "compile+fused": lambda: hand_variant(torch, case, {}, "fused"),
            "reduce-overhead+fused": lambda: hand_variant(torch, case, overhead, "fused"),
            "compile-whole": lambda: whole_variant(torch, case),
        }
    best = {} if case.optimizer == "rmsprop" else {"fused": True}  # RMSprop has no fused form
    large = case.work in ("resnet18", "lstm", "encoder", "grown")  # long to compile: the ways that win elsewhere
    ways = few_ways(torch, case, best) if large else every_way(torch, case, best)
    if DEVICE != "cpu" and case.optimizer != "adagrad":  # which counts its steps on the host
        counts = {} if case.optimizer in ("sgd", "momentum") else {"capturable": True}
        ways["graph"] = lambda: net_variant(torch, case, graph=True, **best, **counts)
    if case.x.ndim == 4:
        ways["channels-last+fused"] = lambda: net_variant(torch, case, last=True, **best)
        ways["channels-last+compile+fused"] = lambda: net_variant(torch, case, {}, last=True, **best)
    if case.work == "cnn":
        ways["channels-last"] = lambda: net_variant(torch, case, last=True)
        ways["channels-last+foreach"] = lambda: net_variant(torch, case, last=True, foreach=True)
    return ways


def few_ways(torch, case, best):
    return {
        "eager": lambda: net_variant(torch, case),
        "fused": lambda: net_variant(torch, case, **best),
        "compile+fused": lambda: net_variant(torch, case, {}, **best),
    }


def every_way(torch, case, best):
    ways = {
        "eager": lambda: net_variant(torch, case),
        "foreach": lambda: net_variant(torch, case, foreach=True),
        "compile": lambda: net_variant(torch, case, {}),
        "compile-step": lambda: net_variant(torch, case, compiled_step=True),
        "compile+compile-step": lambda: net_variant(torch, case, {}, True),
        "reduce-overhead": lambda: net_variant(torch, case, {"mode": "reduce-overhead"}, **best),
    }
    if best:
        ways["fused"] = lambda: net_variant(torch, case, **best)
        ways["compile+fused"] = lambda: net_variant(torch, case, {}, **best)
    return ways


if __name__ == "__main__":
    peer_common.answers(load)
