/* Cholesky factors and triangular systems (torch.linalg.cholesky, solve_triangular), with what all ops on square
 * matrices share. Derivatives: Giles, Collected matrix derivative results (2008); Murray, Differentiation of the
 * Cholesky decomposition (2016). */
#include "autograd/linalg.h"
#include "autograd/recording.h"
#include "base/options.h"

bool wki_square_ok(const char *where, const wk_tensor *t, const char *argument)
{
    if (!wki_tensor_ok(t, where, argument) || !wki_float_ok(t, where, argument)) return false;
    const wki_view *v = &t->v;
    wki_check(v->ndim >= 2 && v->size[v->ndim - 2] == v->size[v->ndim - 1], false, WK_E_SHAPE, where,
              "%s is %s; [.., n, n] is needed", argument, wki_show(v));
    return true;
}

static wk_tensor *spread(wk_tensor *t, wki_shape lead)
{
    for (int d = t->v.ndim - 2; d < t->v.ndim; d++) lead.size[lead.ndim++] = t->v.size[d];
    return wki_fits(&t->v, &lead) ? t : wk_expand(t, lead.ndim, lead.size);
}

bool wki_systems_ok(const char *where, wk_tensor **a, wk_tensor **b, bool across)
{
    const wki_view *v = &(*a)->v, *w = &(*b)->v;
    if (!wki_same_device(where, *a, *b)) return false;
    wki_check(v->dtype == w->dtype, false, WK_E_DTYPE, where, "a is %s, b %s; the dtypes must agree",
              wk_dtype_name((wk_dtype)v->dtype), wk_dtype_name((wk_dtype)w->dtype));
    const bool fits = w->ndim >= 2 && w->size[w->ndim - 2 + across] == v->size[v->ndim - 1];
    wki_check(fits, false, WK_E_SHAPE, where, "a is %s, b %s; b needs as many %s as a has", wki_show(v), wki_show(w),
              across ? "columns" : "rows");
    wki_shape lead = wki_shape_of(*a);
    wki_view rest = *w;
    lead.ndim -= 2;
    rest.ndim = (int8_t)(rest.ndim - 2);
    if (!wki_broadcast(where, &lead, &rest)) return false;
    *a = spread(*a, lead);
    *b = spread(*b, lead);
    return *a && *b;
}

/* ---- Values that stop a factorization ---- */

typedef struct look_at {
    const char *where, *what;
    wki_view of;
} look_at;

static wk_status look(void *object, void *memory, const wki_view *const *views)
{
    const look_at *at = memory;
    const double any = wki_number_at(views[0]), first = wki_number_at(views[1]);
    (void)object;
    if (wk_failed()) return wk_error(); /* a device tells late what went before */
    if (any == 0) return WK_OK;
    const int64_t n = at->of.size[at->of.ndim - 1], matrix = (int64_t)first / n, place = (int64_t)first % n + 1;
    if (at->of.ndim == 2)
        return wki_fail(WK_E_RANGE, at->where, "%s %s at %lld of its diagonal", wki_show(&at->of), at->what,
                        (long long)place);
    return wki_fail(WK_E_RANGE, at->where, "matrix %lld of %s %s at %lld of its diagonal", (long long)matrix,
                    wki_show(&at->of), at->what, (long long)place);
}

bool wki_none_bad(const char *where, wk_tensor *bad, const wk_tensor *t, const char *what)
{
    if (!bad) return false;
    if (!wki_numel(&bad->v) || WKI_FAULT(239)) return true;
    WK_SCOPE(check);
    WK_NO_GRAD(values);
    look_at at = { where, what, t->v };
    const wk_tensor *any = wk_any(bad), *first = wk_argmax_all(bad);
    return any && first && wki_on_host(look, NULL, &at, sizeof at, WKI_VIEWS(&any->v, &first->v));
}

/* ---- solve_triangular ---- */

