/* cholesky: the lower triangular factor of each matrix. A unit is a matrix, which becomes the upper factor of its
 * transpose row by row, and is turned in the end. */
#include "backends/cpu/factor.h"
#include "backends/cpu/walk.h"

static int64_t units(const wki_call *call)
{
    const wki_view *y = call->views[0];
    const int64_t n = y->size[y->ndim - 1];
    return n ? wki_numel(y) / (n * n) : 0;
}

#define MOVES(T)                                                                                                       \
    static void load_##T(int64_t n, T *y, const T *x, int64_t down, int64_t right)                                     \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++)                                                                                \
            for (int64_t j = i; j < n; j++) y[i * n + j] = x[j * down + i * right];                                    \
    }                                                                                                                  \
    static void turn_##T(int64_t n, T *y)                                                                              \
    {                                                                                                                  \
        for (int64_t i = 0; i < n; i++)                                                                                \
            for (int64_t j = i + 1; j < n; j++) {                                                                      \
                y[j * n + i] = y[i * n + j];                                                                           \
                y[i * n + j] = 0;                                                                                      \
            }                                                                                                          \
    }
MOVES(float)
MOVES(double)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const int row = y->ndim - 2, column = y->ndim - 1;
    const int64_t n = y->size[row], down = x->stride[row], right = x->stride[column];
    const wki_walk w = wki_walk_over(call->views, 2, (1u << row) - 1);
    const wki_factors *f = wki_factors_for(wki_isa(), (wk_dtype)y->dtype);
    (void)scratch;
    for (int64_t u = begin; u < end; u++) {
        const wki_cursor c = wki_cursor_at(&w, u);
        if (y->dtype == WK_F64)
            load_double(n, (double *)y->data + c.at[0], (const double *)x->data + c.at[1], down, right);
        else
            load_float(n, (float *)y->data + c.at[0], (const float *)x->data + c.at[1], down, right);
        void *matrix = (char *)y->data + c.at[0] * (int64_t)wk_dtype_size((wk_dtype)y->dtype);
        f->cholesky(n, matrix);
        if (y->dtype == WK_F64)
            turn_double(n, matrix);
        else
            turn_float(n, matrix);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_cholesky = { "cholesky", units, NULL, run };
