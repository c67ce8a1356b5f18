"""Golden values of norms, attention, embedding, distances and losses: value and gradients by PyTorch in f64. Inputs are ramps of small exact
fractions, ((i * a) mod m - m / 2) / m, which the test repeats. Each case is a name, its numbers one after the other: the output, then the
gradient of each input towards sum(output * weights), weights being ramp(a=3, m=8) + 1. Prints losses.h. Made with torch 2.15.0."""
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
NAN, INF = float("nan"), float("inf")


def ramp(*shape, a=7, m=16):
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n) * a) % m - m // 2).double().div(m).reshape(shape)


def number(v):
    return "NAN" if v != v else "INFINITY" if v == INF else "-INFINITY" if v == -INF else f"{v:.17g}"


def case(name, f, *inputs):
    inputs = [t.clone().requires_grad_() if t.is_floating_point() else t for t in inputs]
    y = f(*inputs)
    numbers = y.detach().reshape(-1).tolist()
    weights = ramp(*y.shape, a=3, m=8) + 1
    leaves = [t for t in inputs if t.requires_grad]
    for g in torch.autograd.grad((y * weights).sum(), leaves, allow_unused=True):
        numbers += g.reshape(-1).tolist()
    print(f"static const double golden_{name}[] = {{ " + ", ".join(map(number, numbers)) + " };")


def three(name, f, *inputs):
    """With each reduction."""
    for reduction in ("mean", "sum", "none"):
        case(f"{name}_{reduction}", lambda *t: f(*t, reduction=reduction), *inputs)


print(f"/* Golden values of norms and losses, from torch {torch.__version__.split('+')[0]} by losses.py. */")
print("#include <math.h>")

# ---- Norms ----
x43, x234, w3, b3 = ramp(4, 3), ramp(2, 3, 4), ramp(3, a=5) + 1, ramp(3, a=3)
for name, x in (("2d", x43), ("3d", x234)):
    mean, var = ramp(3, a=5), ramp(3, a=3) + 1
    case(f"batch_norm_{name}", lambda x, w, b: F.batch_norm(x, mean, var, w, b, True, 0.25, 1e-3), x, w3, b3)
    case(f"batch_running_{name}", lambda x: torch.cat([mean, var]) + 0 * x.sum(), x)
    case(f"batch_eval_{name}", lambda x, w, b: F.batch_norm(x, ramp(3, a=5), ramp(3, a=3) + 1, w, b, False, 0.25, 1e-3), x, w3, b3)
case("batch_norm_plain", lambda x: F.batch_norm(x, None, None, None, None, True, 0.1, 1e-5), x234)
mean, var = ramp(3, a=5), ramp(3, a=3) + 1
case("instance_norm", lambda x, w, b: F.instance_norm(x, mean, var, w, b, True, 0.25, 1e-3), x234, w3, b3)
case("instance_running", lambda x: torch.cat([mean, var]) + 0 * x.sum(), x234)
case("instance_eval", lambda x: F.instance_norm(x, mean, var, None, None, False, 0.25, 1e-3), x234)
case("layer_norm", lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-5), ramp(3, 5), ramp(5, a=5) + 1, ramp(5, a=3))
case("layer_norm_2d", lambda x, w: F.layer_norm(x, (3, 4), w, None, 1e-2), x234, ramp(3, 4, a=5))
case("layer_norm_plain", lambda x: F.layer_norm(x, (4,)), x234)
case("rms_norm", lambda x, w: F.rms_norm(x, (5,), w, 1e-3), ramp(3, 5), ramp(5, a=5) + 1)
case("rms_norm_plain", lambda x: F.rms_norm(x, (4,)), x234)
case("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-3), ramp(2, 4, 3), ramp(4, a=5) + 1, ramp(4, a=3))
case("group_norm_flat", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-3), ramp(3, 6), ramp(6, a=5) + 1, ramp(6, a=3))
case("group_norm_one", lambda x: F.group_norm(x, 1), ramp(2, 4, 3))
flat = torch.tensor([[0.0, 0, 0], [3, 4, 0], [1, -2, 2]])
case("normalize", lambda x: F.normalize(x), flat)
case("normalize_1", lambda x: F.normalize(x, 1, 0), ramp(3, 4, a=5))
case("normalize_3", lambda x: F.normalize(x, 3, -1, 0.5), ramp(3, 4, a=5))
case("normalize_inf", lambda x: F.normalize(x, INF, 1), ramp(3, 4, a=5))
case("cosine", lambda a, b: F.cosine_similarity(a, b, 1, 1e-8), flat, ramp(3, 3))
case("cosine_wide", lambda a, b: F.cosine_similarity(a, b, 0, 1.0), ramp(3, 4), ramp(3, 1, a=5))
case("distance", lambda a, b: F.pairwise_distance(a, b), flat, ramp(3, 3))
case("cdist", lambda a, b: torch.cdist(a, b), flat, ramp(4, 3))
case("cdist_1", lambda a, b: torch.cdist(a, b, 1), ramp(2, 3, 4), ramp(5, 4, a=5))
case("distance_negative", lambda a, b: F.pairwise_distance(a, b, -1.5), ramp(3, 4), ramp(4, a=5))
case("normalize_negative", lambda x: F.normalize(x, -2, -1), ramp(3, 4, a=5))
case("distance_1", lambda a, b: F.pairwise_distance(a, b, 1, keepdim=True), ramp(3, 4), ramp(4, a=5))

