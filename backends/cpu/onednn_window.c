/* Convolutions and means of windows through oneDNN. Its maxima are not for us: the places that it remembers are in a
 * form of its own, and of equal and NaN elements it may take others. */
#include "backends/cpu/onednn.h"
#include "backends/cpu/onednn_plan.h"
#include "backends/cpu/windows.h"
#include "base/thread.h"

/* ---- What oneDNN is told of a window ---- */

typedef struct slide {
    int n;                                                        /* dims; leading ones of size 1 are left out */
    dnnl_dims_t in, out, kernel, stride, dilation, before, after; /* dilation counts from 0; padding */
} slide;

static bool is_trivial(const wki_window *w, int d)
{
    return w->in[d] == 1 && w->out[d] == 1 && w->kernel[d] == 1 && w->padding[d] == 0;
}

/* How far the last window sees beyond the end of x, or, below 0, how much of x behind it is not seen. */
static int64_t beyond(const wki_window *w, int d)
{
    return (w->out[d] - INT64_C(1)) * w->stride[d] + (w->kernel[d] - INT64_C(1)) * w->dilation[d] + 1 - w->padding[d] -
           w->in[d];
}

static slide slide_of(const wki_window *w)
{
    slide s = { .n = 0 };
    int first = 0;
    while (first < 2 && is_trivial(w, first)) first++;
    for (int d = first; d < 3; d++, s.n++) {
        s.in[s.n] = w->in[d], s.out[s.n] = w->out[d], s.kernel[s.n] = w->kernel[d], s.stride[s.n] = w->stride[d];
        s.dilation[s.n] = w->dilation[d] - 1, s.before[s.n] = w->padding[d], s.after[s.n] = beyond(w, d);
    }
    return s;
}

/* [groups, first, second, sizes], without groups if they are 0; plain, or in any layout */
static bool describe(dnnl_memory_desc_t *md, const int64_t lead[3], int n, const int64_t *sizes, dnnl_data_type_t type,
                     bool any)
{
    dnnl_dims_t size, stride;
    int ndim = 0;
    for (int i = lead[0] == 0; i < 3; i++) size[ndim++] = lead[i];
    for (int d = 0; d < n; d++) size[ndim++] = sizes[d];
    if (any) return !dnnl_memory_desc_init_by_tag(md, ndim, size, type, dnnl_format_tag_any);
    int64_t step = 1;
    for (int d = ndim - 1; d >= 0; d--) {
        stride[d] = step;
        step *= size[d];
    }
    return !dnnl_memory_desc_init_by_strides(md, ndim, size, type, stride);
}

static bool run_plan(const wki_onednn_plan_key *key, wki_onednn_plan_maker *make, void *const *data, wk_status *status)
{
    wki_onednn_plan *plan = wki_onednn_plan_take(key, make);
    *status = WK_E_MEMORY;
    if (!plan) return true;
    bool taken = plan->run != NULL;
    void *scratch = taken ? wki_thread_scratch(plan->scratch + 1) : NULL;
    if (scratch) {
        taken = wki_onednn_plan_run(plan, data, scratch);
        *status = WK_OK;
    }
    wki_onednn_plan_give(plan);
    return taken;
}

/* ---- Convolution ---- */

enum { X, W, Y, B, OPERANDS };     /* x, weights, y, bias */
enum { BIAS = 1, BF16 = 2 };       /* kinds */
enum { FEW = 8, DEPTH_WIDTH = 3 }; /* channels; widths of kernels */

/* the number of the view that an operand is: the result's is 0 */
static int view_of(int op, int operand)
{
    static const int conv[] = { 1, 2, 0, 3 }, data[] = { 0, 2, 1, 3 }, weight[] = { 1, 0, 2, 3 };
    return (op == WKI_OP_conv ? conv : op == WKI_OP_conv_data ? data : weight)[operand];
}

/* Layouts of its own cost oneDNN a copy on the way in and out. They are worth it, but where each window is one element,
 * which makes a product of plain memory, and where few channels of a result would be filled up to whole vectors. */
static bool own_layouts_pay(const wki_onednn_plan_key *k)
{
    return k->groups > 1 || !(wki_is_pointwise(&k->window) || (k->op == WKI_OP_conv_data && k->in < FEW));
}

