/* Diagonals and triangles of matrices. A diagonal is a view; its gradient goes back into zeros along the same line. */
#include "autograd/op.h"

typedef struct line {
    wki_shape from;
    int64_t offset;
    int dim1, dim2;
} line;

static int64_t length_of(const line *l)
{
    int64_t height = l->from.size[l->dim1], width = l->from.size[l->dim2];
    if (l->offset >= 0)
        width = l->offset > width ? 0 : width - l->offset;
    else
        height = -l->offset > height ? 0 : height + l->offset;
    return height < width ? height : width;
}

/* The line's elements of v, as the last dim; the two dims are dropped. */
static wki_view along(const wki_view *v, const line *l)
{
    wki_view d = *v;
    int n = 0;
    for (int i = 0; i < v->ndim; i++) {
        if (i == l->dim1 || i == l->dim2) continue;
        d.size[n] = v->size[i];
        d.stride[n++] = v->stride[i];
    }
    d.size[n] = length_of(l);
    d.stride[n] = v->stride[l->dim1] + v->stride[l->dim2];
    d.ndim = (int8_t)(n + 1);
    int64_t start = l->offset >= 0 ? l->offset * v->stride[l->dim2] : -l->offset * v->stride[l->dim1];
    if (d.size[n]) d.data = (char *)d.data + start * (int64_t)wk_dtype_size((wk_dtype)v->dtype);
    return d;
}

static wk_tensor *diagonal(wk_tensor *t, const line *l);
static wk_tensor *into_zeros(wk_tensor *g, const line *l);

