"""The cases in JAX: the whole step jitted with donated buffers, one step a call or 20 of them scanned in a call; bench/step
times the faster. The formulas are PyTorch's."""
import peer_common

SCANNED, SCANNED_OF_LARGE = 20, 2


def load():
    import os

    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    return f"jax {jax.__version__}", lambda case: builders(jax, case)


def update_of(jnp, case):
    """(p, g, state, t) -> (p, state) for one parameter, t counting from 1; state is a tuple of two arrays like p."""
    lr = case.lr

    def sgd(p, g, s, t):
        return p - lr * g, s

    def momentum(p, g, s, t):
        buffer = 0.9 * s[0] + g
        return p - lr * buffer, (buffer, s[1])

    def adagrad(p, g, s, t):
        total = s[0] + g * g
        return p - lr * g / (jnp.sqrt(total) + 1e-10), (total, s[1])

    def rmsprop(p, g, s, t):
        mean = 0.99 * s[0] + 0.01 * g * g
        return p - lr * g / (jnp.sqrt(mean) + 1e-8), (mean, s[1])

    def adam(p, g, s, t):
        m, v = 0.9 * s[0] + 0.1 * g, 0.999 * s[1] + 0.001 * g * g
        scale = lr / (1 - 0.9**t)
        return p - scale * m / (jnp.sqrt(v) / jnp.sqrt(1 - 0.999**t) + 1e-8), (m, v)

    return {"sgd": sgd, "momentum": momentum, "adagrad": adagrad, "rmsprop": rmsprop, "adam": adam}[case.optimizer]


def perceptron(jax, case):
    """Also "cnn", whose two convolutions stand before the perceptron."""
    jnp = jax.numpy

    def layer(h, w, bias):
        if w.ndim == 4:
            return jax.lax.conv(h, w, (1, 1), "VALID") + bias[:, None, None]
        if h.ndim == 4:
            h = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
            h = h.reshape(len(h), -1)
        if case.work.endswith("-bf16"):
            h, w = h.astype(jnp.bfloat16), w.astype(jnp.bfloat16)
        return jnp.matmul(h, w.T, preferred_element_type=jnp.float32) + bias

    def forward(p, h):
        for i in range(0, len(p), 2):
            h = layer(h, p[i], p[i + 1])
            if i + 2 < len(p):
                h = jnp.maximum(h, 0)
        return h

    return forward


def resnet18(jax, case):
    jnp = jax.numpy

    def conv_norm(h, w, gain, bias, stride=1):
        pad = w.shape[2] // 2
        h = jax.lax.conv_general_dilated(h, w, (stride, stride), ((pad, pad), (pad, pad)))
        mean, square = h.mean((0, 2, 3)), (h * h).mean((0, 2, 3))
        scale = gain * jax.lax.rsqrt(square - mean * mean + 1e-5)
        return h * scale[:, None, None] + (bias - mean * scale)[:, None, None]

    def forward(p, h):
        rest = iter(p)
        three = lambda: [next(rest) for _ in range(3)]
        h = jnp.maximum(conv_norm(h, *three()), 0)
        for block in range(8):
            stride = 2 if block in (2, 4, 6) else 1
            y = jnp.maximum(conv_norm(h, *three(), stride), 0)
            y = conv_norm(y, *three())
            h = jnp.maximum(y + (conv_norm(h, *three(), stride) if stride > 1 else h), 0)
        return h.mean((2, 3)) @ next(rest).T + next(rest)

    return forward


def lstm(jax, case):
    jnp = jax.numpy

    def layer(x, w, u, b, c):
        """x [steps, batch, inputs]; the inputs' products of all steps are one."""
        given = x @ w.T + (b + c)
        start = jnp.zeros((x.shape[1], u.shape[1]), x.dtype)

        def step(state, now):
            h, cell = state
            i, f, g, o = jnp.split(now + h @ u.T, 4, axis=1)
            cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(cell)
            return (h, cell), h

        return jax.lax.scan(step, (start, start), given)[1]

    def forward(p, x):
        h = jnp.swapaxes(x, 0, 1)
        for i in range(0, len(p) - 2, 4):
            h = layer(h, *p[i : i + 4])
        return h[-1] @ p[-2].T + p[-1]

    return forward


def encoder(jax, case):
    jnp, (_, width, heads, _, _, _) = jax.numpy, case.sizes

    def norm(h, gain, bias):
        mean = h.mean(-1, keepdims=True)
        return (h - mean) * jax.lax.rsqrt(h.var(-1, keepdims=True) + 1e-5) * gain + bias

    def attention(h, w, b, out, c):
        n, t, _ = h.shape
        q, k, v = jnp.split((h @ w.T + b).reshape(n, t, 3 * heads, width // heads), 3, axis=2)
        share = jax.nn.softmax(jnp.einsum("nthd,nshd->nhts", q, k) / (width // heads) ** 0.5)
        return jnp.einsum("nhts,nshd->nthd", share, v).reshape(n, t, width) @ out.T + c

    def forward(p, h):
        for i in range(0, len(p) - 2, 12):
            q = p[i : i + 12]
            h = norm(h + attention(h, *q[:4]), q[8], q[9])
            h = norm(h + jnp.maximum(h @ q[4].T + q[5], 0) @ q[6].T + q[7], q[10], q[11])
        return h.mean(1) @ p[-2].T + p[-1]

    return forward


def loss_of(jax, case, x, y):
    jnp = jax.numpy
    if case.work == "two-layer":
        return lambda p: jnp.sum((jnp.maximum(x @ p[0], 0) @ p[1] - y) ** 2)
    forward = {"resnet18": resnet18, "lstm": lstm, "encoder": encoder}.get(case.work, perceptron)(jax, case)

    def loss(p):
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(forward(p, x)), y[:, None], axis=1))

    return loss


def variant(jax, case, scanned):
    """scanned: steps in a call; 0: one, without a scan."""
    jnp = jax.numpy
    update = update_of(jnp, case)
    slots = {"sgd": 0, "adam": 2}.get(case.optimizer, 1)

    def step(carry, x, y):
        params, state, t = carry
        t = t + 1
        grads = jax.grad(loss_of(jax, case, x, y))(params)
        both = [update(p, g, s, t) for p, g, s in zip(params, grads, state)]
        return [p for p, _ in both], [s for _, s in both], t

    def many(carry, x, y):
        return jax.lax.scan(lambda c, _: (step(c, x, y), None), carry, None, length=scanned)[0]

    call = jax.jit(many if scanned else step, donate_argnums=0)
    a_call = scanned or 1
    x, y = jnp.array(case.x), jnp.array(case.y)
    params = [jnp.array(p) for p in case.params]
    state = [(jnp.zeros_like(p) if slots > 0 else None, jnp.zeros_like(p) if slots > 1 else None) for p in params]
    held = [(params, state, jnp.array(0, jnp.float32))]

    def run(n):
        calls = -(-n // a_call)
        for _ in range(calls):
            held[0] = call(held[0], x, y)
        jax.block_until_ready(held[0])
        return calls * a_call

    return peer_common.Variant(run, lambda: float(loss_of(jax, case, x, y)(held[0][0])))


def builders(jax, case):
    scanned = SCANNED_OF_LARGE if case.work in ("cnn", "resnet18", "lstm", "encoder") else SCANNED
    return {
        "one step a call": lambda: variant(jax, case, 0),
        f"{scanned} steps scanned": lambda: variant(jax, case, scanned),
    }


if __name__ == "__main__":
    peer_common.answers(load)
