/* Convolutions by cuDNN 9, where the library is there, in f32. C and CUDA C++ include it. */
#ifndef WKI_CUDA_DNN_H
#define WKI_CUDA_DNN_H
#ifdef __cplusplus
extern "C" {
#endif
#include "backends/cuda/host/cuda.h"

/* What is computed from the other two: y, x or w. */
typedef enum wki_dnn_kind { WKI_DNN_FORWARD, WKI_DNN_DATA, WKI_DNN_WEIGHT, WKI_DNN_KINDS } wki_dnn_kind;

/* x [n, groups * in, window.in], y [n, groups * out, window.out], w [groups * out, in, window.kernel]; no size is 0. */
typedef struct wki_dnn {
    wki_dnn_kind kind;
    const wki_window *window;
    int64_t n, groups, in, out; /* images; channels of a group */
    void *x, *y, *w;
} wki_dnn;

/* The scratch that it needs on the device of that number, the thread's current one. It depends on sizes alone; 0, too, where it does
 * not take them. */
size_t wki_dnn_scratch(int index, const wki_dnn *d);
/* *done: it has taken it; else nothing was started, and the caller's own way is as good. Its scratch is what was asked for, or more. */
wk_status wki_dnn_run(const wki_queue *queue, const wki_call *call, const wki_dnn *d, void *scratch, bool *done);
#ifdef __cplusplus
}
#endif
#endif
