/* Running sums and products along a dim, and the product over any set of dims. Their gradients never divide by what may
 * be 0: with E the products of all before and S[k] = g[k] + x[k + 1] S[k + 1], that of a running product is E S. */
#include "autograd/reduce.h"

typedef struct along {
    int dim;
    bool reverse; /* from the end */
} along;

/* The kernel on [.., n, ..] of one float dtype or i64. */
static wk_tensor *scanned(wk_tensor *t, wk_tensor *c, wki_scan_kind kind, const along *a)
{
    wki_scan_attrs attrs = { kind, a->dim, a->reverse };
    wk_tensor *y = wki_new("scan", t->v.device, t->v.ndim, t->v.size, (wk_dtype)t->v.dtype);
    const int64_t work = 2 * wki_numel(&t->v);
    if (!y || (c ? wki_do(WKI_OP_scan, 1, WKI_VIEWS(&y->v, &t->v, &c->v), &attrs, sizeof attrs, work)
                 : wki_do(WKI_OP_scan, 1, WKI_VIEWS(&y->v, &t->v), &attrs, sizeof attrs, work)))
        return NULL;
    return y;
}

/* Element k is t's element k - 1 (a->reverse: k + 1), or `fill` where there is none. */
static wk_tensor *shifted(wk_tensor *t, const along *a, double fill)
{
    if (!t || t->v.size[a->dim] == 0) return t;
    wki_shape edge = wki_shape_of(t);
    edge.size[a->dim] = 1;
    WKI_BESIDE(here, t);
    wk_tensor *end = wk_full(edge.ndim, edge.size, (wk_dtype)t->v.dtype, fill);
    wk_tensor *rest = wk_narrow(t, a->dim, a->reverse ? 1 : 0, t->v.size[a->dim] - 1);
    return wk_cat((wk_tensor *[]){ a->reverse ? rest : end, a->reverse ? end : rest }, 2, a->dim);
}

/* ---- cumsum ---- */
static wk_tensor *cumsum(wk_tensor *t, const along *a);

static wk_status cumsum_backward(wki_backward *b, wk_tensor **d)
{
    const along *a = wki_attrs(b);
    d[0] = cumsum(b->g, &(along){ a->dim, !a->reverse });
    return WK_OK;
}

static wk_tensor *sample_cumsum(wk_tensor *const *in) { return wk_square(wk_cumsum(in[0], 1)); }
static wk_tensor *sample_cumsum_0(wk_tensor *const *in) { return wk_square(wk_cumsum(in[0], 0)); }
static const wki_sample cumsum_samples[] = { { sample_cumsum, 1, { { 2, { 3, 7 }, -2, 2 } } },
                                             { sample_cumsum_0, 1, { { 3, { 5, 2, 2 }, -2, 2 } } },
                                             { 0 } };
static const wki_opdef cumsum_op = { "cumsum", cumsum_backward, cumsum_samples };

static wk_tensor *cumsum(wk_tensor *t, const along *a)
{
    wk_tensor *y = scanned(t, NULL, WKI_SCAN_SUM, a);
    return !y || !wki_wants_grad(1, &t) || wki_record(&cumsum_op, y, 1, &t, a, sizeof *a) ? y : NULL;
}

/* ---- recur: y[k] = x[k] + c[k] y[k - 1] ---- */
static wk_tensor *recur(wk_tensor *t, wk_tensor *c, const along *a);

static wk_status recur_backward(wki_backward *b, wk_tensor **d)
{
    const along *a = wki_attrs(b), back = { a->dim, !a->reverse };
    wk_tensor *c = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!c || !y) return wk_error();
    wk_tensor *t = recur(b->g, shifted(c, &back, 0), &back);
    if (wki_needs(b, 0)) d[0] = t;
    if (wki_needs(b, 1)) d[1] = wk_mul(t, shifted(y, a, 0));
    return WK_OK;
}

static wk_tensor *sample_recur(wk_tensor *const *in) { return wk_square(recur(in[0], in[1], &(along){ 1, true })); }
static wk_tensor *sample_recur_0(wk_tensor *const *in) { return wk_square(recur(in[0], in[1], &(along){ 0, false })); }
static const wki_sample recur_samples[] = { { sample_recur, 2, { { 2, { 2, 4 }, -2, 2 }, { 2, { 2, 4 }, -2, 2 } } },
                                            { sample_recur_0, 2, { { 2, { 4, 2 }, -2, 2 }, { 2, { 4, 2 }, -2, 2 } } },
                                            { 0 } };
