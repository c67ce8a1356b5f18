/* Convolutions as products of columns: what conv, conv_data and conv_weight share, and the kernels under them. C and CUDA C++
 * include it. */
#ifndef WKI_CUDA_CONVOLVE_H
#define WKI_CUDA_CONVOLVE_H
#include "backends/cuda/host/dnn.h"
#include "backends/cuda/kernels/matrix.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ---- Kernels; all memory is contiguous, f32 or f64 ---- */

/* Columns of some images' windows from `first` on, `n` of each: image i's row of channel c and tap t begins `step` * i + (c * taps
 * + t) * ld elements behind the first one. */
typedef struct wki_columns {
    void *data;
    int64_t images, channels, first, n, ld, step;
    bool halves; /* of bfloat16, only where x is f32 */
} wki_columns;

/* x and w are where the first image's begin; unfold writes columns; fold gives x, or adds to it what the columns hold. */
void wki_unfold_columns(const wki_queue *queue, const wki_window *w, wk_dtype dtype, const wki_columns *c, const void *x);
void wki_fold_columns(const wki_queue *queue, const wki_window *w, wk_dtype dtype, const wki_columns *c, void *x, bool add);

/* Where every group is one channel to one: without columns. conv: y (+ bias, ReLU). conv_data: x. conv_weight: parts. */
bool wki_is_depthwise(const wki_call *call);
wk_status wki_depth_run(const wki_queue *queue, const wki_call *call);

/* ---- Plans ---- */

/* A convolution's sizes, and the pieces that its columns come in: whole images, several where they fit, or windows of one. */
typedef struct wki_convolution {
    const wki_conv_attrs *attrs;
    const wki_window *window;
    wk_dtype dtype;
    wki_blas_kind kind;
    bool halves, columns; /* is there anything to lay out? */
    int64_t n, groups, in, out; /* images; channels in and out of a group */
    int64_t k, windows, plane;  /* rows of a group's columns, windows and elements of a plane */
    int64_t images, block, ld;  /* of a piece at most: images, windows of each; elements of a row */
    size_t size;                /* of an element of x */
} wki_convolution;
unsigned wki_convolution_shares(const wki_call *call);
wk_status wki_convolution_ok(const wki_call *call); /* else WK_E_UNSUPPORTED */
wki_convolution wki_convolution_of(const wki_call *call, const wki_view *x, const wki_view *y);

static inline void *wki_moved(void *data, int64_t elements, size_t size) { return (char *)data + elements * (int64_t)size; }

/* a [outer, rows, columns] in bfloat16 at `to`, whose rows are wki_ld_up(columns) apart; its bytes */
size_t wki_halves_bytes(int64_t outer, int64_t rows, int64_t columns);
wki_matrix wki_halves(const wki_queue *queue, void *to, int64_t outer, int64_t rows, int64_t columns, int64_t step,
                      int64_t ld, const void *from);
/* [groups, out, k] as they are, or in bfloat16 in scratch, which takes so many bytes. */
size_t wki_weights_bytes(const wki_convolution *c);
wki_matrix wki_weights(const wki_queue *queue, const wki_convolution *c, void *w, void *scratch);
/* cuDNN's way for conv and conv_data, where there are columns to lay out: the scratch of either way; and dnn.h's run. */
size_t wki_either_scratch(const wki_call *call, const wki_convolution *c, wki_dnn_kind kind, size_t own);
wk_status wki_convolve_by_dnn(const wki_queue *queue, const wki_call *call, const wki_convolution *c, wki_dnn_kind kind,
                              void *scratch, bool *done);
/* images' bias, one number a channel, or NULL, and ReLU, in place; zero: of nothing */
void wki_finish_images(const wki_queue *queue, const wki_view *y, const wki_view *bias, bool relu, bool zero);
#ifdef __cplusplus
}
#endif
#endif
