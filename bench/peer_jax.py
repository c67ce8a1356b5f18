"""The cases in JAX: the whole step jitted with donated buffers, one step a call or 20 of them scanned in a call; bench/step
times the faster. The formulas are PyTorch's."""
import peer_common

SCANNED = 20


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


def loss_of(jax, case, x, y):
    jnp = jax.numpy
    if case.work == "two-layer":
        return lambda p: jnp.sum((jnp.maximum(x @ p[0], 0) @ p[1] - y) ** 2)

    def layer(h, w, bias):
        if w.ndim == 4:
            return jax.lax.conv(h, w, (1, 1), "VALID") + bias[:, None, None]
        if h.ndim == 4:
            h = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
            h = h.reshape(len(h), -1)
        if case.work.endswith("-bf16"):
            h, w = h.astype(jnp.bfloat16), w.astype(jnp.bfloat16)
        return jnp.matmul(h, w.T, preferred_element_type=jnp.float32) + bias

    def loss(p):
        h = x
        for i in range(0, len(p), 2):
            h = layer(h, p[i], p[i + 1])
            if i + 2 < len(p):
                h = jnp.maximum(h, 0)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(h), y[:, None], axis=1))

    return loss


def variant(jax, case, scanned):
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
        return jax.lax.scan(lambda c, _: (step(c, x, y), None), carry, None, length=SCANNED)[0]

    call = jax.jit(many if scanned else step, donate_argnums=0)
    a_call = SCANNED if scanned else 1
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
    return {
        "one step a call": lambda: variant(jax, case, False),
        f"{SCANNED} steps scanned": lambda: variant(jax, case, True),
    }


if __name__ == "__main__":
    peer_common.answers(load)
