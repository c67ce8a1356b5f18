/* conv: by cuDNN, or y = w times the columns of x, for each image and group. */
#include "backends/cuda/kernels/convolve.h"

static wki_convolution plan_of(const wki_call *call)
{
    return wki_convolution_of(call, call->views[1], call->views[0]);
}

static bool is_empty(const wki_convolution *c) { return c->k == 0 || c->n * c->groups * c->out * c->windows == 0; }

static bool lays_out(const wki_convolution *c) { return c->columns || c->halves; }

static size_t scratch_bytes(const wki_call *call)
{
    const wki_convolution c = plan_of(call);
    if (is_empty(&c) || wki_is_depthwise(call)) return 0;
    if (!lays_out(&c)) return wki_weights_bytes(&c);
    const size_t columns = (size_t)(c.images * c.groups * c.k * c.ld) * (c.halves ? sizeof(uint16_t) : c.size);
    return wki_either_scratch(call, &c, WKI_DNN_FORWARD, wki_weights_bytes(&c) + columns);
}

static wki_multiply multiply_of(const wki_queue *queue, const wki_call *call, const wki_convolution *c, void *scratch)
{
    wki_multiply m = { .kind = c->kind, .m = c->out, .k = c->k, .nbatch = 2 };
    m.a = wki_weights(queue, c, call->views[2]->data, scratch);
    return m;
}

static wk_status multiply_piece(const wki_queue *queue, const wki_call *call, const wki_convolution *c, wki_multiply *m,
                                const wki_columns *piece, int64_t image)
{
    bool biased;
    char *y = call->views[0]->data;
    const int64_t image_of_y = c->groups * c->out * c->windows;
    m->n = piece->n;
    m->b = (wki_matrix){ piece->data, piece->ld, false };
    m->c = (wki_matrix){ wki_moved(y, image * image_of_y + piece->first, c->size), c->windows, false };
    m->batch[0] = (wki_batch){ piece->images, 0, piece->step, image_of_y };
    m->batch[1] = (wki_batch){ c->groups, c->out * m->a.ld, c->k * piece->ld, c->out * c->windows };
    return wki_multiply_run(queue, call, m, &biased);
}

static wk_status run_pieces(const wki_queue *queue, const wki_call *call, const wki_convolution *c, void *scratch)
{
    wki_multiply m = multiply_of(queue, call, c, scratch);
    const int64_t channels = c->groups * c->in;
    if (!lays_out(c)) {
        const wki_columns all = { call->views[1]->data, c->n, channels, 0, c->windows, c->plane,
                                  channels * c->plane,  false };
        return multiply_piece(queue, call, c, &m, &all, 0);
    }
    wki_columns piece = { .data = scratch ? (char *)scratch + wki_weights_bytes(c) : NULL,
                          .channels = channels,
                          .halves = c->halves };
    for (int64_t image = 0; image < c->n; image += c->images)
        for (int64_t first = 0; first < c->windows; first += c->block) {
            piece.images = c->images < c->n - image ? c->images : c->n - image;
            piece.first = first;
            piece.n = c->block < c->windows - first ? c->block : c->windows - first;
            piece.ld = c->ld, piece.step = c->groups * c->k * c->ld;
            void *x = wki_moved(call->views[1]->data, image * channels * c->plane, c->size);
            wki_unfold_columns(queue, c->window, c->dtype, &piece, x);
            const wk_status status = multiply_piece(queue, call, c, &m, &piece, image);
            if (status) return status;
        }
    return WK_OK;
}

static wk_status compute(const wki_queue *queue, const wki_call *call, const wki_convolution *c, void *scratch)
{
    bool done = false;
    const wk_status status = lays_out(c) ? wki_convolve_by_dnn(queue, call, c, WKI_DNN_FORWARD, scratch, &done) : WK_OK;
    return status || done ? status : run_pieces(queue, call, c, scratch);
}

static wk_status run(const wki_queue *queue, const wki_call *call, void *scratch)
{
    if (wki_convolution_ok(call)) return WK_E_UNSUPPORTED;
    const wki_view *y = call->views[0];
    if (wki_numel(y) == 0) return WK_OK;
    if (wki_is_depthwise(call)) return wki_depth_run(queue, call);
    const wki_convolution c = plan_of(call);
    const wk_status status = is_empty(&c) ? WK_OK : compute(queue, call, &c, scratch);
    if (status) return status;
    wki_finish_images(queue, y, c.attrs->bias ? call->views[3] : NULL, c.attrs->relu, is_empty(&c));
    return wki_launched(queue, call);
}

const wki_cuda_kernel wki_cuda_conv = { scratch_bytes, run, wki_convolution_shares };