# ---- Embedding and attention ----
index = torch.tensor([[2, 0, 2], [1, 2, 4]])
case("embedding", lambda w: F.embedding(index, w), ramp(5, 3))
case("embedding_padding", lambda w: F.embedding(index, w, padding_idx=2), ramp(5, 3))
case("embedding_negative", lambda w: F.embedding(index.int(), w, padding_idx=-1), ramp(5, 3))
q, k, v = ramp(2, 3, 4), ramp(2, 5, 4, a=5), ramp(2, 5, 3, a=3)
part = torch.tensor([[1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]]).bool()
bias = ramp(3, 5, a=9)
sdpa = F.scaled_dot_product_attention
case("attention", lambda q, k, v: sdpa(q, k, v), q, k, v)
case("attention_causal", lambda q, k, v: sdpa(q, k, v, is_causal=True, scale=2.0), q, k, v)
case("attention_bool", lambda q, k, v: sdpa(q, k, v, attn_mask=part), q, k, v)
case("attention_float", lambda q, k, v, m: sdpa(q, k, v, attn_mask=m), q, k, v, bias)
case("attention_lost", lambda q, k, v: sdpa(q, k, v, attn_mask=torch.zeros(3, 5).masked_fill(~part, -INF)), q, k, v)
case("attention_groups", lambda q, k, v: sdpa(q, k, v, enable_gqa=True), ramp(1, 4, 3, 2), ramp(1, 2, 5, 2, a=5), ramp(1, 2, 5, 3, a=3))

# ---- Losses of numbers ----
a, b = ramp(3, 4) * 4, ramp(3, 4, a=5) * 4
w = ramp(3, 4, a=3) + 1
three("mse", F.mse_loss, a, b)
three("l1", F.l1_loss, a, b)
three("smooth", F.smooth_l1_loss, a, b)
three("smooth_half", lambda a, b, reduction: F.smooth_l1_loss(a, b, beta=0.5, reduction=reduction), a, b)
case("smooth_0", lambda a, b: F.smooth_l1_loss(a, b, beta=0.0), a, b)
three("huber", F.huber_loss, a, b)
three("huber_half", lambda a, b, reduction: F.huber_loss(a, b, delta=0.5, reduction=reduction), a, b)
three("mse_weight", lambda a, b, reduction: F.mse_loss(a, b, weight=w, reduction=reduction), a, b)
three("l1_weight", lambda a, b, reduction: F.l1_loss(a, b, weight=w, reduction=reduction), a, b)
three("huber_weight", lambda a, b, reduction: F.huber_loss(a, b, weight=w, reduction=reduction), a, b)
t = ramp(3, 4, a=5) * 8 + 4
three("poisson", F.poisson_nll_loss, a, t)
three("poisson_full", lambda a, t, reduction: F.poisson_nll_loss(a + 3, t, log_input=False, full=True, eps=1e-2, reduction=reduction), a, t + 0.25)
var = ramp(3, 4, a=3) + 0.5
three("gaussian", F.gaussian_nll_loss, a, b, var)
three("gaussian_full", lambda a, b, v, reduction: F.gaussian_nll_loss(a, b, v, full=True, eps=0.7, reduction=reduction), a, b, var)
three("gaussian_row", F.gaussian_nll_loss, a, b, ramp(3, a=3) + 1)
three("gaussian_column", F.gaussian_nll_loss, a, b, ramp(3, 1, a=3) + 1)

