/* Convolution as a family of three bilinear ops, each the gradient of the others: y = x * w (correlation), its
 * transpose x = y *' w, and the weights' w = x *" y. So every backward is made of the three again. */
#include "base/fault.h"
#include "base/options.h"
#include "nn/window.h"

/* What nodes remember. window.in are x's sizes, window.out y's, whichever of the three is computed. */
typedef struct correlation {
    wki_conv_attrs c;
    int32_t n; /* dims slid over */
} correlation;

static wk_tensor *correlate(const correlation *g, wk_tensor *x, wk_tensor *w, wk_tensor *bias);
static wk_tensor *transposed(const correlation *g, wk_tensor *y, wk_tensor *w, wk_tensor *bias);
static wk_tensor *by_weight(const correlation *g, wk_tensor *x, wk_tensor *y);

/* ---- Nodes ---- */

static wk_tensor *bias_gradient(const wki_backward *b)
{
    static const int dims[] = { 0, 2, 3, 4 };
    return wk_sum_dims(b->g, b->g->v.ndim - 1, dims, false);
}

static bool has_bias(const wki_backward *b) { return b->node->ninputs > 2 && wki_needs(b, 2); }

static wk_status conv_backward(wki_backward *b, wk_tensor **d)
{
    const correlation *g = wki_attrs(b);
    wk_tensor *x = wki_needs(b, 1) ? wki_saved_at(b, 0) : NULL, *w = wki_needs(b, 0) ? wki_saved_at(b, 1) : NULL;
    if (wki_needs(b, 0)) d[0] = transposed(g, b->g, w, NULL);
    if (wki_needs(b, 1)) d[1] = by_weight(g, x, b->g);
    if (has_bias(b)) d[2] = bias_gradient(b);
    return WK_OK;
}

static wk_status transpose_backward(wki_backward *b, wk_tensor **d)
{
    const correlation *g = wki_attrs(b);
    wk_tensor *y = wki_needs(b, 1) ? wki_saved_at(b, 0) : NULL, *w = wki_needs(b, 0) ? wki_saved_at(b, 1) : NULL;
    if (wki_needs(b, 0)) d[0] = correlate(g, b->g, w, NULL);
    if (wki_needs(b, 1)) d[1] = by_weight(g, b->g, y);
    if (has_bias(b)) d[2] = bias_gradient(b);
    return WK_OK;
}

static wk_status weight_backward(wki_backward *b, wk_tensor **d)
{
    const correlation *g = wki_attrs(b);
    wk_tensor *x = wki_needs(b, 1) ? wki_saved_at(b, 0) : NULL, *y = wki_needs(b, 0) ? wki_saved_at(b, 1) : NULL;
    if (wki_needs(b, 0)) d[0] = transposed(g, y, b->g, NULL);
    if (wki_needs(b, 1)) d[1] = correlate(g, x, b->g, NULL);
    return WK_OK;
}

