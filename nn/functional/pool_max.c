/* max_pool and adaptive_max_pool. Where the largest are, is remembered: the gradient is put there, and the gradient of
 * that is picked from there. */
#include "base/options.h"
#include "nn/window.h"

static wk_tensor *put(wk_tensor *g, wk_tensor *index, const wki_window *w);
static wk_tensor *pick(wk_tensor *x, wk_tensor *index, const wki_window *w);

/* ---- Nodes: attributes are the windows ---- */

static wk_status pool_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *index = wki_saved_at(b, 0);
    if (index) d[0] = put(b->g, index, wki_attrs(b));
    return WK_OK;
}

static wk_status put_backward(wki_backward *b, wk_tensor **d)
{
    wk_tensor *index = wki_saved_at(b, 0);
    if (index) d[0] = pick(b->g, index, wki_attrs(b));
    return WK_OK;
}

static wk_tensor *sample_1d(wk_tensor *const *in) { return wk_square(wk_max_pool1d(in[0], WK_DIMS(2))); }
static wk_tensor *sample_2d(wk_tensor *const *in)
{
    return wk_square(
        wk_max_pool2d(in[0], WK_DIMS(3, 2), .stride = WK_DIMS(1, 2), .padding = WK_DIMS(1), .ceil_mode = true));
}
static wk_tensor *sample_3d(wk_tensor *const *in)
{
    return wk_square(wk_max_pool3d(in[0], WK_DIMS(2, 1, 2), .stride = WK_DIMS(1), .dilation = WK_DIMS(1, 1, 2)));
}
static wk_tensor *sample_adaptive(wk_tensor *const *in)
{
    return wk_square(wk_adaptive_max_pool2d(in[0], WK_DIMS(2, 3), NULL));
}
static const wki_sample pool_samples[] = { { sample_1d, 1, { { 3, { 2, 2, 5 }, -2, 2 } } },
                                           { sample_2d, 1, { { 4, { 2, 1, 3, 4 }, -2, 2 } } },
                                           { sample_3d, 1, { { 4, { 2, 2, 2, 4 }, -2, 2 } } },
                                           { sample_adaptive, 1, { { 3, { 2, 3, 4 }, -2, 2 } } },
                                           { 0 } };
