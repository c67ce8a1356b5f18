/* fill: element i of y, counted row-major, becomes value + i * step, in double, converted as copy converts. One value
 * for all is written in the order of memory, converted once for a whole run. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/saturate.h"
#include "backends/cpu/walk.h"
#include <math.h>

typedef struct line {
    double value, step;
    int64_t first; /* the number of the first element */
} line;

#define FILL(NAME, TYPE, VALUE)                                                                                        \
    static void fill_##NAME(int64_t n, void *to, int64_t stride, line l)                                               \
    {                                                                                                                  \
        TYPE *y = to;                                                                                                  \
        double x = l.value;                                                                                            \
        const TYPE all = VALUE;                                                                                        \
        if (l.step == 0 && stride == 1)                                                                                \
            wki_repeat(n, y, sizeof all, &all);                                                                        \
        else if (l.step == 0)                                                                                          \
            for (int64_t i = 0; i < n; i++) y[i * stride] = all;                                                       \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                x = l.value + (double)(l.first + i) * l.step;                                                          \
                y[i * stride] = VALUE;                                                                                 \
            }                                                                                                          \
    }
FILL(f32, float, (float)x)
FILL(f64, double, x)
FILL(i64, int64_t, wki_to_i64(x))
FILL(i32, int32_t, wki_to_i32(x))
FILL(u8, uint8_t, wki_to_u8(x))
FILL(flag, uint8_t, x != 0)

static wk_status run(const wki_call *call, int64_t begin, int64_t end, void *scratch)
{
    static void (*const fills[])(int64_t, void *, int64_t, line) = {
        [WK_F32] = fill_f32, [WK_F64] = fill_f64, [WK_I64] = fill_i64,
        [WK_I32] = fill_i32, [WK_U8] = fill_u8,   [WK_BOOL] = fill_flag,
    };
    (void)scratch;
    const wki_view *y = call->views[0];
    const wki_fill_attrs *a = call->attrs;
    const wki_walk w = (a->step == 0 ? wki_walk_by_stride : wki_walk_over)(call->views, 1, wki_all_dims(y));
    const int64_t size = (int64_t)wk_dtype_size((wk_dtype)y->dtype), last = wki_least(end * WKI_BLOCK, w.count);
    const bool all_zero = a->step == 0 && a->value == 0 && !signbit(a->value);
    int64_t i = begin * WKI_BLOCK;
    if (i >= last) return WK_OK;
    wki_cursor c = wki_cursor_at(&w, i);
    for (int64_t n; i < last; i += n) {
        n = wki_least(wki_cursor_left(&w, &c), last - i);
        if (all_zero && wki_walk_inner(&w, 0) == 1)
            memset((char *)y->data + c.at[0] * size, 0, (size_t)(n * size));
        else
            fills[y->dtype](n, (char *)y->data + c.at[0] * size, wki_walk_inner(&w, 0), (line){ a->value, a->step, i });
        wki_cursor_move(&w, &c, n);
    }
    return WK_OK;
}

const wki_kernel wki_cpu_fill = { "fill", wki_element_units, NULL, run };
