/* Systems, inverses and determinants by factors with partial pivoting (torch.linalg.solve, inv, det, slogdet).
 * Derivatives: Giles, Collected matrix derivative results (2008). Where nobody differentiates them again, they are
 * solved with the factors of forward. */
#include "autograd/linalg.h"
#include <float.h>

/* Rows `order` of a matrix are l u, both in one; sign is the order's. */
typedef struct factors {
    wk_tensor *lu, *order, *sign;
} factors;

static bool factor(const char *where, wk_tensor *t, factors *f)
{
    const int ndim = t->v.ndim, dtype = t->v.dtype;
    const int64_t n = t->v.size[ndim - 1];
    f->lu = wki_new(where, t->v.device, ndim, t->v.size, (wk_dtype)dtype);
    f->order = f->lu ? wki_new(where, t->v.device, ndim - 1, t->v.size, WK_I64) : NULL;
    f->sign = f->order ? wki_new(where, t->v.device, ndim - 2, t->v.size, (wk_dtype)dtype) : NULL;
    return f->sign && !wki_do(WKI_OP_lu, 3, WKI_VIEWS(&f->lu->v, &f->order->v, &f->sign->v, &t->v), NULL, 0,
                              wki_numel(&t->v) * n * 2 / 3);
}

static wk_tensor *diagonal(wk_tensor *t) { return wk_diagonal(t, 0, -2, -1); }

static bool regular(const char *where, const factors *f, const wk_tensor *t)
{
    return wki_none_bad(where, wk_eq_scalar(diagonal(f->lu), 0), t, "is singular: elimination meets a 0");
}

/* Rows of t in the order of each matrix */
static wk_tensor *in_order(wk_tensor *t, wk_tensor *order)
{
    wk_tensor *rows = order ? wk_unsqueeze(order, -1) : NULL;
    return rows && t ? wk_gather(t, -2, wk_expand(rows, t->v.ndim, t->v.size)) : NULL;
}

/* x with a x = b, or a^T x = b, without history */
static wk_tensor *solve_by(const char *where, wk_tensor *lu, wk_tensor *order, wk_tensor *b, bool turned)
{
    if (!lu || !order || !b) return NULL;
    WK_NO_GRAD(values);
    if (!turned)
        return wki_triangular(where, lu, wki_triangular(where, lu, in_order(b, order), false, true), true, false);
    wk_tensor *up = wki_turned(lu), *y = wki_triangular(where, up, b, false, false);
    wk_tensor *back = WKI_FAULT(241) ? order : wk_argsort(order, -1, false);
    return in_order(wki_triangular(where, up, y, true, true), back);
}

/* Numbers [..] on the diagonals of matrices like t */
static wk_tensor *on_diagonal(wk_tensor *numbers, const wk_tensor *t)
{
    wk_tensor *eye = numbers ? wk_eye(t->v.size[t->v.ndim - 1], (wk_dtype)t->v.dtype) : NULL;
    return eye ? wk_mul(wk_unsqueeze(wk_unsqueeze(numbers, -1), -1), eye) : NULL;
}

/* ---- solve ---- */
static const wki_opdef solve_op;

/* whole: a, its leading dims made b's */
static wk_tensor *solved(wk_tensor *a, wk_tensor *whole, wk_tensor *b)
{
    static const char where[] = "solve";
    wk_tensor *in[] = { whole, b };
    factors f;
    if (!a || !whole || !b) return NULL;
    if (!factor(where, a, &f) || !regular(where, &f, a)) return NULL;
    f.lu = wk_expand(f.lu, whole->v.ndim, whole->v.size);
    f.order = wk_expand(f.order, whole->v.ndim - 1, whole->v.size);
    wk_tensor *y = solve_by(where, f.lu, f.order, b, false);
    if (!y || !wki_wants_grad(2, in)) return y;
    wki_node *node = wki_record(&solve_op, y, 2, in, NULL, 0);
    wki_save(node, whole);
    wki_save(node, f.lu);
    wki_save(node, f.order);
    if (node) wki_save_output(node, y);
    return wki_recorded(node, y);
}

/* a x = b: db = a^-T dx, da = -db x^T (Giles 2008, 2.3.1) */
static wk_status solve_backward(wki_backward *b, wk_tensor **d)
{
    WK_NO_AUTOCAST(precise);
    wk_tensor *a = wki_saved_at(b, 0), *lu = wki_saved_at(b, 1), *order = wki_saved_at(b, 2), *x = wki_saved_at(b, 3);
    if (!a || !lu || !order || !x) return wk_error();
    wk_tensor *up = wki_is_plain() ? NULL : wki_turned(a);
    wk_tensor *db = wki_is_plain() ? solve_by("solve", lu, order, b->g, true) : solved(up, up, b->g);
    if (wki_needs(b, 1)) d[1] = db;
    if (db && wki_needs(b, 0)) d[0] = wk_neg(wk_matmul(db, wki_turned(x)));
    return wk_error();
}