static wk_tensor *slope(wk_tensor *const *in, wk_tensor *y)
{
    wk_tensor *grads[1];
    return !y || wk_autograd_grad(&(wk_tensor *){ wk_sum(wk_square(y)) }, 1, in, 1, true, grads) ? NULL : grads[0];
}
static wk_tensor *sample_put(wk_tensor *const *in)
{
    return slope(in, wk_max_pool2d(in[0], WK_DIMS(2), .stride = WK_DIMS(1)));
}
static wk_tensor *sample_pick(wk_tensor *const *in) { return slope(in, sample_put(in)); }
static const wki_sample put_samples[] = { { sample_put, 1, { { 4, { 2, 1, 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_sample pick_samples[] = { { sample_pick, 1, { { 4, { 2, 1, 3, 4 }, -2, 2 } } }, { 0 } };
static const wki_opdef pool_op = { "max_pool", pool_backward, pool_samples };
static const wki_opdef put_op = { "max_pool_put", put_backward, put_samples };
static const wki_opdef pick_op = { "max_pool_pick", pool_backward, pick_samples };
static wk_tensor *wrong_padding(void)
{
    return wk_max_pool2d(wk_zeros(WK_SHAPE(1, 1, 4, 4), WK_F32), WK_DIMS(2), .padding = WK_DIMS(2));
}
static wk_tensor *wrong_dims(void) { return wk_max_pool1d(wk_zeros(WK_SHAPE(4), WK_F32), WK_DIMS(2)); }
const wki_error_sample wki_errors_pool_max[] = {
    { "max_pool2d", wrong_padding, WK_E_INVALID, "padding is [2, 2], kernel_size [2, 2]" },
    { "max_pool1d", wrong_dims, WK_E_SHAPE, "x is [4]" },
    { 0 },
};

const wki_family wki_family_pool_max = { &pool_op, &put_op, &pick_op, NULL };

/* v as [planes, elements] */
static wki_view flat(const wki_view *v)
{
    wki_view f = *v;
    int64_t elements = 1;
    for (int d = 2; d < v->ndim; d++) elements *= v->size[d];
    wki_view_set(&f, 2, (int64_t[]){ v->size[0] * v->size[1], elements }, (wk_dtype)v->dtype);
    return f;
}

/* To planes of such sizes */
static wk_tensor *move(const wki_opdef *op, int kernel, wk_tensor *t, wk_tensor *index, const wki_window *w,
                       const int32_t spatial[3])
{
    if (!t || !(t = wk_contiguous(t))) return NULL;
    const int ndim = t->v.ndim;
    int64_t size[WK_MAX_DIMS] = { t->v.size[0], t->v.size[1] };
    for (int d = 2; d < ndim; d++) size[d] = spatial[d + 3 - ndim];
    wk_tensor *y = wki_new(op->name, t->v.device, ndim, size, (wk_dtype)t->v.dtype);
    if (!y) return NULL;
    const wki_view to = flat(&y->v), from = flat(&t->v), where = flat(&index->v);
    if (wki_do(kernel, 1, WKI_VIEWS(&to, &from, &where), w, sizeof *w, wki_numel(&to) + wki_numel(&from))) return NULL;
    if (!wki_wants_grad(1, &t)) return y;
    wki_node *node = wki_record(op, y, 1, &t, w, sizeof *w);
    wki_save(node, index);
    return wki_recorded(node, y);
}

static wk_tensor *put(wk_tensor *g, wk_tensor *index, const wki_window *w)
{
    return move(&put_op, WKI_OP_pool_put, g, index, w, w->in);
}

static wk_tensor *pick(wk_tensor *x, wk_tensor *index, const wki_window *w)
{
    return move(&pick_op, WKI_OP_pool_pick, x, index, w, w->out);
}

/* ---- What users call ---- */

static wk_tensor *pool(const wki_slide *s, wk_tensor *x, bool adaptive, bool single, wk_tensor **indices)
{
    const wki_pool_attrs attrs = { .window = s->w, .adaptive = adaptive };
    wk_tensor *y = wki_slide_new(s, x, x->v.size[0], x->v.size[1], s->w.out);
    wk_tensor *index = y ? wki_new(s->where, x->v.device, y->v.ndim, y->v.size, WK_I64) : NULL;
    if (!index || wki_do(WKI_OP_pool_max, 2, WKI_VIEWS(&y->v, &index->v, &x->v), &attrs, sizeof attrs,
                         wki_numel(&x->v) + 4 * wki_numel(&y->v)))
        return NULL;
    if (wki_wants_grad(1, &x)) {
        wki_node *node = wki_record(&pool_op, y, 1, &x, &s->w, sizeof s->w);
        wki_save(node, index);
        if (!wki_recorded(node, y)) return NULL;
    }
    if (indices && !(*indices = wki_slide_leave(index, single))) return NULL;
    return wki_slide_leave(y, single);
}

wk_pool_opts wk_pool_opts_default(void) { return (wk_pool_opts){ WK_POOL_DEFAULTS }; }

static wk_tensor *max_pool(const char *where, int n, const wk_pool_opts *given)
{
    wk_pool_opts o = wk_pool_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_slide s = wki_slide_over(where, n);
    bool single;
    if (o.indices) *o.indices = NULL;
    wk_tensor *x = wki_slide_enter(&s, o.x, s.w.in, &single);
    if (!x || !wki_slide_take(&s, "dilation", &o.dilation, 1, s.w.dilation) || !wki_slide_take_pool(&s, &o))
        return NULL;
    return pool(&s, x, false, single, o.indices);
}

wk_tensor *wk_max_pool1d_new(const wk_pool_opts *o) { return max_pool("max_pool1d", 1, o); }
wk_tensor *wk_max_pool2d_new(const wk_pool_opts *o) { return max_pool("max_pool2d", 2, o); }
wk_tensor *wk_max_pool3d_new(const wk_pool_opts *o) { return max_pool("max_pool3d", 3, o); }

static wk_tensor *adaptive(const char *where, int n, wk_tensor *x, const wk_dims *output_size, wk_tensor **indices)
{
    wki_slide s = wki_slide_over(where, n);
    bool single;
    if (indices) *indices = NULL;
    x = wki_slide_enter(&s, x, s.w.in, &single);
    if (!x || !wki_slide_take_adaptive(&s, output_size)) return NULL;
    return pool(&s, x, !wki_slide_is_even(&s), single, indices);
}

wk_tensor *wk_adaptive_max_pool1d(wk_tensor *x, wk_dims output_size, wk_tensor **indices)
{
    return adaptive("adaptive_max_pool1d", 1, x, &output_size, indices);
}

wk_tensor *wk_adaptive_max_pool2d(wk_tensor *x, wk_dims output_size, wk_tensor **indices)
{
    return adaptive("adaptive_max_pool2d", 2, x, &output_size, indices);
}

wk_tensor *wk_adaptive_max_pool3d(wk_tensor *x, wk_dims output_size, wk_tensor **indices)
{
    return adaptive("adaptive_max_pool3d", 3, x, &output_size, indices);
}