static wk_status diagonal_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = into_zeros(b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_diagonal(wk_tensor *const *in) { return wk_square(wk_diagonal(in[0], 1, 0, -1)); }
static wk_tensor *sample_diag(wk_tensor *const *in) { return wk_square(wk_diag(in[0], -1)); }
static const wki_sample diagonal_samples[] = { { sample_diagonal, 1, { { 3, { 3, 2, 4 }, -2, 2 } } },
                                               { sample_diag, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                               { 0 } };
static const wki_opdef diagonal_op = { "diagonal", diagonal_backward, diagonal_samples };

static wk_status undiagonal_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = diagonal(b->g, wki_attrs(b));
    return WK_OK;
}
static const wki_sample undiagonal_samples[] = { { sample_diag, 1, { { 1, { 3 }, -2, 2 } } }, { 0 } };
static const wki_opdef undiagonal_op = { "diag", undiagonal_backward, undiagonal_samples };

static wk_tensor *diagonal(wk_tensor *t, const line *l)
{
    wki_view v = along(&t->v, l);
    wk_tensor *y = wki_alias(t, &v);
    if (y && wki_wants_grad(1, &t) && !wki_record(&diagonal_op, y, 1, &t, l, sizeof *l)) return NULL;
    return y;
}

static wk_tensor *into_zeros(wk_tensor *g, const line *l)
{
    wk_tensor *y = wk_zeros(l->from.ndim, l->from.size, (wk_dtype)g->v.dtype);
    if (!y) return NULL;
    wki_view v = along(&y->v, l);
    if (wki_do(WKI_OP_copy, 1, WKI_VIEWS(&v, &g->v), NULL, 0, wki_numel(&v))) return NULL;
    if (wki_wants_grad(1, &g) && !wki_record(&undiagonal_op, y, 1, &g, l, sizeof *l)) return NULL;
    return y;
}

static bool offset_ok(const char *where, int64_t offset)
{
    wki_check(offset > INT32_MIN && offset < INT32_MAX, false, WK_E_RANGE, where, "diagonal %lld is out of reach",
              (long long)offset);
    return true;
}

wk_tensor *wk_diagonal(wk_tensor *t, int64_t offset, int dim1, int dim2)
{
    if (!wki_tensor_ok(t, "diagonal", "t") || !wki_dim_ok("diagonal", "dim1", t->v.ndim, &dim1) ||
        !wki_dim_ok("diagonal", "dim2", t->v.ndim, &dim2) || !offset_ok("diagonal", offset))
        return NULL;
    wki_check(dim1 != dim2, NULL, WK_E_INVALID, "diagonal", "dim1 and dim2 of %s are both %d; two are needed",
              wki_show(&t->v), dim1);
    line l = { wki_shape_of(t), offset, dim1, dim2 };
    return diagonal(t, &l);
}

wk_tensor *wk_diag(wk_tensor *t, int64_t offset)
{
    if (!wki_tensor_ok(t, "diag", "t") || !offset_ok("diag", offset)) return NULL;
    wki_check(t->v.ndim == 1 || t->v.ndim == 2, NULL, WK_E_SHAPE, "diag", "t is %s; one or two dims are needed",
              wki_show(&t->v));
    int64_t n = t->v.size[0] + (offset < 0 ? -offset : offset);
    line l = { { 2, { n, n } }, offset, 0, 1 };
    if (t->v.ndim == 1) return into_zeros(t, &l);
    return wk_clone(wk_diagonal(t, offset, 0, 1));
}

/* ---- tril, triu ---- */
static wk_tensor *triangle(const wki_opdef *op, wk_tensor *t, const wki_triangle_attrs *attrs);

static wk_status triangle_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = triangle(b->node->op, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_tril(wk_tensor *const *in) { return wk_square(wk_tril(in[0], -1)); }
static wk_tensor *sample_triu(wk_tensor *const *in) { return wk_square(wk_triu(in[0], 1)); }
static const wki_sample tril_samples[] = { { sample_tril, 1, { { 2, { 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_sample triu_samples[] = { { sample_triu, 1, { { 3, { 2, 4, 3 }, -2, 2 } } }, { 0 } };
static const wki_opdef tril_op = { "tril", triangle_backward, tril_samples };
static const wki_opdef triu_op = { "triu", triangle_backward, triu_samples };

static wk_tensor *triangle(const wki_opdef *op, wk_tensor *t, const wki_triangle_attrs *attrs)
{
    if (!wki_tensor_ok(t, op->name, "t") || !offset_ok(op->name, attrs->diagonal)) return NULL;
    wki_check(t->v.ndim >= 2, NULL, WK_E_SHAPE, op->name, "t is %s; two dims at least are needed", wki_show(&t->v));
    wk_tensor *y = wki_new(op->name, t->v.device, t->v.ndim, t->v.size, (wk_dtype)t->v.dtype);
    if (!y || wki_do(WKI_OP_triangle, 1, WKI_VIEWS(&y->v, &t->v), attrs, sizeof *attrs, wki_numel(&t->v))) return NULL;
    if (wki_wants_grad(1, &t) && !wki_record(op, y, 1, &t, attrs, sizeof *attrs)) return NULL;
    return y;
}

wk_tensor *wk_tril(wk_tensor *t, int64_t diagonal)
{
    return triangle(&tril_op, t, &(wki_triangle_attrs){ diagonal, false });
}

wk_tensor *wk_triu(wk_tensor *t, int64_t diagonal)
{
    return triangle(&triu_op, t, &(wki_triangle_attrs){ diagonal, true });
}

static wk_tensor *wrong_diagonal(void) { return wk_diagonal(wk_zeros(WK_SHAPE(2, 3), WK_F32), 0, 1, -1); }
static wk_tensor *wrong_diag(void) { return wk_diag(wk_zeros(WK_SHAPE(1, 1, 1), WK_F32), 0); }
static wk_tensor *wrong_tril(void) { return wk_tril(wk_zeros(WK_SHAPE(3), WK_F32), 0); }
static wk_tensor *wrong_triu(void) { return wk_triu(wk_zeros(WK_SHAPE(3), WK_F32), 0); }
const wki_error_sample wki_errors_diagonal[] = {
    { "diagonal", wrong_diagonal, WK_E_INVALID, "dim1 and dim2 of [2, 3] are both 1" },
    { "diag", wrong_diag, WK_E_SHAPE, "t is [1, 1, 1]" },
    { "tril", wrong_tril, WK_E_SHAPE, "t is [3]" },
    { "triu", wrong_triu, WK_E_SHAPE, "t is [3]" },
    { 0 },
};

const wki_family wki_family_diagonal = { &diagonal_op, &undiagonal_op, &tril_op, &triu_op, NULL };