# ---- Losses of classes ----
x = ramp(4, 5) * 6
y = torch.tensor([3, 0, -100, 4])
cw = ramp(5, a=3) + 1
three("nll", F.nll_loss, x, y)
three("nll_weight", lambda x, reduction: F.nll_loss(x, torch.tensor([3, 0, 1, 4]), weight=cw, ignore_index=3, reduction=reduction), x)
image, places = ramp(2, 3, 2, 2) * 6, torch.tensor([[[0, 2], [1, -100]], [[2, 2], [0, 1]]])
three("nll_image", F.nll_loss, image, places)
three("entropy", F.cross_entropy, x, y)
three("entropy_weight", lambda x, reduction: F.cross_entropy(x, y, weight=cw, reduction=reduction), x)
three("entropy_smooth", lambda x, reduction: F.cross_entropy(x, y, label_smoothing=0.3, reduction=reduction), x)
three("entropy_both", lambda x, reduction: F.cross_entropy(x, y, weight=cw, label_smoothing=0.3, reduction=reduction), x)
three("entropy_image", lambda x, reduction: F.cross_entropy(x, places, weight=cw[:3], label_smoothing=0.3, reduction=reduction), image)
case("entropy_image_plain", lambda x: F.cross_entropy(x, places), image)
case("entropy_ignored", lambda x: F.cross_entropy(x, torch.tensor([2, 2, 2, 2]), ignore_index=2), x)
case("entropy_ignored_smooth", lambda x: F.cross_entropy(x, torch.tensor([2, 2, 2, 2]), ignore_index=2, label_smoothing=0.1), x)
case("entropy_row", lambda x: F.cross_entropy(x, torch.tensor(1)), ramp(3))
case("entropy_inf", lambda x: F.cross_entropy(x, torch.tensor([0, 1]), reduction="none"), torch.tensor([[1.0, -INF, 2.0], [1.0, -INF, 2.0]]))
prob = ramp(4, 5, a=5) + 0.5
three("entropy_prob", lambda x, q, reduction: F.cross_entropy(x, q, reduction=reduction), x, prob)
three("entropy_prob_both", lambda x, q, reduction: F.cross_entropy(x, q, weight=cw, label_smoothing=0.3, reduction=reduction), x, prob)
three("entropy_prob_image", lambda x, q, reduction: F.cross_entropy(x, q, weight=cw[:3], reduction=reduction), image, ramp(2, 3, 2, 2, a=5) + 0.5)
case("entropy_prob_row", lambda x, q: F.cross_entropy(x, q), ramp(3), ramp(3, a=5))
three("multi_margin", lambda x, reduction: F.multi_margin_loss(x, torch.tensor([3, 0, 2, 4]), reduction=reduction), x)
three("multi_margin_2", lambda x, reduction: F.multi_margin_loss(x, torch.tensor([3, 0, 2, 4]), p=2, margin=0.3, weight=cw, reduction=reduction), x)
case("multi_margin_row", lambda x: F.multi_margin_loss(x, torch.tensor(1)), ramp(3))

# ---- Losses of probabilities ----
p, t = ramp(3, 4) + 0.5, ramp(3, 4, a=5) + 0.5
three("bce", F.binary_cross_entropy, p + 1 / 32, t)
three("bce_weight", lambda p, reduction: F.binary_cross_entropy(p, t, weight=ramp(4, a=3) + 1, reduction=reduction), p + 1 / 32)
case("bce_edge", lambda p: F.binary_cross_entropy(p, torch.tensor([1.0, 0, 0, 1, 0.5]), reduction="none"), torch.tensor([0.0, 1, 0, 1, 0]))
three("logits", F.binary_cross_entropy_with_logits, a, t)
three("logits_both", lambda a, t, reduction: F.binary_cross_entropy_with_logits(a, t, weight=w, pos_weight=ramp(4, a=3) + 2, reduction=reduction), a, t)
case("logits_edge", lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor([1.0, 0, 1, 0]), reduction="none"), torch.tensor([-1000.0, 1000, 1000, -1000]))
three("kl", F.kl_div, a, t + 1 / 32)
case("kl_batchmean", lambda a, t: F.kl_div(a, t, reduction="batchmean"), a, t + 1 / 32)
case("kl_zero", lambda a: F.kl_div(a, torch.tensor([0.0, 0.5, -0.5]), reduction="none"), ramp(3))
three("kl_log", lambda a, t, reduction: F.kl_div(a, t, log_target=True, reduction=reduction), a, b)
sign = torch.tensor([1, -1, -1, 1, 1, -1, 1, -1, 1, 1, -1, -1]).double().reshape(3, 4)
three("soft_margin", lambda a, reduction: F.soft_margin_loss(a, sign, reduction=reduction), a)

# ---- Losses with a margin ----
three("hinge", lambda a, reduction: F.hinge_embedding_loss(a, sign, reduction=reduction), a)
three("hinge_half", lambda a, reduction: F.hinge_embedding_loss(a, sign.add(1).abs(), margin=0.5, reduction=reduction), a)
three("ranking", lambda a, b, reduction: F.margin_ranking_loss(a, b, sign, reduction=reduction), a, b)
three("ranking_half", lambda a, b, reduction: F.margin_ranking_loss(a, b, sign, margin=0.5, reduction=reduction), a, b)
three("cosine_embedding", lambda a, b, reduction: F.cosine_embedding_loss(a, b, torch.tensor([1, -1, 0]), margin=-0.5, reduction=reduction), a, b)
case("cosine_embedding_zero", lambda a, b: F.cosine_embedding_loss(a, b, torch.tensor(1)), torch.zeros(3), torch.zeros(3))
three("triplet", F.triplet_margin_loss, a, b, w)
three("triplet_swap", lambda a, b, c, reduction: F.triplet_margin_loss(a, b, c, margin=0.5, p=1, swap=True, reduction=reduction), a, b, w)
