/* Windows: sizes given by users, checked, and the number of windows that fit. Rests on the op writer's interface. */
#include "nn/window.h"

wki_slide wki_slide_over(const char *where, int n)
{
    wki_slide s = { .where = where, .n = n };
    for (int d = 0; d < 3; d++) s.w.in[d] = s.w.out[d] = s.w.kernel[d] = s.w.stride[d] = s.w.dilation[d] = 1;
    return s;
}

bool wki_slide_take(const wki_slide *s, const char *argument, const wk_dims *given, int64_t least, int32_t to[3])
{
    if (given->n == 0) return true;
    wki_check(given->n == 1 || given->n == s->n, false, WK_E_INVALID, s->where, "%s has %d sizes; give 1 or %d",
              argument, given->n, s->n);
    for (int i = 0; i < s->n; i++) {
        const int64_t size = given->size[given->n == 1 ? 0 : i];
        wki_check(size >= least && size <= INT32_MAX, false, WK_E_INVALID, s->where,
                  "%s is %lld; %lld to %d are possible", argument, (long long)size, (long long)least, INT32_MAX);
        to[3 - s->n + i] = (int32_t)size;
    }
    return true;
}

wk_tensor *wki_slide_see(const wki_slide *s, wk_tensor *x, int32_t spatial[3], bool *single)
{
    static const char *const shapes[] = { "[n, c, w] or [c, w]", "[n, c, h, w] or [c, h, w]",
                                          "[n, c, d, h, w] or [c, d, h, w]" };
    if (!wki_tensor_ok(x, s->where, "x") || !wki_float_ok(x, s->where, "x")) return NULL;
    *single = x->v.ndim == s->n + 1;
    wki_check(*single || x->v.ndim == s->n + 2, NULL, WK_E_SHAPE, s->where, "x is %s; %s is needed", wki_show(&x->v),
              shapes[s->n - 1]);
    int64_t plane = 1;
    for (int i = 0; i < s->n; i++) {
        const int64_t size = x->v.size[x->v.ndim - s->n + i];
        wki_check(size <= INT32_MAX && !__builtin_mul_overflow(plane, size, &plane) && plane <= INT32_MAX, NULL,
                  WK_E_SHAPE, s->where, "x is %s; a plane may have %d elements", wki_show(&x->v), INT32_MAX);
        spatial[3 - s->n + i] = (int32_t)size;
    }
    return *single ? wk_unsqueeze(x, 0) : x;
}

wk_tensor *wki_slide_enter(const wki_slide *s, wk_tensor *x, int32_t spatial[3], bool *single)
{
    wk_tensor *seen = wki_slide_see(s, x, spatial, single);
    return seen ? wk_contiguous(seen) : NULL;
}

wk_tensor *wki_slide_leave(wk_tensor *y, bool single) { return y && single ? wk_squeeze(y, 0) : y; }

bool wki_slide_count(wki_slide *s, bool ceil_mode)
{
    wki_window *w = &s->w;
    for (int d = 3 - s->n; d < 3; d++) {
        const int64_t padded = w->in[d] + 2 * (int64_t)w->padding[d];
        const int64_t reach = w->dilation[d] * (int64_t)(w->kernel[d] - 1) + 1, stride = w->stride[d];
        const int64_t room = padded - reach + (ceil_mode ? stride - 1 : 0);
        wki_check(room >= 0 && padded > 0, false, WK_E_SHAPE, s->where,
                  "the kernel %s with its dilation reaches over %lld; x, whose sizes are %s, has %lld with its padding",
                  wki_slide_show(s, w->kernel), (long long)reach, wki_slide_show(s, w->in), (long long)padded);
        int64_t out = room / stride + 1;
        if (ceil_mode && (out - 1) * stride >= w->in[d] + (int64_t)w->padding[d]) out--;
        wki_check(out <= INT32_MAX, false, WK_E_SHAPE, s->where, "%lld windows; up to %d are possible", (long long)out,
                  INT32_MAX);
        w->out[d] = (int32_t)out;
    }
    return true;
}

bool wki_slide_take_pool(wki_slide *s, const wk_pool_opts *o)
{
    wki_window *w = &s->w;
    wki_check(o->kernel_size.n, false, WK_E_INVALID, s->where, "kernel_size is missing");
    if (!wki_slide_take(s, "kernel_size", &o->kernel_size, 1, w->kernel)) return false;
    for (int d = 0; d < 3; d++) w->stride[d] = w->kernel[d];
    if (!wki_slide_take(s, "stride", &o->stride, 1, w->stride) ||
        !wki_slide_take(s, "padding", &o->padding, 0, w->padding))
        return false;
    for (int d = 0; d < 3; d++)
        wki_check(w->padding[d] <= w->kernel[d] / 2, false, WK_E_INVALID, s->where,
                  "padding is %s, kernel_size %s; padding must be at most half of it", wki_slide_show(s, w->padding),
                  wki_slide_show(s, w->kernel));
    return wki_slide_count(s, o->ceil_mode);
}

enum { SMALL = 4 }; /* windows that pay to be taken side by side */

bool wki_slide_take_adaptive(wki_slide *s, const wk_dims *output_size)
{
    wki_window *w = &s->w;
    bool even = true;
    wki_check(output_size->n, false, WK_E_INVALID, s->where, "output_size is missing");
    for (int d = 0; d < 3; d++) w->out[d] = -1;
    if (!wki_slide_take(s, "output_size", output_size, -1, w->out)) return false;
    for (int d = 0; d < 3; d++) {
        wki_check(w->in[d] > 0, false, WK_E_SHAPE, s->where, "x's sizes are %s; all must be at least 1",
                  wki_slide_show(s, w->in));
        if (w->out[d] < 0) w->out[d] = w->in[d];
        even = even && w->out[d] > 0 && w->in[d] % w->out[d] == 0;
    }
    even = even && w->in[2] / w->out[2] <= SMALL;
    for (int d = 0; d < 3; d++) w->kernel[d] = w->stride[d] = even ? w->in[d] / w->out[d] : 0;
    return true;
}

const char *wki_slide_show(const wki_slide *s, const int32_t sizes[3])
{
    int64_t shape[3];
    for (int i = 0; i < s->n; i++) shape[i] = sizes[3 - s->n + i];
    return wki_show_shape(s->n, shape);
}

wk_tensor *wki_slide_new(const wki_slide *s, const wk_tensor *t, int64_t first, int64_t second,
                         const int32_t spatial[3])
{
    int64_t shape[5] = { first, second }, numel;
    for (int i = 0; i < s->n; i++) shape[2 + i] = spatial[3 - s->n + i];
    if (!wki_shape_ok(s->where, 2 + s->n, shape, (wk_dtype)t->v.dtype, &numel)) return NULL;
    return wki_new(s->where, t->v.device, 2 + s->n, shape, (wk_dtype)t->v.dtype);
}