static const wki_opdef recur_op = { "recur", recur_backward, recur_samples };

static wk_tensor *recur(wk_tensor *t, wk_tensor *c, const along *a)
{
    if (!wki_tensor_ok(t, "recur", "t") || !wki_tensor_ok(c, "recur", "c")) return NULL;
    wk_tensor *in[] = { t, c }, *y = scanned(t, c, WKI_SCAN_RECUR, a);
    if (!y || !wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(&recur_op, y, 2, in, a, sizeof *a);
    wki_save(node, c);
    wki_save_output(node, y);
    return wki_recorded(node, y);
}

/* ---- cumprod ---- */
static wk_status cumprod_backward(wki_backward *b, wk_tensor **d)
{
    const along *a = wki_attrs(b), back = { a->dim, !a->reverse };
    wk_tensor *x = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!x || !y) return wk_error();
    d[0] = wk_mul(shifted(y, a, 1), recur(b->g, shifted(x, &back, 0), &back));
    return WK_OK;
}

static wk_tensor *cumprod(wk_tensor *t, const along *a);
static wk_tensor *sample_cumprod(wk_tensor *const *in) { return wk_square(wk_cumprod(in[0], 1)); }
static wk_tensor *sample_cumprod_0(wk_tensor *const *in) { return wk_square(cumprod(in[0], &(along){ 0, true })); }
static wk_tensor *sample_cumprod_with_zeros(wk_tensor *const *in)
{
    return wk_cumprod(wk_mul(in[0], wk_from((double[]){ 1, 0, 1, 1, 0, 1 }, WK_SHAPE(6), WK_F64)), 1);
}
static const wki_sample cumprod_samples[] = { { sample_cumprod, 1, { { 2, { 3, 5 }, -2, 2 } } },
                                              { sample_cumprod_0, 1, { { 3, { 4, 2, 2 }, -2, 2 } } },
                                              { sample_cumprod_with_zeros, 1, { { 2, { 2, 6 }, -2, 2 } } },
                                              { 0 } };
static const wki_opdef cumprod_op = { "cumprod", cumprod_backward, cumprod_samples };

static wk_tensor *cumprod(wk_tensor *t, const along *a)
{
    if (!wki_tensor_ok(t, "cumprod", "t")) return NULL;
    wk_tensor *y = scanned(t, NULL, WKI_SCAN_PROD, a);
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&cumprod_op, y, 1, &t, a, sizeof *a);
    wki_save(node, t);
    wki_save_output(node, y);
    return wki_recorded(node, y);
}

static wk_tensor *running(const char *where, wk_tensor *t, int dim, wk_tensor *(*run)(wk_tensor *, const along *))
{
    if (!wki_tensor_ok(t, where, "t") || !wki_dim_ok(where, "dim", t->v.ndim, &dim)) return NULL;
    if (!wki_is_float((wk_dtype)t->v.dtype) && !(t = wk_to(t, WK_I64))) return NULL;
    if (t->v.ndim > 0) return run(t, &(along){ dim, false });
    wk_tensor *line = wk_unsqueeze(t, 0);
    return line ? wk_squeeze(run(line, &(along){ 0, false }), 0) : NULL;
}

wk_tensor *wk_cumsum(wk_tensor *t, int dim) { return running("cumsum", t, dim, cumsum); }
wk_tensor *wk_cumprod(wk_tensor *t, int dim) { return running("cumprod", t, dim, cumprod); }

/* ---- prod ---- */

/* x with the reduced dims merged into one, at the end; `order` is how its dims were moved for that */
static wk_tensor *as_lines(wk_tensor *x, const wki_reduction *r, int order[WK_MAX_DIMS])
{
    wki_shape lines = { .ndim = 0 };
    int n = 0;
    int64_t count = 1;
    for (int i = 0; i < r->from.ndim; i++) {
        if (r->dims >> i & 1) continue;
        order[n++] = i;
        lines.size[lines.ndim++] = r->from.size[i];
    }
    for (int i = 0; i < r->from.ndim; i++) {
        if (!(r->dims >> i & 1)) continue;
        order[n++] = i;
        count *= r->from.size[i];
    }
    if (r->dims) lines.size[lines.ndim++] = count;
    return wk_reshape(wk_permute(x, n, order), lines.ndim, lines.size);
}

static wk_tensor *from_lines(wk_tensor *lines, const wki_reduction *r, const int order[WK_MAX_DIMS])
{
    wki_shape moved = { .ndim = r->from.ndim };
    int back[WK_MAX_DIMS];
    for (int i = 0; i < moved.ndim; i++) {
        moved.size[i] = r->from.size[order[i]];
        back[order[i]] = i;
    }
    return wk_permute(wk_reshape(lines, moved.ndim, moved.size), moved.ndim, back);
}