static bool describe_operands(const wki_onednn_plan_key *k, const slide *s, bool any, bool bf16, dnnl_memory_desc_t *md)
{
    const int64_t x[] = { 0, k->n, k->in }, y[] = { 0, k->n, k->out };
    const int64_t w[] = { k->groups > 1 ? k->groups : 0, k->out / k->groups, k->in / k->groups };
    const dnnl_dims_t channels = { k->out };
    dnnl_data_type_t type[B];
    for (int i = 0; i < B; i++) type[i] = bf16 && view_of(k->op, i) > 0 ? dnnl_bf16 : dnnl_f32;
    return describe(&md[X], x, s->n, s->in, type[X], any) && describe(&md[W], w, s->n, s->kernel, type[W], any) &&
           describe(&md[Y], y, s->n, s->out, type[Y], any) &&
           !dnnl_memory_desc_init_by_tag(&md[B], 1, channels, dnnl_f32, dnnl_x);
}

static bool describe_convolution(dnnl_convolution_desc_t *to, const wki_onednn_plan_key *k, const slide *s,
                                 const dnnl_memory_desc_t *md)
{
    const dnnl_alg_kind_t direct = dnnl_convolution_direct;
    const dnnl_memory_desc_t *bias = k->kind & BIAS ? &md[B] : NULL;
    switch (k->op) {
    case WKI_OP_conv:
        return !dnnl_dilated_convolution_forward_desc_init(to, dnnl_forward_training, direct, &md[X], &md[W], bias,
                                                           &md[Y], s->stride, s->dilation, s->before, s->after);
    case WKI_OP_conv_data:
        return !dnnl_dilated_convolution_backward_data_desc_init(to, direct, &md[X], &md[W], &md[Y], s->stride,
                                                                 s->dilation, s->before, s->after);
    default:
        return !dnnl_dilated_convolution_backward_weights_desc_init(to, direct, &md[X], &md[W], NULL, &md[Y], s->stride,
                                                                    s->dilation, s->before, s->after);
    }
}

static void name_operands(wki_onednn_plan *plan)
{
    static const int names[] = { DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS };
    static const int gradients[] = { DNNL_ARG_DIFF_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST };
    const int op = plan->key.op;
    plan->nargs = plan->key.kind & BIAS ? OPERANDS : B;
    for (int i = 0; i < plan->nargs; i++) {
        const bool written = view_of(op, i) == 0, gradient = op != WKI_OP_conv && (written || i == Y);
        plan->args[i] = (wki_onednn_plan_arg){ .name = gradient ? gradients[i] : names[i], .written = written };
    }
}

static bool make_convolution(wki_onednn_plan *plan)
{
    const slide s = slide_of(&plan->key.window);
    dnnl_memory_desc_t plain[OPERANDS], wanted[OPERANDS];
    dnnl_convolution_desc_t description;
    const bool bf16 = plan->key.kind & BF16;
    name_operands(plan);
    return describe_operands(&plan->key, &s, false, false, plain) &&
           describe_operands(&plan->key, &s, bf16 || own_layouts_pay(&plan->key), bf16, wanted) &&
           describe_convolution(&description, &plan->key, &s, wanted) &&
           wki_onednn_plan_make(plan, &description, plain);
}

/* oneDNN's transpose has none */
static void add_bias(const wki_view *x, const float *bias, int64_t plane)
{
    float *to = x->data;
    for (int64_t i = 0; i < x->size[0] * x->size[1]; i++)
        for (int64_t j = 0; j < plane; j++) *to++ += bias[i % x->size[1]];
}

static void rectify(const wki_view *y)
{
    float *to = y->data;
    for (int64_t i = 0, n = wki_numel(y); i < n; i++) to[i] = to[i] < 0 ? 0 : to[i];
}

/* Where the last window leaves a whole stride of x behind it, oneDNN would have another window; and of depthwise
 * weights' gradients it has compiled those of narrow kernels only. */
bool wki_onednn_takes(int op, const wki_view *w, const wki_conv_attrs *a)
{
    if (!wki_onednn_chosen() || w->dtype != WK_F32) return false;
    for (int d = 0; d < 3; d++)
        if (beyond(&a->window, d) <= -a->window.stride[d]) return false;
    return op != WKI_OP_conv_weight || a->groups == 1 || w->size[1] > 1 || a->window.kernel[2] <= DEPTH_WIDTH;
}

