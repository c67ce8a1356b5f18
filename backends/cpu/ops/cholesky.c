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

/* The lower triangle, as rows of the upper one */
static void load(int64_t n, size_t size, char *to, const char *from, int64_t down, int64_t right)
{
    for (int64_t i = 0; i < n; i++)
        wki_copy_elements(n - i, size, to + i * (n + 1) * (int64_t)size, 1, from + i * (down + right) * (int64_t)size,
                          down);
}

static void turn(int64_t n, size_t size, char *matrix)
{
    for (int64_t i = 0; i + 1 < n; i++) {
        char *diagonal = matrix + i * (n + 1) * (int64_t)size, *right = diagonal + size;
        wki_copy_elements(n - i - 1, size, diagonal + n * (int64_t)size, n, right, 1);
        memset(right, 0, (size_t)(n - i - 1) * size);
    }
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    const wki_view *y = call->views[0], *x = call->views[1];
    const int row = y->ndim - 2, column = y->ndim - 1;
    const int64_t n = y->size[row], down = x->stride[row], right = x->stride[column];
    const size_t size = wk_dtype_size((wk_dtype)y->dtype);
    const wki_walk w = wki_walk_over(call->views, 2, (1u << row) - 1);
    const wki_factors *f = wki_factors_for(wki_isa(), (wk_dtype)y->dtype);
    (void)scratch;
    for (int64_t u = begin; u < end; u++) {
        const wki_cursor c = wki_cursor_at(&w, u);
        char *to = (char *)y->data + c.at[0] * (int64_t)size;
        load(n, size, to, (const char *)x->data + c.at[1] * (int64_t)size, down, right);
        f->cholesky(n, to);
        turn(n, size, to);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_cholesky = { "cholesky", units, NULL, run };
