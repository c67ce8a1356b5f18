/* The plans of convolutions: sizes, pieces of columns that are bounded, and cuDNN in their place. */
#include "backends/cuda/kernels/convolve.h"

enum { LEAST_WINDOWS = 64 };
#define MOST_BYTES ((int64_t)64 << 20) /* of columns at once */

static int64_t volume(const int32_t size[3]) { return (int64_t)size[0] * size[1] * size[2]; }

static int64_t within(int64_t least, int64_t n, int64_t most) { return n > most ? most : n < least ? least : n; }

/* Does each window hold one element, all elements in order? Then columns are planes. */
static bool is_pointwise(const wki_window *w)
{
    for (int d = 0; d < 3; d++)
        if (w->kernel[d] != 1 || w->padding[d] || w->in[d] != w->out[d] || (w->stride[d] != 1 && w->out[d] > 1))
            return false;
    return true;
}

unsigned wki_convolution_shares(const wki_call *call)
{
    if (wki_is_depthwise(call)) return 0;
    return call->op == WKI_OP_conv_weight ? WKI_SHARES_LANE : WKI_SHARES_LANE | WKI_SHARES_DNN;
}

wk_status wki_convolution_ok(const wki_call *call)
{
    const wki_conv_attrs *attrs = call->attrs;
    if (!attrs->sliced) return WK_OK;
    return wki_fail(WK_E_UNSUPPORTED, wki_op_name(call->op),
                    "weights in slices are the CPU's; cuda takes them as they are");
}

wki_convolution wki_convolution_of(const wki_call *call, const wki_view *x, const wki_view *y)
{
    const wki_conv_attrs *attrs = call->attrs;
    const wki_window *w = &attrs->window;
    wki_convolution c = { .attrs = attrs, .window = w, .dtype = (wk_dtype)x->dtype, .size = wki_real_bytes(x) };
    c.halves = (attrs->bf16 || attrs->rounds) && c.dtype == WK_F32;
    c.kind = c.halves ? WKI_BLAS_BF16 : c.dtype == WK_F64 ? WKI_BLAS_F64 : WKI_BLAS_F32;
    c.columns = !is_pointwise(w);
    c.n = x->size[0], c.groups = attrs->groups, c.in = x->size[1] / c.groups, c.out = y->size[1] / c.groups;
    c.k = c.in * volume(w->kernel), c.windows = volume(w->out), c.plane = volume(w->in);
    const int64_t window = c.groups * c.k * (int64_t)c.size, image = window * wki_ld_up(c.windows);
    if (image == 0 || c.n == 0) return c;
    c.images = within(1, MOST_BYTES / image, c.n);
    c.block = c.images > 1 ? c.windows : within(LEAST_WINDOWS, MOST_BYTES / window, c.windows);
    c.ld = wki_ld_up(c.block);
    return c;
}

size_t wki_halves_bytes(int64_t outer, int64_t rows, int64_t columns)
{
    return wki_scratch_up((size_t)(outer * rows * wki_ld_up(columns)) * sizeof(uint16_t));
}

wki_matrix wki_halves(const wki_queue *queue, void *to, int64_t outer, int64_t rows, int64_t columns, int64_t step,
                      int64_t ld, const void *from)
{
    const int64_t apart = wki_ld_up(columns);
    wki_view source = { .data = (void *)from, .ndim = 3, .dtype = WK_F32 };
    source.size[0] = outer, source.size[1] = rows, source.size[2] = columns;
    source.stride[0] = step, source.stride[1] = ld, source.stride[2] = 1;
    wki_view target = source;
    target.data = to, target.stride[0] = rows * apart, target.stride[1] = apart;
    wki_lay_out(queue, &target, &source, true);
    return (wki_matrix){ to, apart, false };
}

size_t wki_weights_bytes(const wki_convolution *c) { return c->halves ? wki_halves_bytes(c->groups, c->out, c->k) : 0; }

wki_matrix wki_weights(const wki_queue *queue, const wki_convolution *c, void *w, void *scratch)
{
    if (!c->halves) return (wki_matrix){ w, c->k, false };
    return wki_halves(queue, scratch, c->groups, c->out, c->k, c->out * c->k, c->k, w);
}

/* bfloat16 whose sums are f32 it does not have, f64 is as well off in columns, and groups do not repeat their bits. */
static bool suits_dnn(const wki_convolution *c) { return c->dtype == WK_F32 && !c->halves && c->groups == 1; }

static wki_dnn dnn_of(const wki_call *call, const wki_convolution *c, wki_dnn_kind kind)
{
    wki_dnn d = { .kind = kind, .window = c->window, .n = c->n, .in = c->in, .out = c->out };
    for (int i = 0; i < WKI_DNN_OPERANDS; i++) d.at[i] = call->views[i]->data;
    return d;
}

/* So that bits do not depend on where operands lie, those that lie badly go through scratch, behind the workspace. */
static size_t aside(const wki_view *v)
{
    return (uintptr_t)v->data % WKI_DNN_ALIGN ? wki_scratch_up((size_t)wki_numel(v) * sizeof(float)) : 0;
}

size_t wki_either_scratch(const wki_call *call, const wki_convolution *c, wki_dnn_kind kind, size_t own)
{
    size_t bytes = 0;
    if (!suits_dnn(c)) return own;
    const wki_dnn d = dnn_of(call, c, kind);
    if (!wki_dnn_takes(call->views[0]->device & 0xffffff, &d, &bytes)) return own;
    bytes = wki_scratch_up(bytes);
    for (int i = 0; i < WKI_DNN_OPERANDS; i++) bytes += aside(call->views[i]);
    return bytes > own ? bytes : own;
}

static void copy(const wki_queue *queue, const wki_view *v, void *to, const void *from)
{
    wki_view line = { .ndim = 1, .dtype = WK_F32, .size = { wki_numel(v) }, .stride = { 1 } }, other = line;
    line.data = to, other.data = (void *)from;
    wki_lay_out(queue, &line, &other, false);
}

wk_status wki_convolve_by_dnn(const wki_queue *queue, const wki_call *call, const wki_convolution *c, wki_dnn_kind kind,
                              void *scratch, bool *done)
{
    size_t used = 0;
    *done = false;
    if (!suits_dnn(c)) return WK_OK;
    wki_dnn d = dnn_of(call, c, kind);
    if (!wki_dnn_takes(queue->index, &d, &used)) return WK_OK;
    used = wki_scratch_up(used);
    for (int i = 0; i < WKI_DNN_OPERANDS; i++) {
        const wki_view *v = call->views[i];
        const size_t bytes = aside(v);
        if (bytes > queue->scratch || used > queue->scratch - bytes) return WK_OK; /* it was not asked for */
        if (bytes) d.at[i] = (char *)scratch + used;
        if (bytes && i != WKI_DNN_TO) copy(queue, v, d.at[i], v->data);
        used += bytes;
    }
    const wk_status status = wki_dnn_run(queue, call, &d, scratch, done);
    const wki_view *to = call->views[WKI_DNN_TO];
    if (status == WK_OK && *done && aside(to)) copy(queue, to, to->data, d.at[WKI_DNN_TO]);
    return status;
}

void wki_finish_images(const wki_queue *queue, const wki_view *y, const wki_view *bias, bool relu, bool zero)
{
    if (!bias && !relu && !zero) return;
    wki_finish f = { .to = *y, .from = *y, .bias = wki_no_view(y), .mask = wki_no_view(y), .relu = relu };
    if (zero) f.from = f.mask;
    if (bias) {
        f.bias.data = bias->data;
        f.bias.stride[1] = 1;
    }
    wki_finish_run(queue, &f);
}
