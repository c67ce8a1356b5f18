/* triangle: the part of each matrix on one side of a diagonal, zeros elsewhere. A unit is a row. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/walk.h"

static wki_walk rows(const wki_call *call)
{
    return wki_walk_over(call->views, 2, (1u << (call->views[0]->ndim - 2)) - 1);
}

static int64_t units(const wki_call *call)
{
    const wki_view *y = call->views[0];
    return wki_numel(y) == 0 ? 0 : rows(call).count * y->size[y->ndim - 2];
}

static void zero(int64_t n, size_t size, char *y, int64_t step)
{
    static const char nothing[8];
    if (step == 1)
        memset(y, 0, (size_t)n * size);
    else
        wki_copy_elements(n, size, y, step, nothing, 0);
}

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    (void)scratch;
    const wki_view *y = call->views[0], *x = call->views[1];
    const wki_triangle_attrs *attrs = call->attrs;
    const int row = y->ndim - 2, column = y->ndim - 1;
    const int64_t height = y->size[row], width = y->size[column], size = (int64_t)wk_dtype_size((wk_dtype)y->dtype);
    const wki_walk w = rows(call);
    for (int64_t u = begin; u < end; u++) {
        const wki_cursor c = wki_cursor_at(&w, u / height);
        const int64_t i = u % height,
                      cut = i + attrs->diagonal + !attrs->upper; /* the first that is on the other side */
        const int64_t edge = cut < 0 ? 0 : wki_least(cut, width), from = attrs->upper ? edge : 0;
        const int64_t kept = attrs->upper ? width - edge : edge;
        const int64_t y_step = y->stride[column], x_step = x->stride[column];
        char *to = (char *)y->data + (c.at[0] + i * y->stride[row]) * size;
        const char *source = (const char *)x->data + (c.at[1] + i * x->stride[row]) * size;
        if (kept)
            wki_copy_elements(kept, (size_t)size, to + from * y_step * size, y_step, source + from * x_step * size,
                              x_step);
        zero(width - kept, (size_t)size, to + (attrs->upper ? 0 : edge) * y_step * size, y_step);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_triangle = { "triangle", units, NULL, run };
