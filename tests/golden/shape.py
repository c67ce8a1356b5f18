"""Makes tests/golden/shape.h: what PyTorch gives for ops of shape, index and linear algebra, values and gradients.

    python3 tests/golden/shape.py > tests/golden/shape.h

Element i of input k is sin(i + 1 + k) * 3. Gradients are those of the sum of y[i] * cos(i). tests/api/test_shape.c makes
the same calls."""
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
I = lambda *rows: torch.tensor(rows)
CASES = [
    ("repeat", lambda x: x.repeat(2, 1, 3), (2, 3)),
    ("repeat_none", lambda x: x.repeat(2, 0), (2, 3)),
    ("repeat_scalar", lambda x: x.repeat(3), ()),
    ("repeat_interleave", lambda x: x.repeat_interleave(2, 1), (2, 3, 2)),
    ("repeat_interleave_by", lambda x: x.repeat_interleave(I(2, 0, 3), 1), (2, 3)),
    ("scatter_sum", lambda x, y: x.scatter_reduce(0, I([2, 0, 2], [2, 0, 0]), y, "sum", include_self=False), (3, 4), (2, 3)),
    ("scatter_mean", lambda x, y: x.scatter_reduce(1, I([2, 0, 2], [2, 0, 0]), y, "mean"), (3, 4), (2, 3)),
    ("scatter_mean_alone", lambda x, y: x.scatter_reduce(0, I([2, 0, 2], [2, 0, 0]), y, "mean", include_self=False), (3, 4), (2, 3)),
    ("scatter_amax", lambda x, y: x.scatter_reduce(0, I([2, 0, 2], [2, 0, 0]), y, "amax"), (3, 4), (2, 3)),
    ("scatter_amax_ties", lambda x, y: (x * 0).scatter_reduce(1, I([2, 0, 2], [2, 0, 0]), y * 0, "amax"), (2, 4), (2, 3)),
    ("scatter_amin", lambda x, y: x.scatter_reduce(-1, I([2, 0, 2], [2, 0, 0]), y, "amin", include_self=False), (2, 4), (2, 3)),
    ("scatter_prod", lambda x, y: x.scatter_reduce(0, I([2, 0, 2], [2, 0, 0]), y, "prod"), (3, 4), (2, 3)),
    ("scatter_prod_alone", lambda x, y: x.scatter_reduce(-1, I([2, 0, 2], [2, 0, 0]), y, "prod", include_self=False), (2, 4), (2, 3)),
    ("scatter_prod_zeros", lambda x, y: (x * I([0, 1, 1, 0], [1, 1, 1, 1])).scatter_reduce(1, I([2, 0, 2], [2, 0, 0]), y * I([0, 1, 1], [1, 0, 0]), "prod"), (2, 4), (2, 3)),
    ("split", lambda x: torch.cat(x.split(2, 1)[::-1], 1), (2, 5)),
    ("split_sizes", lambda x: torch.cat(x.split([1, 0, 4], 1)[::-1], 1), (2, 5)),
    ("chunk", lambda x: torch.stack(x.chunk(4, 0)[:2]), (5, 2)),
    ("tensor_split", lambda x: torch.cat(x.tensor_split(4)[::-1]), (5, 2)),
    ("tensor_split_at", lambda x: torch.cat(x.tensor_split((1, -1))[::-1]), (5, 2)),
    ("unbind", lambda x: torch.stack(x.unbind(-1)[::-1]), (2, 3)),
    ("unflatten", lambda x: x.unflatten(1, (-1, 2)).transpose(0, 1).contiguous(), (2, 6)),
    ("movedim", lambda x: x.movedim((0, 1), (-1, 0)).contiguous(), (2, 3, 4)),
    ("meshgrid", lambda x, y: torch.stack(torch.meshgrid(x, y, indexing="xy")), (2,), (3,)),
    ("diagonal", lambda x: x.diagonal(1, 0, 2).contiguous(), (2, 3, 4)),
    ("diagonal_below", lambda x: x.diagonal(-1).contiguous(), (3, 3)),
    ("diagonal_beyond", lambda x: x.diagonal(9).contiguous(), (3, 3)),
    ("diag_matrix", lambda x: torch.diag(x, -1), (3,)),
    ("diag_vector", lambda x: torch.diag(x, 1), (3, 4)),
    ("tril", lambda x: x.tril(), (2, 3, 4)),
    ("tril_above", lambda x: x.tril(1), (3, 4)),
    ("triu", lambda x: x.triu(), (4, 3)),
    ("triu_below", lambda x: x.triu(-1), (4, 3)),
    ("flip", lambda x: x.flip(0, -1), (2, 3, 4)),
    ("flip_one", lambda x: x.flip(1), (2, 3, 4)),
    ("flip_none", lambda x: x.flip(()), (2, 3)),
    ("roll", lambda x: x.roll(2), (2, 3)),
    ("roll_dims", lambda x: x.roll((1, -1), (0, 2)), (2, 3, 4)),
    ("roll_far", lambda x: x.roll(-7, 1), (2, 3)),
    ("pad", lambda x: F.pad(x, (1, 2), value=0.5), (2, 3)),
    ("pad_crop", lambda x: F.pad(x, (-1, 2, 1, -1)), (3, 4)),
    ("pad_reflect", lambda x: F.pad(x, (2, 1), "reflect"), (2, 3)),
    ("pad_reflect_two", lambda x: F.pad(x, (1, 2, 2, 0), "reflect"), (1, 3, 4)),
    ("pad_reflect_crop", lambda x: F.pad(x, (-1, 2, 1, -1), "reflect"), (1, 3, 4)),
    ("pad_replicate", lambda x: F.pad(x, (4, 1), "replicate"), (2, 3)),
    ("pad_replicate_two", lambda x: F.pad(x, (1, 0, 0, 2), "replicate"), (1, 3, 4)),
    ("pad_circular", lambda x: F.pad(x, (3, 1), "circular"), (2, 3)),
    ("gather", lambda x: x.gather(0, I([1, 0, 1], [0, 0, 2])), (3, 4)),
    ("gather_last", lambda x: x.gather(1, I([3, 0, 3, 3, 1], [0, 0, 2, 1, 1])), (3, 4)),
    ("gather_one", lambda x: x.gather(0, I(2, 2, 0)), (3,)),
    ("take_along_dim", lambda x: torch.take_along_dim(x, I([-1], [0]), 1), (2, 3)),
    ("scatter", lambda x, y: x.scatter(1, I([3, 0], [1, 2]), y), (3, 4), (2, 2)),
    ("scatter_value", lambda x: x.scatter(0, I([2, 0, 1]), 1.5), (3, 4)),
    ("scatter_add", lambda x, y: x.scatter_add(0, I([2, 0, 2], [2, 1, 0]), y), (3, 4), (2, 3)),
    ("scatter_add_last", lambda x, y: x.scatter_add(1, I([1, 1, 1], [3, 0, 3]), y), (2, 4), (2, 3)),
    ("index_add", lambda x, y: x.index_add(1, I(2, 0, 2), y, alpha=0.5), (2, 4), (2, 3)),
    ("index_select", lambda x: x.index_select(1, I(2, 0, 2)), (2, 4)),
    ("index", lambda x: x[I(1, -1, 1)], (3, 4)),
    ("index_apart", lambda x: x[I([0], [-1]), :, I(1, 3, 1)], (2, 3, 4)),
    ("index_inside", lambda x: x[:, I([0, 2]), I([3], [-2])], (2, 3, 4)),
    ("index_strided", lambda x: x.t()[:, I(1, 0, 1)].contiguous(), (2, 3)),
    ("index_put", lambda x, y: x.index_put((I(0, -1),), y), (3, 4), (2, 4)),
    ("index_put_accumulate", lambda x, y: x.index_put((I(0, 2, 0), I(1, 1, 1)), y, accumulate=True), (3, 4), (3,)),
    ("index_put_one", lambda x, y: x.index_put((I([0, 1], [2, 0]), I([1], [-1])), y), (3, 4), ()),
    ("masked_select", lambda x: x.masked_select(I(True, False, True)), (2, 3)),
    ("masked_select_wide", lambda x: x.masked_select(I([True], [False])), (3,)),
    ("bmm", lambda x, y: torch.bmm(x, y.transpose(1, 2)), (2, 2, 3), (2, 4, 3)),
    ("mv", torch.mv, (2, 3), (3,)),
    ("mv_empty", torch.mv, (2, 0), (0,)),
    ("dot", torch.dot, (5,), (5,)),
    ("outer", torch.outer, (2,), (3,)),
    ("addmm", torch.addmm, (3,), (2, 4), (4, 3)),
    ("addmm_scaled", lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=-2), (2, 1), (2, 4), (4, 3)),
    ("addmm_beta", lambda c, a, b: torch.addmm(c, a, b, beta=-3), (2, 3), (2, 4), (4, 3)),
    ("addmm_no_product", lambda c, a, b: torch.addmm(c, a, b, beta=2, alpha=0), (2, 3), (2, 4), (4, 3)),
    ("baddbmm", lambda c, a, b: torch.baddbmm(c, a, b, beta=0.5, alpha=2), (2, 3), (2, 2, 4), (2, 4, 3)),
    ("tensordot", lambda a, b: torch.tensordot(a, b, dims=2), (2, 3, 4), (3, 4, 2)),
    ("tensordot_dims", lambda a, b: torch.tensordot(a, b, dims=([0, 2], [2, 0])), (2, 3, 4), (4, 5, 2)),
    ("tensordot_outer", lambda a, b: torch.tensordot(a, b, dims=0), (2,), (3,)),
    ("einsum_mm", lambda a, b: torch.einsum("ij,jk->ki", a, b).contiguous(), (2, 3), (3, 4)),
    ("einsum_implicit", lambda a, b: torch.einsum("bj, jA", a, b).contiguous(), (2, 3), (3, 4)),
    ("einsum_batch", lambda a, b: torch.einsum("bhik,bhjk->bhij", a, b).contiguous(), (2, 2, 3, 2), (2, 2, 4, 2)),
    ("einsum_sum", lambda a, b: torch.einsum("ijm,jkn->ik", a, b).contiguous(), (2, 3, 2), (3, 2, 4)),
    ("einsum_dots", lambda a, b: torch.einsum("...ij,...jk->...ik", a, b).contiguous(), (2, 1, 2, 3), (4, 3, 2)),
    ("einsum_one", lambda a, b: torch.einsum("ij,jk->ik", a, b).contiguous(), (2, 1), (3, 4)),
    ("einsum_vectors", lambda a, b: torch.einsum("bi,bi->b", a, b), (2, 3), (2, 3)),
    ("einsum_all", lambda a, b: torch.einsum("ij,ij->", a, b), (2, 3), (2, 3)),
    ("einsum_elementwise", lambda a, b: torch.einsum("ij,kj->jki", a, b).contiguous(), (2, 3), (2, 3)),
    ("einsum_trace", lambda a: torch.einsum("ii", a), (3, 3)),
    ("einsum_diagonal", lambda a: torch.einsum("iji->ij", a).contiguous(), (3, 2, 3)),
    ("einsum_transpose", lambda a: torch.einsum("ba", a).contiguous(), (3, 2)),
    ("einsum_three", lambda a, b, c: torch.einsum("ij,jk,kl->il", a, b, c), (2, 3), (3, 2), (2, 4)),
]


