/* max_unpool: the largest elements back where a max_pool found them, zeros around; a scatter along the plane. */
#include "base/options.h"
#include "nn/window.h"

static wk_tensor *sample_1d(wk_tensor *const *in)
{
    wk_tensor *at, *y = wk_max_pool1d(in[0], WK_DIMS(2), .indices = &at);
    return y ? wk_square(wk_max_unpool1d(y, at, WK_DIMS(2))) : NULL;
}
static wk_tensor *sample_2d(wk_tensor *const *in)
{
    wk_tensor *at, *y = wk_max_pool2d(in[0], WK_DIMS(2), .indices = &at);
    return y ? wk_square(wk_max_unpool2d(y, at, WK_DIMS(2), .output_size = WK_DIMS(4, 5))) : NULL;
}
static wk_tensor *sample_3d(wk_tensor *const *in)
{
    wk_tensor *at, *y = wk_max_pool3d(in[0], WK_DIMS(1, 2, 2), .indices = &at);
    return y ? wk_square(wk_max_unpool3d(y, at, WK_DIMS(1, 2, 2))) : NULL;
}
static const wki_sample samples_1d[] = { { sample_1d, 1, { { 3, { 2, 2, 4 }, -2, 2 } } }, { 0 } };
static const wki_sample samples_2d[] = { { sample_2d, 1, { { 3, { 2, 4, 5 }, -2, 2 } } }, { 0 } };
static const wki_sample samples_3d[] = { { sample_3d, 1, { { 4, { 1, 2, 2, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef op_1d = { "max_unpool1d", NULL, samples_1d };
static const wki_opdef op_2d = { "max_unpool2d", NULL, samples_2d };
static const wki_opdef op_3d = { "max_unpool3d", NULL, samples_3d };
const wki_family wki_family_unpool = { &op_1d, &op_2d, &op_3d, NULL };

static wk_tensor *row(void) { return wk_zeros(WK_SHAPE(1, 1, 2), WK_F32); }
static wk_tensor *wrong_place(void)
{
    return wk_max_unpool1d(row(), wk_full(WK_SHAPE(1, 1, 2), WK_I64, 4), WK_DIMS(2));
}
static wk_tensor *wrong_shape(void) { return wk_max_unpool1d(row(), wk_zeros(WK_SHAPE(1, 2), WK_I64), WK_DIMS(2)); }
static wk_tensor *wrong_dtype(void) { return wk_max_unpool1d(row(), row(), WK_DIMS(2)); }
static wk_tensor *wrong_size(void)
{
    return wk_max_unpool1d(row(), wk_zeros(WK_SHAPE(1, 1, 2), WK_I64), WK_DIMS(2), .output_size = WK_DIMS(6));
}
static wk_tensor *nothing_left(void)
{
    return wk_max_unpool1d(row(), wk_zeros(WK_SHAPE(1, 1, 2), WK_I64), WK_DIMS(2), .padding = WK_DIMS(2));
}
static wk_tensor *wrong_rank(void) { return wk_max_unpool2d(wk_zeros(WK_SHAPE(2), WK_F32), NULL, WK_DIMS(2)); }
static wk_tensor *no_indices(void) { return wk_max_unpool3d(wk_zeros(WK_SHAPE(1, 1, 1, 1), WK_F32), NULL, WK_DIMS(2)); }
const wki_error_sample wki_errors_unpool[] = {
    { "max_unpool1d", wrong_place, WK_E_RANGE, "index 4 is outside dim 2 of [1, 1, 4]" },
    { "max_unpool1d", wrong_shape, WK_E_SHAPE, "indices is [1, 2], x is [1, 1, 2]" },
    { "max_unpool1d", wrong_dtype, WK_E_DTYPE, "indices are f32" },
    { "max_unpool1d", wrong_size, WK_E_SHAPE, "output_size is 6; the windows come to 4" },
    { "max_unpool2d", wrong_rank, WK_E_SHAPE, "x is [2]; [n, c, h, w] or [c, h, w] is needed" },
    { "max_unpool3d", no_indices, WK_E_INVALID, "indices" },
    { "max_unpool1d", nothing_left, WK_E_SHAPE, "the windows come to 0" },
    { 0 },
};

static bool indices_ok(const wki_slide *s, const wk_unpool_opts *o)
{
    if (!wki_tensor_ok(o->indices, s->where, "indices") || !wki_same_device(s->where, o->x, o->indices)) return false;
    const wki_view *x = &o->x->v, *at = &o->indices->v;
    wki_check(at->dtype == WK_I64, false, WK_E_DTYPE, s->where,
              "indices are %s; i64, as max_pool gives them, is needed", wk_dtype_name((wk_dtype)at->dtype));
    wki_check(wki_same_shape(at, x), false, WK_E_SHAPE, s->where, "indices is %s, x is %s; the shapes must agree",
              wki_show(at), wki_show(x));
    return true;
}

/* w.in, which a pool with these options would have made w.out of; where several would, the smallest, or as asked for.
 */
static bool take_sizes(wki_slide *s, const wk_unpool_opts *o)
{
    wki_window *w = &s->w;
    wki_check(o->kernel_size.n, false, WK_E_INVALID, s->where, "kernel_size is missing");
    if (!wki_slide_take(s, "kernel_size", &o->kernel_size, 1, w->kernel)) return false;
    for (int d = 0; d < 3; d++) w->stride[d] = w->kernel[d];
    if (!wki_slide_take(s, "stride", &o->stride, 1, w->stride) ||
        !wki_slide_take(s, "padding", &o->padding, 0, w->padding) ||
        !wki_slide_take(s, "output_size", &o->output_size, 1, w->in))
        return false;
    for (int d = 3 - s->n; d < 3; d++) {
        const int64_t stride = w->stride[d],
                      size = (w->out[d] - 1) * stride - 2 * (int64_t)w->padding[d] + w->kernel[d];
        const int64_t asked = o->output_size.n ? w->in[d] : size;
        wki_check(asked > 0 && asked <= INT32_MAX, false, WK_E_SHAPE, s->where,
                  "the windows come to %lld; 1 to %d are possible", (long long)size, INT32_MAX);
        wki_check(
            asked > size - stride && asked < size + stride, false, WK_E_SHAPE, s->where,
            "output_size is %lld; the windows come to %lld, and less than a stride of %lld more or less is possible",
            (long long)asked, (long long)size, (long long)stride);
        w->in[d] = (int32_t)asked;
    }
    return true;
}

static wk_tensor *unpool(const char *where, int n, const wk_unpool_opts *given)
{
    wk_unpool_opts o = wk_unpool_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_slide s = wki_slide_over(where, n);
    bool single;
    wk_tensor *x = wki_slide_see(&s, o.x, s.w.out, &single);
    if (!x || !indices_ok(&s, &o) || !take_sizes(&s, &o)) return NULL;
    const int64_t batch = x->v.size[0], channels = x->v.size[1];
    const int64_t from = (int64_t)s.w.out[0] * s.w.out[1] * s.w.out[2];
    int64_t to = 1, shape[] = { batch, channels, 0, 0, 0 };
    for (int i = 0; i < n; i++) shape[2 + i] = s.w.in[3 - n + i];
    for (int i = 0; i < n; i++)
        wki_check(!__builtin_mul_overflow(to, shape[2 + i], &to), NULL, WK_E_SHAPE, where, "output_size is too large");
    WKI_BESIDE(here, x);
    wk_tensor *none = wk_zeros(WK_SHAPE(batch, channels, to), (wk_dtype)x->v.dtype);
    wk_tensor *at = none ? wk_reshape(o.indices, WK_SHAPE(batch, channels, from)) : NULL;
    wk_tensor *y = at ? wk_scatter(none, 2, at, wk_reshape(x, WK_SHAPE(batch, channels, from))) : NULL;
    if (!y) return wki_error_rename("scatter", where), NULL;
    return wki_slide_leave(wk_reshape(y, 2 + n, shape), single);
}

wk_unpool_opts wk_unpool_opts_default(void) { return (wk_unpool_opts){ WK_UNPOOL_DEFAULTS }; }
wk_tensor *wk_max_unpool1d_new(const wk_unpool_opts *o) { return unpool("max_unpool1d", 1, o); }
wk_tensor *wk_max_unpool2d_new(const wk_unpool_opts *o) { return unpool("max_unpool2d", 2, o); }
wk_tensor *wk_max_unpool3d_new(const wk_unpool_opts *o) { return unpool("max_unpool3d", 3, o); }
