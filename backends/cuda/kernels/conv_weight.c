/* conv_weight: y times the turned columns of x, summed over images. Where an image's sum is smaller than its y, there
 * is a product an image, of y as it lies, and reduce adds them up. Else images of a piece lie side by side, so that it
 * is one product a group, and pieces are added up in order. */
#include "backends/cuda/kernels/convolve.h"
#include "base/fault.h"

extern const wki_cuda_kernel wki_cuda_reduce;

static wki_convolution plan_of(const wki_call *call)
{
    return wki_convolution_of(call, call->views[1], call->views[2]);
}

static bool is_empty(const wki_convolution *c) { return c->k * c->out == 0 || c->n * c->groups * c->windows == 0; }

static bool by_image(const wki_convolution *c) { return !c->halves && c->images > 1 && c->k < c->windows; }

/* Several images come side by side, and so do their windows. */
static bool gathers(const wki_convolution *c) { return c->halves || (c->images > 1 && !by_image(c)); }
static bool lays_out(const wki_convolution *c) { return c->columns || gathers(c); }

static int64_t row(const wki_convolution *c) { return wki_ld_up(c->images * c->block); }
static size_t size_of(const wki_convolution *c) { return c->halves ? sizeof(uint16_t) : c->size; }

static int64_t numel(const wki_convolution *c) { return c->groups * c->out * c->k; }

static size_t y_bytes(const wki_convolution *c)
{
    return gathers(c) ? wki_scratch_up((size_t)(c->groups * c->out * row(c)) * size_of(c)) : 0;
}

/* Columns of a piece of images, each image's for themselves */
static size_t columns_bytes(const wki_convolution *c)
{
    return c->columns ? wki_scratch_up((size_t)(c->images * c->groups * c->k * c->ld) * c->size) : 0;
}
static size_t sums_bytes(const wki_convolution *c) { return wki_scratch_up((size_t)(c->n * numel(c)) * c->size); }

/* to = the sum of n images' sums */
typedef struct total {
    wki_view to, sums;
    const wki_view *views[2];
    wki_reduce_attrs attrs;
    wki_call call;
} total;

static wki_view rows_of(const wki_convolution *c, void *data, int64_t n)
{
    wki_view v = { .data = data, .ndim = 2, .dtype = (uint8_t)c->dtype };
    v.size[0] = n, v.size[1] = v.stride[0] = numel(c), v.stride[1] = 1;
    return v;
}

static void set_total(total *t, const wki_call *call, const wki_convolution *c, void *to, void *sums, int64_t n)
{
    t->to = rows_of(c, to, 1), t->sums = rows_of(c, sums, n);
    t->views[0] = &t->to, t->views[1] = &t->sums;
    t->attrs = (wki_reduce_attrs){ .kind = WKI_SUM, .dims = 1, .number = 1 };
    t->call = (wki_call){ call->op, 1, 2, t->views, &t->attrs, sizeof t->attrs, call->work };
}

static size_t total_bytes(const wki_call *call, const wki_convolution *c)
{
    total t;
    set_total(&t, call, c, NULL, NULL, c->n);
    return wki_cuda_reduce.scratch(&t.call);
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_convolution c = plan_of(call);
    if (is_empty(&c) || wki_is_depthwise(call)) return 0;
    if (by_image(&c)) return sums_bytes(&c) + columns_bytes(&c) + total_bytes(call, &c);
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

/* A product for each image of the piece and each group, into sums */
static wk_status multiply_images(const wki_queue *queue, const wki_call *call, const wki_convolution *c, const piece *p,
                                 void *columns)
{
    bool biased;
    const int64_t in = c->groups * c->in, out = c->groups * c->out * c->windows;
    void *x = wki_moved(call->views[1]->data, p->image * in * c->plane, c->size);
    wki_multiply m = { .kind = c->kind, .m = c->out, .n = c->k, .k = c->windows, .nbatch = 2 };
    m.a = (wki_matrix){ wki_moved(call->views[2]->data, p->image * out, c->size), c->windows, false };
    m.b = (wki_matrix){ c->columns ? columns : x, c->columns ? c->ld : c->plane, true };
    m.c = (wki_matrix){ p->to, c->k, false };
    m.batch[0] = (wki_batch){ p->images, out, c->groups * c->k * m.b.ld, numel(c) };
    m.batch[1] = (wki_batch){ c->groups, c->out * c->windows, c->k * m.b.ld, c->out * c->k };
    const wki_columns all = { columns, p->images, in, 0, c->windows, c->ld, c->groups * c->k * c->ld, false };
    if (c->columns) wki_unfold_columns(queue, c->window, c->dtype, &all, x);
    return wki_multiply_run(queue, call, &m, &biased);
}

static wk_status run_images(const wki_queue *queue, const wki_call *call, const wki_convolution *c, int64_t first,
                            int64_t end, void *to, void *scratch)
{
    char *columns = (char *)scratch + sums_bytes(c);
    piece p = { .image = first };
    for (; p.image < end; p.image += p.images) {
        p.images = c->images < end - p.image ? c->images : end - p.image;
        p.to = wki_moved(scratch, (p.image - first) * numel(c), c->size);
        const wk_status status = multiply_images(queue, call, c, &p, columns);
        if (status) return status;
    }
    total t;
    set_total(&t, call, c, to, scratch, end - first - (WKI_FAULT(191) && end - first > c->images));
    return wki_cuda_reduce.run(queue, &t.call, columns + columns_bytes(c));
}

static wk_status run_part(const wki_queue *queue, const wki_call *call, const wki_convolution *c, int64_t part,
                          void *scratch)
{
    const int64_t parts = call->views[0]->size[0], first = c->n * part / parts, end = c->n * (part + 1) / parts;
    piece p = { .to = wki_moved(call->views[0]->data, part * numel(c), c->size) };
    if (by_image(c) && first < end) return run_images(queue, call, c, first, end, p.to, scratch);
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