wk_tensor *wki_triangular(const char *where, wk_tensor *a, wk_tensor *b, bool upper, bool unit)
{
    if (!a || !b) return NULL;
    const wki_triangular_attrs attrs = { upper, unit };
    wk_tensor *y = wki_new(where, b->v.device, b->v.ndim, b->v.size, (wk_dtype)b->v.dtype);
    const int64_t work = wki_numel(&b->v) * a->v.size[a->v.ndim - 1];
    if (!y || wki_do(WKI_OP_triangular, 1, WKI_VIEWS(&y->v, &a->v, &b->v), &attrs, sizeof attrs, work)) return NULL;
    return y;
}

static const char solving[] = "solve_triangular";
static const wki_opdef triangular_op;

static wk_tensor *solved(wk_tensor *a, wk_tensor *b, bool upper, bool unit)
{
    wk_tensor *y = wki_triangular(solving, a, b, upper, unit), *in[] = { a, b };
    if (!y || !wki_wants_grad(2, in)) return y;
    const wki_triangular_attrs attrs = { upper, unit };
    wki_node *node = wki_record(&triangular_op, y, 2, in, &attrs, sizeof attrs);
    wki_save(node, a);
    if (node) wki_save_output(node, y);
    return wki_recorded(node, y);
}

/* a x = b: db = a^-T dx; da = -db x^T, of the triangle that was read (Giles 2008, 2.3.1) */
static wk_status triangular_backward(wki_backward *b, wk_tensor **d)
{
    WK_NO_AUTOCAST(precise);
    const wki_triangular_attrs *attrs = wki_attrs(b);
    wk_tensor *a = wki_saved_at(b, 0), *x = wki_saved_at(b, 1);
    wk_tensor *db = a && x ? solved(wki_turned(a), b->g, !attrs->upper, attrs->unit) : NULL;
    if (!db) return wk_error();
    if (wki_needs(b, 1)) d[1] = db;
    if (!wki_needs(b, 0)) return WK_OK;
    wk_tensor *da = wk_neg(wk_matmul(db, wki_turned(x)));
    d[0] = !da ? NULL : attrs->upper ? wk_triu(da, attrs->unit) : wk_tril(da, -attrs->unit);
    return wk_error();
}