static wk_tensor *sample_solve(wk_tensor *const *in) { return wk_square(wk_solve(wki_firm(in[0]), in[1])); }
static const wki_sample solve_samples[] = { { sample_solve, 2, { { 2, { 3, 3 }, -2, 2 }, { 3, { 2, 3, 2 }, -2, 2 } } },
                                            { sample_solve, 2, { { 3, { 2, 3, 3 }, -2, 2 }, { 2, { 2, 3 }, -2, 2 } } },
                                            { sample_solve, 2, { { 3, { 2, 2, 2 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
                                            { 0 } };
static const wki_opdef solve_op = { "solve", solve_backward, solve_samples };

/* Vectors: one, or one for each matrix */
static bool are_vectors(const wki_view *a, const wki_view *b)
{
    bool same = b->ndim == a->ndim - 1;
    for (int d = 0; d < b->ndim && same; d++) same = b->size[d] == a->size[d];
    return b->ndim == 1 || same;
}

wk_tensor *wk_solve(wk_tensor *a, wk_tensor *b)
{
    static const char where[] = "solve";
    if (!wki_square_ok(where, a, "a") || !wki_tensor_ok(b, where, "b")) return NULL;
    const bool vectors = are_vectors(&a->v, &b->v);
    wk_tensor *whole = a, *right = vectors ? wk_unsqueeze(b, -1) : b;
    if (!right || !wki_systems_ok(where, &whole, &right, false)) return NULL;
    wk_tensor *x = solved(a, whole, right);
    return x && vectors ? wk_squeeze(x, -1) : x;
}

/* ---- inv ---- */

/* dt = -y^T dy y^T (Giles 2008, 2.2.3) */
static wk_status inv_backward(wki_backward *b, wk_tensor **d)
{
    WK_NO_AUTOCAST(precise);
    wk_tensor *y = wki_saved_at(b, 0), *up = y ? wki_turned(y) : NULL;
    d[0] = up ? wk_neg(wk_matmul(wk_matmul(up, b->g), up)) : NULL;
    return wk_error();
}

static wk_tensor *sample_inv(wk_tensor *const *in) { return wk_square(wk_inv(wki_firm(in[0]))); }
static const wki_sample inv_samples[] = { { sample_inv, 1, { { 2, { 3, 3 }, -2, 2 } } },
                                          { sample_inv, 1, { { 3, { 2, 2, 2 }, -2, 2 } } },
                                          { 0 } };
static const wki_opdef inv_op = { "inv", inv_backward, inv_samples };

wk_tensor *wk_inv(wk_tensor *t)
{
    factors f;
    if (!wki_square_ok("inv", t, "t") || !factor("inv", t, &f) || !regular("inv", &f, t)) return NULL;
    WKI_BESIDE(here, t);
    wk_tensor *eye = wk_eye(t->v.size[t->v.ndim - 1], (wk_dtype)t->v.dtype);
    wk_tensor *y = eye ? solve_by("inv", f.lu, f.order, wk_expand(eye, t->v.ndim, t->v.size), false) : NULL;
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(&inv_op, y, 1, &t, NULL, 0);
    if (node) wki_save_output(node, y);
    return wki_recorded(node, y);
}

/* ---- det ---- */

/* dt = dy det(t) t^-T (Giles 2008, 2.2.4), which are the cofactors. Where elimination meets a 0 it is lifted by a
 * rounding error of the largest number of u, as det is smooth: the product keeps what the quotient has lost. */
static wk_tensor *lifted(wk_tensor *lu)
{
    const double least = lu->v.dtype == WK_F32 ? FLT_EPSILON : DBL_EPSILON;
    wk_tensor *scale = wk_amax_dims(wk_abs(wk_triu(lu, 0)), 2, (const int[]){ -2, -1 }, true), *pivots = diagonal(lu);
    wk_tensor *zero = scale && pivots ? wk_to(wk_eq_scalar(pivots, 0), (wk_dtype)lu->v.dtype) : NULL;
    wk_tensor *eye = zero ? wk_eye(lu->v.size[lu->v.ndim - 1], (wk_dtype)lu->v.dtype) : NULL;
    wk_tensor *by = eye ? wk_masked_fill(scale, wk_eq_scalar(scale, 0), 1) : NULL;
    return by ? wk_add_alpha(lu, wk_mul(wk_mul(wk_unsqueeze(zero, -1), eye), by), least) : NULL;
}

static wk_tensor *cofactors(wk_tensor *g, wk_tensor *lu, wk_tensor *order, wk_tensor *sign)
{
    if (!wki_numel(&lu->v)) return wk_zeros_like(lu);
    wk_tensor *near = lifted(lu), *det = near ? wk_mul(sign, wk_prod_dim(diagonal(near), -1, false)) : NULL;
    return det ? solve_by("det", near, order, on_diagonal(wk_mul(g, det), lu), true) : NULL;
}

static wk_status det_backward(wki_backward *b, wk_tensor **d)
{
    WK_NO_AUTOCAST(precise);
    wk_tensor *t = wki_saved_at(b, 0), *lu = wki_saved_at(b, 1), *order = wki_saved_at(b, 2),
              *sign = wki_saved_at(b, 3);
    if (!t || !lu || !order || !sign) return wk_error();
    WKI_BESIDE(here, t);
    d[0] = wki_is_plain() ? cofactors(b->g, lu, order, sign)
                          : wk_solve(wki_turned(t), on_diagonal(wk_mul(b->g, wk_det(t)), t));
    if (!d[0]) wki_error_rename("solve", "det");
    return wk_error();
}

static wk_tensor *sample_det(wk_tensor *const *in) { return wk_square(wk_det(in[0])); }
static const wki_sample det_samples[] = { { sample_det, 1, { { 2, { 3, 3 }, -2, 2 } } },
                                          { sample_det, 1, { { 3, { 2, 2, 2 }, -2, 2 } } },
                                          { 0 } };
static const wki_opdef det_op = { "det", det_backward, det_samples };

static wk_tensor *kept(const wki_opdef *op, wk_tensor *y, wk_tensor *t, const factors *f)
{
    if (!y || !wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(op, y, 1, &t, NULL, 0);
    wki_save(node, t);
    wki_save(node, f->lu);
    wki_save(node, f->order);
    wki_save(node, f->sign);
    return wki_recorded(node, y);
}

wk_tensor *wk_det(wk_tensor *t)
{
    factors f;
    if (!wki_square_ok("det", t, "t") || !factor("det", t, &f)) return NULL;
    return kept(&det_op, wk_mul(wk_prod_dim(diagonal(f.lu), -1, false), f.sign), t, &f);
}

/* ---- slogdet ---- */

/* d log |det(t)| = t^-T (Giles 2008, 2.2.4) */
static wk_status slogdet_backward(wki_backward *b, wk_tensor **d)
{
    WK_NO_AUTOCAST(precise);
    wk_tensor *t = wki_saved_at(b, 0), *lu = wki_saved_at(b, 1), *order = wki_saved_at(b, 2);
    if (!t || !lu || !order) return wk_error();
    WKI_BESIDE(here, t);
    wk_tensor *g = on_diagonal(b->g, t);
    d[0] = !g ? NULL : wki_is_plain() ? solve_by("slogdet", lu, order, g, true) : wk_solve(wki_turned(t), g);
    if (!d[0]) wki_error_rename("solve", "slogdet");
    return wk_error();
}

static wk_tensor *sample_slogdet(wk_tensor *const *in) { return wk_square(wk_slogdet(wki_firm(in[0]), NULL)); }
static const wki_sample slogdet_samples[] = { { sample_slogdet, 1, { { 2, { 3, 3 }, -2, 2 } } },
                                              { sample_slogdet, 1, { { 3, { 2, 2, 2 }, -2, 2 } } },
                                              { 0 } };
static const wki_opdef slogdet_op = { "slogdet", slogdet_backward, slogdet_samples };

wk_tensor *wk_slogdet(wk_tensor *t, wk_tensor **sign)
{
    factors f;
    if (sign) *sign = NULL;
    if (!wki_square_ok("slogdet", t, "t") || !factor("slogdet", t, &f)) return NULL;
    wk_tensor *pivots = diagonal(f.lu), *signs = NULL;
    if (sign && !(signs = wk_mul(f.sign, wk_prod_dim(wk_sign(pivots), -1, false)))) return NULL;
    wk_tensor *y = kept(&slogdet_op, wk_sum_dim(wk_log(wk_abs(pivots)), -1, false), t, &f);
    if (y && sign) *sign = signs;
    return y;
}

static wk_tensor *singular(void)
{
    const float numbers[] = { 1, 2, 3, 4, 1, 2, 2, 4 };
    return wk_from(numbers, WK_SHAPE(2, 2, 2), WK_F32);
}
static wk_tensor *wrong_solve(void) { return wk_solve(singular(), wk_ones(WK_SHAPE(2), WK_F32)); }
static wk_tensor *wrong_rows(void) { return wk_solve(wk_eye(3, WK_F32), wk_zeros(WK_SHAPE(2, 3), WK_F32)); }
static wk_tensor *wrong_inv(void) { return wk_inv(wk_zeros(WK_SHAPE(3, 3), WK_F64)); }
static wk_tensor *wrong_det(void) { return wk_det(wk_zeros(WK_SHAPE(3), WK_F64)); }
static wk_tensor *wrong_slogdet(void) { return wk_slogdet(wk_zeros(WK_SHAPE(3, 3), WK_I64), NULL); }
const wki_error_sample wki_errors_solve[] = {
    { "solve", wrong_solve, WK_E_RANGE, "matrix 1 of [2, 2, 2] is singular: elimination meets a 0 at 2" },
    { "solve", wrong_rows, WK_E_SHAPE, "a is [3, 3], b [2, 3]" },
    { "inv", wrong_inv, WK_E_RANGE, "[3, 3] is singular: elimination meets a 0 at 1" },
    { "det", wrong_det, WK_E_SHAPE, "t is [3]; [.., n, n]" },
    { "slogdet", wrong_slogdet, WK_E_DTYPE, "t is i64" },
    { 0 },
};

const wki_family wki_family_solve = { &solve_op, &inv_op, &det_op, &slogdet_op, NULL };