static wk_tensor *sample_conv1d(wk_tensor *const *in)
{
    return wk_square(
        wk_conv1d(in[0], in[1], in[2], .stride = WK_DIMS(2), .padding = WK_DIMS(2), .dilation = WK_DIMS(2)));
}
static wk_tensor *sample_conv2d(wk_tensor *const *in) { return wk_square(wk_conv2d(in[0], in[1], in[2])); }
static wk_tensor *sample_conv2d_padded(wk_tensor *const *in)
{
    return wk_square(wk_conv2d(in[0], in[1], NULL, .stride = WK_DIMS(1, 2), .padding = WK_DIMS(1, 0), .groups = 2));
}
static wk_tensor *sample_conv3d(wk_tensor *const *in)
{
    wk_tensor *w = wk_reshape(in[1], WK_SHAPE(2, 1, 2, 1, 2));
    return wk_square(wk_conv3d(in[0], w, in[2], .padding = WK_DIMS(0, 0, 1)));
}
static wk_tensor *sample_conv_same(wk_tensor *const *in)
{
    return wk_square(wk_conv2d(in[0], in[1], NULL, .padding = WK_SAME));
}
static const wki_sample conv_samples[] = {
    { sample_conv_same, 2, { { 4, { 1, 2, 3, 3 }, -2, 2 }, { 4, { 1, 2, 2, 3 }, -2, 2 } } },
    { sample_conv1d, 3, { { 3, { 2, 2, 5 }, -2, 2 }, { 3, { 3, 2, 3 }, -2, 2 }, { 1, { 3 }, -2, 2 } } },
    { sample_conv2d, 3, { { 4, { 2, 1, 3, 4 }, -2, 2 }, { 4, { 2, 1, 2, 2 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
    { sample_conv2d_padded, 2, { { 3, { 4, 2, 4 }, -2, 2 }, { 4, { 2, 2, 2, 3 }, -2, 2 } } },
    { sample_conv3d, 3, { { 4, { 1, 3, 2, 2 }, -2, 2 }, { 2, { 2, 4 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
    { 0 }
};

static wk_tensor *sample_transpose1d(wk_tensor *const *in)
{
    return wk_square(wk_conv_transpose1d(in[0], in[1], in[2], .dilation = WK_DIMS(2), .output_padding = WK_DIMS(1)));
}
static wk_tensor *sample_transpose2d(wk_tensor *const *in)
{
    return wk_square(wk_conv_transpose2d(in[0], in[1], in[2], .stride = WK_DIMS(2, 1), .padding = WK_DIMS(1)));
}
static wk_tensor *sample_transpose3d(wk_tensor *const *in)
{
    wk_tensor *w = wk_reshape(in[1], WK_SHAPE(2, 1, 2, 1, 2));
    return wk_square(wk_conv_transpose3d(in[0], w, NULL, .stride = WK_DIMS(2), .groups = 2));
}
static const wki_sample transpose_samples[] = {
    { sample_transpose1d, 3, { { 3, { 2, 2, 3 }, -2, 2 }, { 3, { 2, 2, 2 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
    { sample_transpose2d, 3, { { 4, { 1, 2, 2, 3 }, -2, 2 }, { 4, { 2, 2, 3, 3 }, -2, 2 }, { 1, { 2 }, -2, 2 } } },
    { sample_transpose3d, 2, { { 4, { 2, 2, 1, 2 }, -2, 2 }, { 2, { 2, 4 }, -2, 2 } } },
    { 0 }
};

static wk_tensor *sample_weight(wk_tensor *const *in)
{
    wk_tensor *y = wk_conv2d(in[0], in[1], NULL, .stride = WK_DIMS(2, 1)), *grads[1];
    return !y || wk_autograd_grad(&(wk_tensor *){ wk_sum(wk_square(y)) }, 1, in + 1, 1, true, grads) ? NULL : grads[0];
}
static const wki_sample weight_samples[] = {
    { sample_weight, 2, { { 4, { 2, 2, 3, 3 }, -2, 2 }, { 4, { 2, 2, 2, 2 }, -2, 2 } } }, { 0 }
};

static const wki_opdef conv_op = { "conv", conv_backward, conv_samples };
static const wki_opdef transpose_op = { "conv_transpose", transpose_backward, transpose_samples };
static const wki_opdef weight_op = { "conv_weight", weight_backward, weight_samples };
static wk_tensor *wrong_conv(void)
{
    return wk_conv2d(wk_zeros(WK_SHAPE(1, 3, 4, 4), WK_F32), wk_zeros(WK_SHAPE(2, 2, 3, 3), WK_F32), NULL);
}
static wk_tensor *wrong_transpose(void)
{
    return wk_conv_transpose2d(wk_zeros(WK_SHAPE(1, 2, 4, 4), WK_F32), wk_zeros(WK_SHAPE(2, 2, 3, 3), WK_F32), NULL,
                               .output_padding = WK_DIMS(1));
}
static wk_tensor *wrong_same(void)
{
    return wk_conv1d(wk_zeros(WK_SHAPE(1, 3, 4), WK_F32), wk_zeros(WK_SHAPE(2, 3, 3), WK_F32), NULL,
                     .stride = WK_DIMS(2), .padding = WK_SAME);
}
const wki_error_sample wki_errors_conv[] = {
    { "conv1d", wrong_same, WK_E_INVALID, "stride 2; it must be 1" },
    { "conv2d", wrong_conv, WK_E_SHAPE, "x [1, 3, 4, 4], weight [2, 2, 3, 3] and 1 groups do not fit" },
    { "conv_transpose2d", wrong_transpose, WK_E_INVALID, "output_padding is 1" },
    { 0 },
};

const wki_family wki_family_conv = { &conv_op, &transpose_op, &weight_op, NULL };

/* ---- The three ---- */

static wki_slide slide_of(const correlation *g, const char *where) { return (wki_slide){ where, g->n, g->c.window }; }

static wk_tensor *remember(const wki_opdef *op, wk_tensor *y, int n, wk_tensor *const *in, const correlation *g)
{
    if (!wki_wants_grad(n, in)) return y;
    wki_node *node = wki_record(op, y, n, in, g, sizeof *g);
    wki_save_if(in[1]->requires_grad, node, in[0]);
    wki_save_if(in[0]->requires_grad, node, in[1]);
    return wki_recorded(node, y);
}

static bool all_contiguous(int n, wk_tensor **in)
{
    for (int i = 0; i < n; i++)
        if (!(in[i] = in[i] ? wk_contiguous(in[i]) : NULL)) return false;
    return true;
}

static int64_t volume(const int32_t size[3]) { return (int64_t)size[0] * size[1] * size[2]; }

/* and in which precision operands like v are multiplied */
static wki_conv_attrs with_precision(const wki_conv_attrs *c, const wki_view *v)
{
    wki_conv_attrs a = *c;
    a.bf16 = wki_casts(v);
    a.matmul = (uint8_t)(v->dtype == WK_F32 && !a.bf16 && !WKI_FAULT(199) ? wk_matmul_precision() : WK_MATMUL_HIGHEST);
    return a;
}

static wk_status run(int op, const wki_conv_attrs *c, const wki_view *to, wk_tensor *const *in, const wk_tensor *bias)
{
    WK_SCOPE(autocast);
    wki_conv_attrs attrs = with_precision(c, to);
    attrs.bias = bias != NULL;
    const wki_view *views[] = { to, &in[0]->v, &in[1]->v, bias ? &bias->v : NULL };
    wki_view rounded[2];
    attrs.rounds = attrs.bf16 && wki_rounds(op, views, &attrs);
    for (int i = 0; i < 2 && attrs.bf16 && !attrs.rounds; i++) {
        if (wki_round_operand(&in[i]->v, &rounded[i])) return wk_error();
        views[1 + i] = &rounded[i];
    }
    const wki_view *y = c->by_weight ? views[2] : op == WKI_OP_conv_data ? views[1] : to;
    const wki_view *x = op == WKI_OP_conv_data ? to : views[1];
    return wki_do(op, 1, bias ? 4 : 3, views, &attrs, sizeof attrs,
                  wki_numel(y) * volume(c->window.kernel) * x->size[1] / c->groups);
}

/* Views of w as it is, and laid out anew for one of the kernels in memory of the same size: [taps of the height, groups
 * * o, c, the other taps] if sliced. turn: they become the weights of the transpose, with o and c exchanged within each
 * group and the taps in reverse order. */
static void lay_out(const wki_conv_attrs *a, bool turn, wki_view *w, wki_view *anew)
{
    const int32_t *kernel = a->window.kernel;
    const int64_t taps = volume(kernel), o = w->size[0] / a->groups, c = w->size[1], sign = turn ? -1 : 1;
    const int64_t sizes[] = { kernel[1], a->groups, turn ? c : o, turn ? o : c, kernel[0], kernel[2] };
    const int64_t steps[] = {
        sign * kernel[2], o * c * taps, (turn ? 1 : c) * taps, (turn ? c : 1) * taps, sign * kernel[1] * kernel[2], sign
    };
    const int order[] = { 1, 2, 3, 4, 0, 5 }; /* of dims in memory, unless sliced */
    int64_t step = 1;
    w->ndim = anew->ndim = 6;
    for (int i = 5; i >= 0; i--) {
        const int d = a->sliced ? i : order[i];
        w->size[d] = anew->size[d] = sizes[d], w->stride[d] = steps[d], anew->stride[d] = step;
        step *= sizes[d];
    }
    if (turn && step > 0) w->data = (char *)w->data + (taps - 1) * (int64_t)wk_dtype_size((wk_dtype)w->dtype);
}

static wk_tensor *laid_out(const wki_conv_attrs *a, const wk_tensor *w, bool turn)
{
    const int64_t numel = wki_numel(&w->v);
    wk_tensor *t = wki_new("conv", w->v.device, 2, (int64_t[]){ 1, numel }, (wk_dtype)w->v.dtype);
    if (!t) return NULL;
    wki_view from = w->v, to = t->v;
    lay_out(a, turn, &from, &to);
    return wki_do(WKI_OP_copy, 1, WKI_VIEWS(&to, &from), NULL, 0, numel) ? NULL : t;
}

enum { SLICE = 32, SLICES_PAY = 8 };

/* Slices need rows one after the other, long enough products, and, where w has to be copied for it, many windows. */
static bool slices(const wki_window *w, int64_t channels, double windows)
{
    return w->stride[1] == 1 && w->kernel[1] > 1 && channels * w->kernel[0] * w->kernel[2] >= SLICE &&
           windows >= SLICES_PAY;
}

static bool is_depthwise(const wki_conv_attrs *c, int64_t in, int64_t out)
{
    return in == c->groups && out == c->groups && c->window.stride[1] == 1 && c->window.stride[2] == 1 &&
           volume(c->window.kernel) <= WKI_DEPTH_TAPS;
}

static bool takes_plain(int op, const wki_conv_attrs *c, const wk_tensor *w, int64_t images)
{
    const wki_backend *backend = wki_backend_of(w->v.device);
    const wki_conv_attrs a = with_precision(c, &w->v);
    return backend && backend->takes_plain(op, &w->v, &a, images);
}

static wk_status run_conv(const wki_conv_attrs *c, const wk_tensor *y, wk_tensor *const *in, const wk_tensor *bias)
{
    WK_SCOPE(work);
    wki_conv_attrs a = *c;
    const double windows = (double)volume(c->window.out) * (double)y->v.size[0];
    if (takes_plain(WKI_OP_conv, c, in[1], in[0]->v.size[0])) return run(WKI_OP_conv, c, &y->v, in, bias);
    if (is_depthwise(c, in[0]->v.size[1], y->v.size[1])) return run(WKI_OP_conv_depth, c, &y->v, in, bias);
    a.sliced = slices(&c->window, in[1]->v.size[1], windows / (double)(y->v.size[1] + 1));
    wk_tensor *with[] = { in[0], a.sliced ? laid_out(&a, in[1], false) : in[1] };
    return with[1] ? run(WKI_OP_conv, &a, &y->v, with, bias) : wk_error();
}

/* With a stride of 1 the transpose is a correlation with the turned weights. */
static wk_status run_turned(const wki_conv_attrs *c, const wk_tensor *x, wk_tensor *const *in, const wk_tensor *bias)
{
    WK_SCOPE(work);
    wki_conv_attrs a = *c;
    for (int d = 0; d < 3; d++) {
        a.window.in[d] = c->window.out[d], a.window.out[d] = c->window.in[d];
        a.window.padding[d] = a.window.dilation[d] * (a.window.kernel[d] - 1) - a.window.padding[d];
    }
    const bool depthwise = is_depthwise(c, x->v.size[1], in[0]->v.size[1]);
    a.sliced = !depthwise && slices(&a.window, in[1]->v.size[0] / c->groups, SLICES_PAY);
    wk_tensor *with[] = { in[0], laid_out(&a, in[1], true) };
    return with[1] ? run(depthwise ? WKI_OP_conv_depth : WKI_OP_conv, &a, &x->v, with, bias) : wk_error();
}

/* Of the two ways with a stride of 1, the one that has less to multiply and to move; in cycles for each tap, roughly.
 */
static bool turning_pays(const wki_conv_attrs *c, const wk_tensor *w, int64_t number)
{
    const double images = (double)number;
    const double o = (double)(w->v.size[0] / c->groups), i = (double)w->v.size[1], multiply = o * i / 32;
    const double lay_out = 0.1 * o, add = 0.4 * i, turn = 3 * o * i;
    const double seen = (double)volume(c->window.in) / c->window.in[1] * c->window.out[1]; /* rows inside, see conv.c */
    return volume(c->window.stride) == 1 && !takes_plain(WKI_OP_conv_data, c, w, number) &&
           images * (seen * multiply + (double)volume(c->window.in) * lay_out) + turn <=
               images * (double)volume(c->window.out) * (1.1 * multiply + add);
}

static wk_tensor *correlate(const correlation *g, wk_tensor *x, wk_tensor *w, wk_tensor *bias)
{
    wk_tensor *in[] = { x, w, bias };
    const int n = bias ? 3 : 2;
    if (!all_contiguous(n, in)) return NULL;
    const wki_slide s = slide_of(g, "conv");
    wk_tensor *y = wki_slide_new(&s, x, x->v.size[0], w->v.size[0], g->c.window.out);
    if (!y || run_conv(&g->c, y, in, in[2])) return NULL;
    return remember(&conv_op, y, n, in, g);
}

static wk_tensor *transposed(const correlation *g, wk_tensor *y, wk_tensor *w, wk_tensor *bias)
{
    wk_tensor *in[] = { y, w, bias };
    const int n = bias ? 3 : 2;
    if (!all_contiguous(n, in)) return NULL;
    const wki_slide s = slide_of(g, "conv_transpose");
    wk_tensor *x = wki_slide_new(&s, y, y->v.size[0], w->v.size[1] * g->c.groups, g->c.window.in);
    if (!x) return NULL;
    if (turning_pays(&g->c, w, y->v.size[0]) ? run_turned(&g->c, x, in, in[2])
                                             : run(WKI_OP_conv_data, &g->c, &x->v, in, in[2]))
        return NULL;
    return remember(&transpose_op, x, n, in, g);
}

enum { PARTS = 8, PARTS_ELEMENTS = 1 << 19 }; /* of the weights' gradient, and elements in all of them */

/* The sum of parts into w, sizes [1, numel]. More parts give threads more to do, and shorter sums; their number depends
 * on the shape alone. */
static wk_status run_parts(int op, const wki_conv_attrs *a, const wki_view *w, wk_tensor *const *in)
{
    const int64_t numel = w->size[1], n = in[0]->v.size[0];
    int64_t parts = PARTS_ELEMENTS / (numel + 1) < PARTS ? PARTS_ELEMENTS / (numel + 1) : PARTS;
    parts = parts < n ? parts : n;
    if (parts <= 1) return run(op, a, w, in, NULL);
    wk_tensor *all = wki_new("conv_weight", w->device, 2, (int64_t[]){ parts, numel }, (wk_dtype)w->dtype);
    if (!all || run(op, a, &all->v, in, NULL)) return wk_error();
    const wki_reduce_attrs attrs = { WKI_SUM, 1, 1 };
    return wki_do(WKI_OP_reduce, 1, WKI_VIEWS(w, &all->v), &attrs, sizeof attrs, wki_numel(&all->v));
}

static wk_status run_by_weight(const correlation *g, const wk_tensor *w, wk_tensor *const *in)
{
    WK_SCOPE(work);
    const int64_t numel = wki_numel(&w->v), channels = in[0]->v.size[1], outs = in[1]->v.size[1];
    const double windows = (double)volume(g->c.window.out) * (double)in[0]->v.size[0];
    wki_conv_attrs a = g->c;
    a.by_weight = true;
    wki_view whole = w->v;
    wki_view_set(&whole, 2, (int64_t[]){ 1, numel }, (wk_dtype)w->v.dtype);
    if (takes_plain(WKI_OP_conv_weight, &a, w, in[0]->v.size[0])) return run(WKI_OP_conv_weight, &a, &whole, in, NULL);
    if (is_depthwise(&a, channels, outs)) return run_parts(WKI_OP_conv_depth, &a, &whole, in);
    a.sliced = slices(&a.window, channels / a.groups, windows / (double)(outs + 1));
    if (!a.sliced) return run_parts(WKI_OP_conv_weight, &a, &whole, in);
    wk_tensor *anew = wki_new("conv_weight", w->v.device, 2, whole.size, (wk_dtype)w->v.dtype);
    if (!anew || run_parts(WKI_OP_conv_weight, &a, &anew->v, in)) return wk_error();
    wki_view to = w->v, from = anew->v;
    lay_out(&a, false, &to, &from);
    return wki_do(WKI_OP_copy, 1, WKI_VIEWS(&to, &from), NULL, 0, numel);
}

static wk_tensor *by_weight(const correlation *g, wk_tensor *x, wk_tensor *y)
{
    wk_tensor *in[] = { x, y };
    if (!all_contiguous(2, in)) return NULL;
    const wki_slide s = slide_of(g, "conv_weight");
    wk_tensor *w = wki_slide_new(&s, x, y->v.size[1], x->v.size[1] / g->c.groups, g->c.window.kernel);
    if (!w || run_by_weight(g, w, in)) return NULL;
    return remember(&weight_op, w, 2, in, g);
}

/* ---- What users call ---- */

static bool operand_ok(const wki_slide *s, const char *argument, const wk_tensor *t, const wk_tensor *x)
{
    if (!wki_tensor_ok(t, s->where, argument) || !wki_same_device(s->where, x, t)) return false;
    wki_check(t->v.dtype == x->v.dtype, false, WK_E_DTYPE, s->where,
              "dtypes differ (x %s, %s %s); convert one with wk_to", wk_dtype_name((wk_dtype)x->v.dtype), argument,
              wk_dtype_name((wk_dtype)t->v.dtype));
    return true;
}

/* weight [a, b, kernel], where x's channels are a (transposed) or groups * b; its kernel into s */
static bool weight_ok(wki_slide *s, const wk_conv_opts *o, const wk_tensor *x, bool transpose)
{
    const wki_view *w = &o->weight->v;
    const int64_t groups = o->groups;
    if (!operand_ok(s, "weight", o->weight, x)) return false;
    wki_check(groups >= 1 && groups <= INT32_MAX, false, WK_E_INVALID, s->where, "groups is %lld; at least 1 is needed",
              (long long)groups);
    wki_check(w->ndim == s->n + 2, false, WK_E_SHAPE, s->where, "weight is %s; %d dims are needed", wki_show(w),
              s->n + 2);
    const int64_t channels = transpose ? w->size[0] : w->size[1] * groups;
    wki_check(channels == x->v.size[1] && w->size[0] % groups == 0, false, WK_E_SHAPE, s->where,
              transpose
                  ? "x %s, weight %s and %lld groups do not fit; weight is [c, o / groups, ...] where x has c channels"
                  : "x %s, weight %s and %lld groups do not fit; weight is [o, c / groups, ...] where x has c channels",
              wki_show(&x->v), wki_show(w), (long long)groups);
    for (int i = 0; i < s->n; i++) {
        wki_check(w->size[2 + i] >= 1 && w->size[2 + i] <= INT32_MAX, false, WK_E_SHAPE, s->where,
                  "weight is %s; the kernel's sizes must be at least 1", wki_show(w));
        s->w.kernel[3 - s->n + i] = (int32_t)w->size[2 + i];
    }
    return true;
}

static bool bias_ok(const wki_slide *s, const wk_tensor *bias, const wk_tensor *x, int64_t channels)
{
    if (!bias) return wki_optional_ok(bias, s->where, "bias");
    if (!operand_ok(s, "bias", bias, x)) return false;
    wki_check(bias->v.ndim == 1 && bias->v.size[0] == channels, false, WK_E_SHAPE, s->where,
              "bias is %s; [%lld] is needed", wki_show(&bias->v), (long long)channels);
    return true;
}

/* WK_SAME: as many windows as x has elements along each dim. What is odd of the padding goes behind, into x itself. */
static wk_tensor *pad_to_same(wki_slide *s, wk_tensor *x)
{
    wki_window *w = &s->w;
    int64_t by[6] = { 0 };
    bool odd = false;
    for (int d = 3 - s->n; d < 3; d++) {
        const int64_t total = w->dilation[d] * (w->kernel[d] - INT64_C(1));
        wki_check(w->stride[d] == 1, NULL, WK_E_INVALID, s->where, "padding is WK_SAME and stride %d; it must be 1",
                  w->stride[d]);
        wki_check(total / 2 <= INT32_MAX && w->in[d] < INT32_MAX, NULL, WK_E_SHAPE, s->where,
                  "padding WK_SAME would be %lld; up to %d is possible", (long long)total, INT32_MAX);
        w->padding[d] = (int32_t)(total / 2);
        w->in[d] += by[2 * (2 - d) + 1] = total % 2;
        odd = odd || total % 2;
    }
    return odd ? wk_pad(x, 2 * s->n, by, WK_PAD_CONSTANT, 0) : x;
}

/* window.in of a transpose, whose x are the windows */
static bool grow(wki_slide *s, const int32_t more[3])
{
    wki_window *w = &s->w;
    for (int d = 3 - s->n; d < 3; d++) {
        wki_check(more[d] < w->stride[d] || more[d] < w->dilation[d], false, WK_E_INVALID, s->where,
                  "output_padding is %d; it must be less than stride (%d) or dilation (%d)", more[d], w->stride[d],
                  w->dilation[d]);
        const int64_t size = (w->out[d] - INT64_C(1)) * w->stride[d] - 2 * (int64_t)w->padding[d] +
                             w->dilation[d] * (w->kernel[d] - INT64_C(1)) + more[d] + 1;
        wki_check(size >= 1 && size <= INT32_MAX, false, WK_E_SHAPE, s->where,
                  "the result would have size %lld; x's sizes %s, the kernel %s and padding leave nothing",
                  (long long)size, wki_slide_show(s, w->out), wki_slide_show(s, w->kernel));
        w->in[d] = (int32_t)size;
    }
    return true;
}

wk_conv_opts wk_conv_opts_default(void) { return (wk_conv_opts){ WK_CONV_DEFAULTS }; }

static wk_tensor *convolution(const char *where, int n, const wk_conv_opts *given, bool transpose)
{
    wk_conv_opts o = wk_conv_opts_default();
    if (!wki_options_take(where, &o, sizeof o, given)) return NULL;
    wki_slide s = wki_slide_over(where, n);
    bool single;
    int32_t more[3] = { 0 };
    const bool same = o.padding.n == WK_SAME.n;
    wk_tensor *x = wki_slide_enter(&s, o.x, transpose ? s.w.out : s.w.in, &single);
    if (!x || !wki_slide_take(&s, "stride", &o.stride, 1, s.w.stride) ||
        (!same && !wki_slide_take(&s, "padding", &o.padding, 0, s.w.padding)) ||
        !wki_slide_take(&s, "dilation", &o.dilation, 1, s.w.dilation) ||
        !wki_slide_take(&s, "output_padding", &o.output_padding, 0, more) ||
        !wki_tensor_ok(o.weight, where, "weight") || !weight_ok(&s, &o, x, transpose) ||
        !bias_ok(&s, o.bias, x, transpose ? o.weight->v.size[1] * o.groups : o.weight->v.size[0]))
        return NULL;
    wki_check(transpose || !o.output_padding.n, NULL, WK_E_INVALID, where,
              "output_padding is given; only transposed convolutions have one");
    wki_check(!transpose || !same, NULL, WK_E_INVALID, where,
              "padding is WK_SAME, which transposed convolutions do not have");
    if (same && !(x = pad_to_same(&s, x))) return NULL;
    if (transpose ? !grow(&s, more) : !wki_slide_count(&s, false)) return NULL;
    const correlation g = { { .window = s.w, .groups = (int32_t)o.groups }, n };
    return wki_slide_leave((transpose ? transposed : correlate)(&g, x, o.weight, o.bias), single);
}

wk_tensor *wk_conv1d_new(const wk_conv_opts *o) { return convolution("conv1d", 1, o, false); }
wk_tensor *wk_conv2d_new(const wk_conv_opts *o) { return convolution("conv2d", 2, o, false); }
wk_tensor *wk_conv3d_new(const wk_conv_opts *o) { return convolution("conv3d", 3, o, false); }
wk_tensor *wk_conv_transpose1d_new(const wk_conv_opts *o) { return convolution("conv_transpose1d", 1, o, true); }
wk_tensor *wk_conv_transpose2d_new(const wk_conv_opts *o) { return convolution("conv_transpose2d", 2, o, true); }
wk_tensor *wk_conv_transpose3d_new(const wk_conv_opts *o) { return convolution("conv_transpose3d", 3, o, true); }