static wk_tensor *sample_lower(wk_tensor *const *in)
{
    return wk_square(wk_solve_triangular(wki_firm(in[0]), in[1], false));
}
static wk_tensor *sample_upper(wk_tensor *const *in)
{
    return wk_square(wk_solve_triangular(wki_firm(in[0]), in[1], true, .unitriangular = true));
}
static wk_tensor *sample_right(wk_tensor *const *in)
{
    return wk_square(wk_solve_triangular(wki_firm(in[0]), in[1], true, .left = false));
}
static const wki_sample triangular_samples[] = {
    { sample_lower, 2, { { 2, { 3, 3 }, -2, 2 }, { 3, { 2, 3, 2 }, -2, 2 } } },
    { sample_upper, 2, { { 3, { 2, 3, 3 }, -1, 1 }, { 2, { 3, 2 }, -2, 2 } } },
    { sample_right, 2, { { 2, { 3, 3 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
    { 0 }
};
static const wki_opdef triangular_op = { solving, triangular_backward, triangular_samples };

wk_triangular_opts wk_triangular_opts_default(void) { return (wk_triangular_opts){ WK_TRIANGULAR_DEFAULTS }; }

wk_tensor *wk_solve_triangular_run(wk_tensor *a, wk_tensor *b, bool upper, const wk_triangular_opts *given)
{
    wk_triangular_opts o = wk_triangular_opts_default();
    if (given) wki_options_merge(&o, sizeof o, given);
    if (!wki_square_ok(solving, a, "a") || !wki_tensor_ok(b, solving, "b") || !wki_systems_ok(solving, &a, &b, !o.left))
        return NULL;
    if (o.left) return solved(a, b, upper, o.unitriangular);
    wk_tensor *y = solved(wki_turned(a), wki_turned(b), !upper, o.unitriangular); /* x a = b: a^T x^T = b^T */
    return y ? wki_turned(y) : NULL;
}

/* ---- cholesky ---- */
static const char where[] = "cholesky";

/* t = L L^T: dt = L^-T s L^-1 with s the symmetric part of the lower triangle of L^T dL, its diagonal halved (Murray
 * 2016, 3.1) */
static wk_status cholesky_backward(wki_backward *b, wk_tensor **d)
{
    WK_NO_AUTOCAST(precise);
    wk_tensor *l = wki_saved_at(b, 0), *up = l ? wki_turned(l) : NULL;
    wk_tensor *product = up ? wk_matmul(up, b->g) : NULL;
    wk_tensor *lower = product ? wk_add(wk_tril(product, 0), wk_tril(product, -1)) : NULL;
    wk_tensor *s = lower ? wk_mul_scalar(wk_add(lower, wki_turned(lower)), 0.25) : NULL;
    wk_tensor *left = s ? solved(up, s, true, false) : NULL;
    wk_tensor *both = left ? solved(up, wki_turned(left), true, false) : NULL; /* (left L^-1)^T = L^-T left^T */
    d[0] = both;
    return wk_error();
}

static wk_tensor *definite(wk_tensor *t) { return wki_firm(wk_add(t, wki_turned(t))); }
static wk_tensor *sample_cholesky(wk_tensor *const *in) { return wk_square(wk_cholesky(definite(in[0]), false)); }
static wk_tensor *sample_cholesky_upper(wk_tensor *const *in) { return wk_square(wk_cholesky(definite(in[0]), true)); }
static const wki_sample cholesky_samples[] = { { sample_cholesky, 1, { { 2, { 3, 3 }, -1, 1 } } },
                                               { sample_cholesky_upper, 1, { { 3, { 2, 3, 3 }, -1, 1 } } },
                                               { 0 } };
static const wki_opdef cholesky_op = { where, cholesky_backward, cholesky_samples };

static wk_tensor *factored(wk_tensor *t)
{
    if (!t) return NULL;
    wk_tensor *y = wki_new(where, t->v.device, t->v.ndim, t->v.size, (wk_dtype)t->v.dtype);
    const int64_t work = wki_numel(&t->v) * t->v.size[t->v.ndim - 1] / 3;
    if (!y || wki_do(WKI_OP_cholesky, 1, WKI_VIEWS(&y->v, &t->v), NULL, 0, work)) return NULL;
    wk_tensor *bad = wk_logical_not(wk_gt_scalar(wk_diagonal(y, 0, -2, -1), 0)); /* NaN is no pivot either */
    if (!wki_none_bad(where, bad, t, "is not positive definite: its factor ends")) return NULL;
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&cholesky_op, y, 1, &t, NULL, 0);
    if (node) wki_save_output(node, y);
    return wki_recorded(node, y);
}

wk_tensor *wk_cholesky(wk_tensor *t, bool upper)
{
    if (!wki_square_ok(where, t, "t")) return NULL;
    if (!upper) return factored(t);
    wk_tensor *y = factored(wki_turned(t)); /* of the upper triangle */
    return y ? wki_turned(y) : NULL;
}

static wk_tensor *wrong_square(void) { return wk_cholesky(wk_zeros(WK_SHAPE(2, 3), WK_F32), false); }
static wk_tensor *wrong_matrix(void)
{
    const float numbers[] = { 1, 0, 0, 1, 1, 2, 2, 1 };
    return wk_cholesky(wk_from(numbers, WK_SHAPE(2, 2, 2), WK_F32), false);
}
static wk_tensor *wrong_rows(void)
{
    return wk_solve_triangular(wk_eye(3, WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32), false);
}
static wk_tensor *wrong_dtypes(void) { return wk_solve_triangular(wk_eye(3, WK_F32), wk_eye(3, WK_F64), true); }
const wki_error_sample wki_errors_cholesky[] = {
    { where, wrong_square, WK_E_SHAPE, "t is [2, 3]; [.., n, n]" },
    { where, wrong_matrix, WK_E_RANGE, "matrix 1 of [2, 2, 2] is not positive definite: its factor ends at 2" },
    { solving, wrong_rows, WK_E_SHAPE, "a is [3, 3], b [2, 3]" },
    { solving, wrong_dtypes, WK_E_DTYPE, "a is f32, b f64" },
    { 0 },
};

const wki_family wki_family_cholesky = { &cholesky_op, &triangular_op, NULL };
