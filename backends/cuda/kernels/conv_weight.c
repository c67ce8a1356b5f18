/* conv_weight: y times the turned columns of x, summed over images: those of a piece lie side by side, so that it is
 * one product a group, and pieces are added up in order. */
#include "backends/cuda/kernels/convolve.h"
#include "base/fault.h"

static wki_convolution plan_of(const wki_call *call)
{
    return wki_convolution_of(call, call->views[1], call->views[2]);
}

static bool is_empty(const wki_convolution *c) { return c->k * c->out == 0 || c->n * c->groups * c->windows == 0; }

/* Several images come side by side, and so do their windows. */
static bool gathers(const wki_convolution *c) { return c->halves || c->images > 1; }
static bool lays_out(const wki_convolution *c) { return c->columns || gathers(c); }

static int64_t row(const wki_convolution *c) { return wki_ld_up(c->images * c->block); }
static size_t size_of(const wki_convolution *c) { return c->halves ? sizeof(uint16_t) : c->size; }

static size_t y_bytes(const wki_convolution *c)
{
    return gathers(c) ? wki_scratch_up((size_t)(c->groups * c->out * row(c)) * size_of(c)) : 0;
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_convolution c = plan_of(call);
    if (is_empty(&c) || wki_is_depthwise(call)) return 0;
    return y_bytes(&c) + (lays_out(&c) ? (size_t)(c.groups * c.k * row(&c)) * size_of(&c) : 0);
}

typedef struct piece {
    int64_t image, images, first, n;
    void *to; /* the gradient that it goes into */
    bool add;
} piece;

/* y's rows of the piece: where they lie, or side by side in scratch. */
static wki_matrix rows_of_y(const wki_queue *queue, const wki_call *call, const wki_convolution *c, const piece *p,
                            void *scratch)
{
    const int64_t channels = c->groups * c->out;
    void *y = wki_moved(call->views[2]->data, p->image * channels * c->windows + p->first, c->size);
    if (!gathers(c)) return (wki_matrix){ y, c->windows, false };
    wki_view from = { .data = y, .ndim = 3, .dtype = (uint8_t)c->dtype };
    from.size[0] = channels, from.size[1] = p->images, from.size[2] = p->n;
    from.stride[0] = c->windows, from.stride[1] = channels * c->windows, from.stride[2] = 1;
    wki_view to = from;
    to.data = scratch, to.stride[0] = row(c), to.stride[1] = p->n;
    wki_lay_out(queue, &to, &from, c->halves);
    return (wki_matrix){ scratch, row(c), false };
}

static wki_matrix columns_of_x(const wki_queue *queue, const wki_call *call, const wki_convolution *c, const piece *p,
                               void *scratch)
{
    const int64_t channels = c->groups * c->in;
    void *x = wki_moved(call->views[1]->data, p->image * channels * c->plane, c->size);
    if (!lays_out(c)) return (wki_matrix){ wki_moved(x, p->first, c->size), c->plane, true };
    const wki_columns columns = {
        (char *)scratch + y_bytes(c), p->images, channels, p->first, p->n, row(c), p->n, c->halves
    };
    wki_unfold_columns(queue, c->window, c->dtype, &columns, x);
    return (wki_matrix){ columns.data, columns.ld, true };
}

static wk_status add_piece(const wki_queue *queue, const wki_call *call, const wki_convolution *c, const piece *p,
                           void *scratch)
{
    bool biased;
    wki_multiply m = { .kind = c->kind,
                       .m = c->out,
                       .n = c->k,
                       .k = p->images * p->n,
                       .nbatch = 1,
                       .accumulate = p->add && !WKI_FAULT(162) };
    m.a = rows_of_y(queue, call, c, p, scratch);
    m.b = columns_of_x(queue, call, c, p, scratch);
    m.c = (wki_matrix){ p->to, c->k, false };
    m.batch[0] = (wki_batch){ c->groups, c->out * m.a.ld, c->k * m.b.ld, c->out * c->k };
    return wki_multiply_run(queue, call, &m, &biased);
}

static wk_status run_part(const wki_queue *queue, const wki_call *call, const wki_convolution *c, int64_t part,
                          void *scratch)
{
    const int64_t parts = call->views[0]->size[0], first = c->n * part / parts, end = c->n * (part + 1) / parts;
    piece p = { .to = wki_moved(call->views[0]->data, part * c->groups * c->out * c->k, c->size) };
    for (p.image = first; p.image < end; p.image += c->images)
        for (p.first = 0; p.first < c->windows; p.first += c->block, p.add = true) {
            p.images = c->images < end - p.image ? c->images : end - p.image;
            p.n = c->block < c->windows - p.first ? c->block : c->windows - p.first;
            const wk_status status = add_piece(queue, call, c, &p, scratch);
            if (status) return status;
        }
    return WK_OK;
}

static wk_status run_parts(const wki_queue *queue, const wki_call *call, const wki_convolution *c, void *scratch)
{
    wk_status status = WK_OK;
    for (int64_t part = 0; part < call->views[0]->size[0] && status == WK_OK; part++)
        status = run_part(queue, call, c, part, scratch);
    return status;
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    if (wki_convolution_ok(call)) return WK_E_UNSUPPORTED;
    const wki_view *to = call->views[0];
    if (wki_numel(to) == 0) return WK_OK;
    if (wki_is_depthwise(call)) return wki_depth_run(queue, call);
    const wki_convolution c = plan_of(call);
    if (is_empty(&c) || to->size[0] > c.n) /* there are parts of no image */
        wki_finish_images(queue, to, NULL, false, true);
    const wk_status status = is_empty(&c) ? WK_OK : run_parts(queue, call, &c, scratch);
    return status ? status : wki_launched(queue, call);
}

const wki_cuda_kernel wki_cuda_conv_weight = { scratch_bytes, run, wki_convolution_shares };
