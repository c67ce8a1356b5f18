/* Initialisation of weights as matrices: identities, orthogonal rows or columns, columns with few numbers. Each is made
 * in f64 and copied at the end, so that an error leaves the weight as it was. */
#include "autograd/op.h"
#include "autograd/recording.h"
#include "wick/nn.h"
#include <math.h>

static wk_status put(const char *where, wk_tensor *t, wk_tensor *values)
{
    const wk_status status = values ? wk_copy_(t, values) : wk_error();
    if (status) wki_error_rename("copy_", where);
    return status;
}

static bool matrix_ok(const char *where, const wk_tensor *t)
{
    if (!wki_tensor_ok(t, where, "t")) return false;
    wki_check(t->v.ndim == 2, false, WK_E_SHAPE, where, "t is %s; [rows, columns] is needed", wki_show(&t->v));
    return true;
}

wk_status wk_init_eye_(wk_tensor *t)
{
    static const char where[] = "init_eye_";
    if (!matrix_ok(where, t)) return wk_error();
    WK_SCOPE(work);
    WK_NO_GRAD(update);
    WKI_ON_CPU(draws);
    wk_tensor *values = wk_zeros(2, t->v.size, WK_F64);
    if (!values) return wk_error();
    wki_not_repeated("an initialiser draws on the host");
    double *x = values->v.data;
    for (int64_t i = 0; i < t->v.size[0] && i < t->v.size[1]; i++) x[i * t->v.size[1] + i] = 1;
    return put(where, t, values);
}

wk_status wk_init_dirac_(wk_tensor *t, int64_t groups)
{
    static const char where[] = "init_dirac_";
    if (!wki_tensor_ok(t, where, "t")) return wk_error();
    wki_check(t->v.ndim >= 3 && t->v.ndim <= 5, WK_E_SHAPE, WK_E_SHAPE, where,
              "t is %s; a convolution's weight, [out, in, kernel ...], is needed", wki_show(&t->v));
    wki_check(groups > 0 && t->v.size[0] % groups == 0, WK_E_INVALID, WK_E_INVALID, where,
              "groups is %lld, t %s; groups must divide size(0)", (long long)groups, wki_show(&t->v));
    WK_SCOPE(work);
    WK_NO_GRAD(update);
    WKI_ON_CPU(draws);
    wk_tensor *values = wk_zeros(t->v.ndim, t->v.size, WK_F64);
    if (!values) return wk_error();
    if (!wk_numel(values)) return WK_OK;
    const int64_t in = t->v.size[1], each = t->v.size[0] / groups;
    int64_t field = 1, middle = 0;
    for (int i = 2; i < t->v.ndim; i++) {
        field *= t->v.size[i];
        middle = middle * t->v.size[i] + t->v.size[i] / 2;
    }
    wki_not_repeated("an initialiser draws on the host");
    double *x = values->v.data;
    for (int64_t o = 0; o < t->v.size[0]; o++)
        if (o % each < in) x[(o * in + o % each) * field + middle] = 1;
    return put(where, t, values);
}

/* ---- orthogonal_ ---- */

/* Row j of `n` stored rows of length m becomes the reflector that turns the rest of it onto its first element, which is
 * left in diagonal[j]; the rows behind are reflected with it. */
static void reflect_away(double *rows, int64_t n, int64_t m, int64_t j, double *diagonal)
{
    double *v = rows + j * m, squares = 0;
    for (int64_t i = j; i < m; i++) squares += v[i] * v[i];
    const double length = copysign(sqrt(squares), v[j]);
    diagonal[j] = -length;
    if (length == 0) return;
    v[j] += length;
    const double scale = 1 / sqrt(length * v[j]); /* |v|^2 = 2 length v[j]; scaled to sqrt 2 */
    for (int64_t i = j; i < m; i++) v[i] *= scale;
    for (int64_t k = j + 1; k < n; k++) {
        double *row = rows + k * m, dot = 0;
        for (int64_t i = j; i < m; i++) dot += v[i] * row[i];
        for (int64_t i = j; i < m; i++) row[i] -= dot * v[i];
    }
}

