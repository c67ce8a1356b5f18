/* The columns of unfold and fold: of all planes of x, as y holds them. */
#ifndef WKI_CUDA_COLUMNS_H
#define WKI_CUDA_COLUMNS_H
#include "backends/cuda/kernels/convolve.h"

static inline wki_columns wki_all_columns(const wki_window *w, const wki_view *x, const wki_view *y)
{
    const int64_t windows = (int64_t)w->out[0] * w->out[1] * w->out[2];
    return (wki_columns){ .data = y->data,
                          .images = x->size[0],
                          .channels = x->size[1],
                          .n = windows,
                          .ld = windows,
                          .step = y->size[1] * windows };
}
#endif
