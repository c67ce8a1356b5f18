/* What goes with matrix products: operands laid out anew, and what follows the sums. C and CUDA C++ include it. */
#ifndef WKI_CUDA_MATRIX_H
#define WKI_CUDA_MATRIX_H
#ifdef __cplusplus
extern "C" {
#endif
#include "backends/cuda/host/blas.h"

/* to = from, of one shape and any strides; f32 or f64, as from is. halves: `to` is of bfloat16, to the nearest and even. */
void wki_lay_out(const wki_queue *queue, const wki_view *to, const wki_view *from, bool halves);

/* to = from, or 0 without one, + bias, then ReLU, then the mask; all of to's shape, strides 0 repeat; data NULL: there is none. */
typedef struct wki_finish {
    wki_view to, from, bias, mask;
    bool relu;
} wki_finish;
void wki_finish_run(const wki_queue *queue, const wki_finish *f);

/* v's shape with no memory; strides 0 */
static inline wki_view wki_no_view(const wki_view *v)
{
    wki_view none = *v;
    none.data = NULL;
    for (int d = 0; d < WKI_MAX_DIMS; d++) none.stride[d] = 0;
    return none;
}

static inline size_t wki_real_bytes(const wki_view *v) { return v->dtype == WK_F64 ? 8 : 4; }

/* Rows that are laid out anew begin at multiples of 16 bytes, whatever their elements. */
static inline int64_t wki_ld_up(int64_t n) { return (n + 7) / 8 * 8; }
#ifdef __cplusplus
}
#endif
#endif
