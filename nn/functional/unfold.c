/* unfold and fold: what the windows of an image see as columns, and columns added up where they came from. Both are
 * linear, and each is the other's gradient. */
#include "base/options.h"
#include "nn/window.h"

static wk_tensor *apply(const wki_opdef *op, wk_tensor *t, const wki_window *w);

static wk_status unfold_backward(wki_backward *b, wk_tensor **d);
static wk_status fold_backward(wki_backward *b, wk_tensor **d);

static wk_tensor *sample_unfold(wk_tensor *const *in)
{
    return wk_square(wk_unfold(in[0], WK_DIMS(2), .padding = WK_DIMS(1, 0), .stride = WK_DIMS(1, 2)));
}
static wk_tensor *sample_unfold_dilated(wk_tensor *const *in)
{
    return wk_square(wk_unfold(in[0], WK_DIMS(2, 1), .dilation = WK_DIMS(2)));
}
static const wki_sample unfold_samples[] = { { sample_unfold, 1, { { 4, { 2, 2, 3, 4 }, -2, 2 } } },
                                             { sample_unfold_dilated, 1, { { 3, { 2, 4, 3 }, -2, 2 } } },
                                             { 0 } };
static wk_tensor *sample_fold(wk_tensor *const *in)
{
    return wk_square(wk_fold(in[0], WK_DIMS(3, 4), WK_DIMS(2), .padding = WK_DIMS(1, 0), .stride = WK_DIMS(1, 2)));
}
static wk_tensor *sample_fold_plain(wk_tensor *const *in)
{
    return wk_square(wk_fold(in[0], WK_DIMS(2, 3), WK_DIMS(1, 2)));
}
static const wki_sample fold_samples[] = { { sample_fold, 1, { { 3, { 2, 4, 8 }, -2, 2 } } },
                                           { sample_fold_plain, 1, { { 2, { 4, 4 }, -2, 2 } } },
                                           { 0 } };
static const wki_opdef unfold_op = { "unfold", unfold_backward, unfold_samples };
static const wki_opdef fold_op = { "fold", fold_backward, fold_samples };
static wk_tensor *wrong_unfold(void) { return wk_unfold(wk_zeros(WK_SHAPE(1, 1, 4, 4), WK_F32), WK_DIMS(5)); }
static wk_tensor *wrong_fold(void) { return wk_fold(wk_zeros(WK_SHAPE(1, 4, 3), WK_F32), WK_DIMS(4, 4), WK_DIMS(2)); }
const wki_error_sample wki_errors_unfold[] = {
    { "unfold", wrong_unfold, WK_E_SHAPE, "the kernel [5, 5] with its dilation reaches over 5" },
    { "fold", wrong_fold, WK_E_SHAPE, "x is [1, 4, 3]" },
    { 0 },
};

const wki_family wki_family_unfold = { &unfold_op, &fold_op, NULL };

static wk_status unfold_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = apply(&fold_op, b->g, wki_attrs(b));
    return WK_OK;
}

static wk_status fold_backward(wki_backward *b, wk_tensor **d)
{
    d[0] = apply(&unfold_op, b->g, wki_attrs(b));
    return WK_OK;
}

/* x [n, c, h, w] to columns [n, c * taps, windows] or back */
static wk_tensor *apply(const wki_opdef *op, wk_tensor *t, const wki_window *w)
{
    const bool fold = op == &fold_op;
    const int64_t taps = (int64_t)w->kernel[1] * w->kernel[2], windows = (int64_t)w->out[1] * w->out[2];
    if (!t || !(t = wk_contiguous(t))) return NULL;
    const int64_t rows = fold ? t->v.size[1] / taps : t->v.size[1] * taps;
    const int64_t shape[] = { t->v.size[0], rows, fold ? w->in[1] : windows, w->in[2] };
    int64_t numel;
    if (!wki_shape_ok(op->name, fold ? 4 : 3, shape, (wk_dtype)t->v.dtype, &numel)) return NULL;
    wk_tensor *y = wki_new(op->name, t->v.device, fold ? 4 : 3, shape, (wk_dtype)t->v.dtype);
    if (!y || wki_do(fold ? WKI_OP_fold : WKI_OP_unfold, 1, WKI_VIEWS(&y->v, &t->v), w, sizeof *w,
                     wki_numel(fold ? &t->v : &y->v)))
        return NULL;
    return wki_wants_grad(1, &t) && !wki_record(op, y, 1, &t, w, sizeof *w) ? NULL : y;
}

static bool take(wki_slide *s, const wk_unfold_opts *o)
{
    wki_check(o->kernel_size.n, false, WK_E_INVALID, s->where, "kernel_size is missing");
    return wki_slide_take(s, "kernel_size", &o->kernel_size, 1, s->w.kernel) &&
           wki_slide_take(s, "stride", &o->stride, 1, s->w.stride) &&
           wki_slide_take(s, "padding", &o->padding, 0, s->w.padding) &&
           wki_slide_take(s, "dilation", &o->dilation, 1, s->w.dilation);
}

wk_unfold_opts wk_unfold_opts_default(void) { return (wk_unfold_opts){ WK_UNFOLD_DEFAULTS }; }

wk_tensor *wk_unfold_new(const wk_unfold_opts *given)
{
    wk_unfold_opts o = wk_unfold_opts_default();
    if (!wki_options_take("unfold", &o, sizeof o, given)) return NULL;
    wki_slide s = wki_slide_over("unfold", 2);
    bool single;
    wk_tensor *x = wki_slide_enter(&s, o.x, s.w.in, &single);
    if (!x || !take(&s, &o) || !wki_slide_count(&s, false)) return NULL;
    return wki_slide_leave(apply(&unfold_op, x, &s.w), single);
}

wk_tensor *wk_fold_new(const wk_unfold_opts *given)
{
    wk_unfold_opts o = wk_unfold_opts_default();
    if (!wki_options_take("fold", &o, sizeof o, given)) return NULL;
    wki_slide s = wki_slide_over("fold", 2);
    if (!wki_tensor_ok(o.x, "fold", "x") || !wki_float_ok(o.x, "fold", "x")) return NULL;
    wki_check(o.output_size.n, NULL, WK_E_INVALID, "fold", "output_size is missing");
    if (!wki_slide_take(&s, "output_size", &o.output_size, 1, s.w.in) || !take(&s, &o) || !wki_slide_count(&s, false))
        return NULL;
    const int64_t taps = (int64_t)s.w.kernel[1] * s.w.kernel[2], windows = (int64_t)s.w.out[1] * s.w.out[2];
    const wki_view *v = &o.x->v;
    wki_check((v->ndim == 2 || v->ndim == 3) && v->size[v->ndim - 2] % taps == 0 && v->size[v->ndim - 1] == windows,
              NULL, WK_E_SHAPE, "fold", "x is %s; [n, c * %lld, %lld] or [c * %lld, %lld] is needed", wki_show(v),
              (long long)taps, (long long)windows, (long long)taps, (long long)windows);
    const bool single = v->ndim == 2;
    return wki_slide_leave(apply(&fold_op, single ? wk_unsqueeze(o.x, 0) : o.x, &s.w), single);
}