/* Row k of q becomes column k of Q: e_k through the reflectors from the last to the first. */
static void unfold_row(const double *rows, int64_t m, int64_t k, double *q)
{
    for (int64_t i = 0; i < m; i++) q[i] = i == k;
    for (int64_t j = k; j >= 0; j--) {
        const double *v = rows + j * m;
        double dot = 0;
        for (int64_t i = j; i < m; i++) dot += v[i] * q[i];
        for (int64_t i = j; i < m; i++) q[i] -= dot * v[i];
    }
}

/* The Q of the rows' transpose, A = Q R, each column with the sign that makes R's diagonal positive; by rows. */
static wk_tensor *orthogonal_rows(wk_tensor *from, int64_t n, int64_t m, double gain)
{
    wk_tensor *diagonal = wk_zeros(WK_SHAPE(n), WK_F64), *to = wk_empty(WK_SHAPE(n, m), WK_F64);
    if (!diagonal || !to) return NULL;
    double *rows = from->v.data, *d = diagonal->v.data, *q = to->v.data;
    for (int64_t j = 0; j < n; j++) reflect_away(rows, n, m, j, d);
    for (int64_t k = 0; k < n; k++) {
        unfold_row(rows, m, k, q + k * m);
        const double by = d[k] < 0 ? -gain : gain;
        for (int64_t i = 0; i < m; i++) q[k * m + i] *= by;
    }
    return to;
}

wk_status wk_init_orthogonal_(wk_tensor *t, double gain)
{
    static const char where[] = "init_orthogonal_";
    if (!wki_tensor_ok(t, where, "t") || !wki_float_ok(t, where, "t")) return wk_error();
    wki_check(t->v.ndim >= 2, WK_E_SHAPE, WK_E_SHAPE, where, "t is %s; two dims at least are needed", wki_show(&t->v));
    if (!wki_numel(&t->v)) return WK_OK;
    const int64_t rows = t->v.size[0], columns = wki_numel(&t->v) / rows;
    WK_SCOPE(work);
    WK_NO_GRAD(update);
    WKI_ON_CPU(draws);
    wk_tensor *random = wk_randn(WK_SHAPE(rows, columns), WK_F64);
    if (rows >= columns) random = wk_contiguous(wk_transpose(random, 0, 1));
    if (!random) return wk_error();
    wk_tensor *q = orthogonal_rows(random, rows < columns ? rows : columns, rows < columns ? columns : rows, gain);
    if (rows >= columns) q = wk_transpose(q, 0, 1);
    return put(where, t, wk_reshape(q, t->v.ndim, t->v.size));
}

/* ---- sparse_ ---- */

wk_status wk_init_sparse_(wk_tensor *t, double sparsity, double std)
{
    static const char where[] = "init_sparse_";
    if (!matrix_ok(where, t) || !wki_float_ok(t, where, "t")) return wk_error();
    wki_check(sparsity >= 0 && sparsity <= 1, WK_E_INVALID, WK_E_INVALID, where,
              "sparsity is %g; the share of zeros in a column, 0 to 1, is needed", sparsity);
    wki_check(std >= 0 && isfinite(std), WK_E_INVALID, WK_E_INVALID, where, "std is %g; it must not be negative", std);
    const int64_t rows = t->v.size[0], columns = t->v.size[1], zeros = (int64_t)ceil(sparsity * (double)rows);
    WK_SCOPE(work);
    WK_NO_GRAD(update);
    WKI_ON_CPU(draws);
    wk_tensor *values = wk_randn(2, t->v.size, WK_F64);
    wk_tensor *all = wk_mul_scalar(values, std);
    for (int64_t k = 0; all && k < columns; k++) {
        WK_SCOPE(column);
        wk_tensor *order = wk_randperm(rows);
        if (!order) return wk_error();
        const int64_t *row = wk_data(order);
        for (int64_t i = 0; i < zeros; i++) ((double *)all->v.data)[row[i] * columns + k] = 0;
    }
    return put(where, t, all);
}