static bool run_convolution(const wki_call *call, wk_status *status)
{
    const wki_conv_attrs *a = call->attrs;
    const int op = call->op;
    const wki_view *x = call->views[view_of(op, X)], *w = call->views[view_of(op, W)], *y = call->views[view_of(op, Y)];
    if (w->dtype != WK_F32 || a->sliced || wki_numel(w) == 0 || wki_numel(y) == 0 || wki_numel(x) == 0) return false;
    if (op == WKI_OP_conv_weight && w->size[0] != 1) return false;
    const bool added = a->bias && op == WKI_OP_conv_data;
    const bool bf16 = a->bf16 && wki_onednn_has_bf16((double)call->work);
    if (bf16 && op == WKI_OP_conv_data && beyond(&a->window, 0) < 0)
        return false; /* fills depths that no window sees */
    const wki_onednn_plan_key key = { .op = op,
                                      .kind = (a->bias && !added ? BIAS : 0) | (bf16 ? BF16 : 0),
                                      .groups = a->groups,
                                      .n = x->size[0],
                                      .in = x->size[1],
                                      .out = y->size[1],
                                      .window = a->window };
    void *const data[] = { x->data, w->data, y->data, a->bias ? call->views[3]->data : NULL };
    if (!run_plan(&key, make_convolution, data, status)) return false;
    if (added && !*status) add_bias(x, data[B], wki_volume(a->window.in));
    if (a->relu && !*status) rectify(y);
    return true;
}

/* ---- Means ---- */

enum { PADDED = 1, BACKWARD = 2 }; /* kinds: padding counts */

/* Windows of one size each: adaptive ones too, where sizes divide. */
static bool even_window(const wki_pool_attrs *a, wki_window *w)
{
    *w = a->window;
    for (int d = 0; d < 3 && a->adaptive; d++) {
        if (w->in[d] % w->out[d]) return false;
        w->kernel[d] = w->stride[d] = w->in[d] / w->out[d], w->padding[d] = 0, w->dilation[d] = 1;
    }
    return true;
}

/* Where padding counts, what lies beyond it does for oneDNN, but not here. */
static bool counts_alike(const wki_window *w, bool padded)
{
    for (int d = 0; d < 3 && padded; d++)
        if (beyond(w, d) > w->padding[d]) return false;
    return true;
}

static bool make_mean(wki_onednn_plan *plan)
{
    const wki_onednn_plan_key *k = &plan->key;
    const slide s = slide_of(&k->window);
    const int64_t lead[] = { 0, k->n, k->in };
    const bool back = k->kind & BACKWARD;
    const dnnl_alg_kind_t mean = k->kind & PADDED ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
    dnnl_memory_desc_t md[2];
    dnnl_pooling_desc_t description;
    plan->nargs = 2;
    plan->args[0] = (wki_onednn_plan_arg){ .name = back ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, .written = back };
    plan->args[1] = (wki_onednn_plan_arg){ .name = back ? DNNL_ARG_DIFF_DST : DNNL_ARG_DST, .written = !back };
    if (!describe(&md[0], lead, s.n, s.in, dnnl_f32, false) || !describe(&md[1], lead, s.n, s.out, dnnl_f32, false))
        return false;
    const dnnl_status_t described =
        back
            ? dnnl_pooling_backward_desc_init(&description, mean, &md[0], &md[1], s.stride, s.kernel, s.before, s.after)
            : dnnl_pooling_forward_desc_init(&description, dnnl_forward_training, mean, &md[0], &md[1], s.stride,
                                             s.kernel, s.before, s.after);
    return !described && wki_onednn_plan_make(plan, &description, md);
}

static bool run_mean(const wki_call *call, wk_status *status)
{
    const wki_pool_attrs *a = call->attrs;
    const wki_view *x = call->views[!a->backward], *y = call->views[a->backward];
    const bool padded = a->include && !a->adaptive;
    wki_onednn_plan_key key = {
        .op = call->op, .kind = (padded ? PADDED : 0) | (a->backward ? BACKWARD : 0), .n = x->size[0], .in = x->size[1]
    };
    if (x->dtype != WK_F32 || a->divisor || wki_numel(x) == 0 || wki_numel(y) == 0) return false;
    if (!even_window(a, &key.window) || !counts_alike(&key.window, padded)) return false;
    return run_plan(&key, make_mean, (void *const[]){ x->data, y->data }, status);
}

bool wki_onednn_run(const wki_call *call, wk_status *status)
{
    switch (call->op) {
    case WKI_OP_conv:
    case WKI_OP_conv_data:
    case WKI_OP_conv_weight: return run_convolution(call, status);
    case WKI_OP_pool_mean: return run_mean(call, status);
    default: return false;
    }
}