def numbers(t):
    return "{ " + ", ".join(f"{x:.17g}" for x in t.flatten().tolist()) + " }" if t.numel() else "{ 0 }"


def shape(s):
    return "{ " + (", ".join(str(n) for n in s) or "0") + " }"


print("/* Made by tests/golden/shape.py with PyTorch", torch.__version__.split("+")[0], "in double precision. */")
print("""#include <stdint.h>
typedef struct golden_case {
    const char *name;
    int inputs, ndim[3];
    int64_t shape[3][4];
    int y_ndim;
    int64_t y_shape[6];
    double y[64], grad[3][64];
} golden_case;
static const golden_case golden_cases[] = {""")
for name, call, *shapes in CASES:
    inputs = []
    for k, s in enumerate(shapes):
        n = torch.empty(s).numel()
        inputs.append((torch.sin(torch.arange(n) + 1. + k) * 3).reshape(s).requires_grad_())
    y = call(*inputs)
    grads = torch.autograd.grad((y * torch.cos(torch.arange(y.numel()) * 1.).reshape(y.shape)).sum(), inputs)
    assert y.numel() <= 64 and all(g.numel() <= 64 for g in grads), name
    print(f'    {{ "{name}", {len(shapes)}, {shape([len(s) for s in shapes])}, {{ {", ".join(shape(s) for s in shapes)} }},')
    print(f"      {y.dim()}, {shape(y.shape)},\n      {numbers(y)},\n      {{ {', '.join(numbers(g) for g in grads)} }} }},")
print("};")