/* the product of all other elements of each line */
static wk_tensor *others(wk_tensor *lines, wk_tensor *y)
{
    wki_shape kept = wki_shape_of(lines);
    kept.size[kept.ndim - 1] = 1;
    const along ahead = { lines->v.ndim - 1, false }, back = { lines->v.ndim - 1, true };
    if (wki_is_plain()) {
        wk_tensor *total = wk_view(y, kept.ndim, kept.size);
        return total ? scanned(lines, total, WKI_SCAN_OTHERS, &ahead) : NULL;
    }
    return wk_mul(shifted(cumprod(lines, &ahead), &ahead, 1), shifted(cumprod(lines, &back), &back, 1));
}

static wk_status prod_backward(wki_backward *b, wk_tensor **d)
{
    const wki_reduction *r = wki_attrs(b);
    int order[WK_MAX_DIMS];
    wk_tensor *x = wki_saved_at(b, 0), *y = wki_saved_at(b, 1);
    if (!x || !y) return wk_error();
    wk_tensor *g = wki_kept_view(b->g, r), *lines = as_lines(x, r, order);
    if (r->dims == 0)
        d[0] = g;
    else if (lines && lines->v.size[lines->v.ndim - 1] == 0)
        d[0] = wk_zeros_like(x);
    else if (lines)
        d[0] = wk_mul(g, from_lines(others(lines, y), r, order));
    return wk_error();
}

static wk_tensor *sample_prod(wk_tensor *const *in) { return wk_prod(in[0]); }
static wk_tensor *sample_prod_dim(wk_tensor *const *in) { return wk_square(wk_prod_dim(in[0], 0, false)); }
static wk_tensor *sample_prod_dims(wk_tensor *const *in)
{
    return wk_square(wk_prod_dims(in[0], 2, (int[]){ 0, 2 }, true));
}
static wk_tensor *sample_prod_with_zeros(wk_tensor *const *in)
{
    const double zeros[] = { 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1 };
    return wk_prod_dim(wk_mul(in[0], wk_from(zeros, WK_SHAPE(3, 4), WK_F64)), 1, false);
}
static const wki_sample prod_samples[] = { { sample_prod, 1, { { 2, { 2, 3 }, -2, 2 } } },
                                           { sample_prod_dim, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { sample_prod_dims, 1, { { 3, { 2, 3, 2 }, -2, 2 } } },
                                           { sample_prod_with_zeros, 1, { { 2, { 3, 4 }, -2, 2 } } },
                                           { 0 } };
static const wki_opdef prod_op = { "prod", prod_backward, prod_samples };

wk_tensor *wk_prod_dims(wk_tensor *t, int n, const int *dims, bool keepdim)
{
    wki_reduction r;
    if (!wki_reduction_ok("prod", t, n, dims, &r)) return NULL;
    const wk_dtype dtype = wki_is_float((wk_dtype)t->v.dtype) ? (wk_dtype)t->v.dtype : WK_I64;
    wk_tensor *y = wki_reduced("prod", t, WKI_PROD, r.dims, 0, keepdim, dtype);
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&prod_op, y, 1, &t, &r, sizeof r);
    wki_save(node, t);
    wki_save_output(node, y);
    return wki_recorded(node, y);
}

wk_tensor *wk_prod(wk_tensor *t) { return wk_prod_dims(t, 0, NULL, false); }
wk_tensor *wk_prod_dim(wk_tensor *t, int dim, bool keepdim) { return wk_prod_dims(t, 1, &dim, keepdim); }

static wk_tensor *wrong_cumsum(void) { return wk_cumsum(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2); }
static wk_tensor *wrong_cumprod(void) { return wk_cumprod(wk_zeros(WK_SHAPE(2, 3), WK_F32), -3); }
static wk_tensor *wrong_prod(void) { return wk_prod_dim(wk_zeros(WK_SHAPE(2, 3), WK_F32), 2, false); }
const wki_error_sample wki_errors_scan[] = {
    { "cumsum", wrong_cumsum, WK_E_RANGE, "dim is 2" },
    { "cumprod", wrong_cumprod, WK_E_RANGE, "dim is -3" },
    { "prod", wrong_prod, WK_E_RANGE, "dim is 2" },
    { 0 },
};

const wki_family wki_family_scan = { &cumsum_op, &recur_op, &cumprod_op, &prod_op, NULL };
