/* conv_data: by cuDNN, or the turned weights times y are the columns of x, which are folded, for each image and group.
 */
#include "backends/cuda/kernels/convolve.h"
#include "base/fault.h"

static wki_convolution plan_of(const wki_call *call)
{
    wki_convolution c = wki_convolution_of(call, call->views[0], call->views[1]);
    if (!c.columns && !c.halves) c.images = c.n, c.block = c.windows;
    return c;
}

static bool is_empty(const wki_convolution *c) { return c->k * c->out == 0 || c->n * c->groups * c->windows == 0; }

static size_t y_bytes(const wki_convolution *c)
{
    return c->halves ? wki_halves_bytes(c->images, c->groups * c->out, c->block) : 0;
}

static size_t scratch_bytes(const wki_call *call)
{
    const wki_convolution c = plan_of(call);
    if (is_empty(&c) || wki_is_depthwise(call)) return 0;
    const size_t operands = wki_weights_bytes(&c) + y_bytes(&c);
    if (!c.columns) return operands;
    const size_t columns = (size_t)(c.images * c.groups * c.k * c.ld) * c.size;
    return wki_either_scratch(call, &c, WKI_DNN_DATA, operands + columns);
}

static wki_multiply multiply_of(const wki_queue *queue, const wki_call *call, const wki_convolution *c, void *scratch)
{
    wki_multiply m = { .kind = c->kind, .m = c->k, .k = c->out, .nbatch = 2 };
    m.a = wki_weights(queue, c, call->views[2]->data, scratch);
    m.a.turned = true;
    return m;
}

/* The columns of a piece, or, where there are none to be laid out, x itself. */
static wk_status multiply_piece(const wki_queue *queue, const wki_call *call, const wki_convolution *c, wki_multiply *m,
                                const wki_columns *piece, int64_t image, void *scratch)
{
    bool biased;
    const int64_t channels = c->groups * c->out;
    int64_t step = channels * c->windows;
    void *y = wki_moved(call->views[1]->data, image * step + piece->first, c->size);
    m->n = piece->n;
    m->b = (wki_matrix){ y, c->windows, false };
    if (c->halves) {
        m->b = wki_halves(queue, (char *)scratch + wki_weights_bytes(c), piece->images, channels, piece->n, step,
                          c->windows, y);
        step = channels * m->b.ld;
    }
    m->c = (wki_matrix){ piece->data, piece->ld, false };
    m->batch[0] = (wki_batch){ piece->images, 0, step, piece->step };
    m->batch[1] = (wki_batch){ c->groups, c->out * m->a.ld, c->out * m->b.ld, c->k * piece->ld };
    return wki_multiply_run(queue, call, m, &biased);
}

static wk_status run_pieces(const wki_queue *queue, const wki_call *call, const wki_convolution *c, void *scratch)
{
    wki_multiply m = multiply_of(queue, call, c, scratch);
    const int64_t channels = c->groups * c->in;
    wki_columns piece = { .channels = channels };
    if (scratch) piece.data = (char *)scratch + wki_weights_bytes(c) + y_bytes(c);
    piece.ld = c->columns ? c->ld : c->plane;
    piece.step = channels * c->k / c->in * piece.ld;
    for (int64_t image = 0; image < c->n; image += c->images) {
        void *x = wki_moved(call->views[0]->data, image * channels * c->plane, c->size);
        piece.images = c->images < c->n - image ? c->images : c->n - image;
        for (int64_t first = 0; first < c->windows; first += c->block) {
            piece.first = first;
            piece.n = c->block < c->windows - first ? c->block : c->windows - first;
            if (!c->columns) piece.data = wki_moved(x, first, c->size);
            const wk_status status = multiply_piece(queue, call, c, &m, &piece, image, scratch);
            if (status) return status;
            if (c->columns) wki_fold_columns(queue, c->window, c->dtype, &piece, x, first > 0 && !WKI_FAULT(161));
        }
    }
    return WK_OK;
}

static wk_status compute(const wki_queue *queue, const wki_call *call, const wki_convolution *c, void *scratch)
{
    bool done = false;
    const wk_status status = c->columns ? wki_convolve_by_dnn(queue, call, c, WKI_DNN_DATA, scratch, &done) : WK_OK;
    return status || done ? status : run_pieces(queue, call, c, scratch);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    if (wki_convolution_ok(call)) return WK_E_UNSUPPORTED;
    const wki_view *x = call->views[0];
    if (wki_numel(x) == 0) return WK_OK;
    const wki_convolution c = plan_of(call);
    if (wki_is_depthwise(call)) return wki_depth_run(queue, call);
    const wk_status status = is_empty(&c) ? WK_OK : compute(queue, call, &c, scratch);
    if (status) return status;
    wki_finish_images(queue, x, c.attrs->bias ? call->views[3] : NULL, false, is_empty(&c));
    return wki_launched(queue, call);
}

const wki_cuda_kernel wki_cuda_conv_data = { scratch_bytes, run, wki_convolution_shares };
