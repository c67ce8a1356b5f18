/* Convolutions by cuDNN 9, where the library is there, in f32. C and CUDA C++ include it. */
#ifndef WKI_CUDA_DNN_H
#define WKI_CUDA_DNN_H
#ifdef __cplusplus
extern "C" {
#endif
#include "backends/cuda/host/cuda.h"

/* What is computed from the other two: y, x or w. */
typedef enum wki_dnn_kind { WKI_DNN_FORWARD, WKI_DNN_DATA, WKI_DNN_WEIGHT, WKI_DNN_KINDS } wki_dnn_kind;

enum { WKI_DNN_X, WKI_DNN_Y, WKI_DNN_W, WKI_DNN_OPERANDS };

/* x [n, groups * in, window.in], y [n, groups * out, window.out], w [groups * out, in, window.kernel]; no size is 0. */
typedef struct wki_dnn {
    wki_dnn_kind kind;
    const wki_window *window;
    int64_t n, groups, in, out; /* images; channels of a group */
    void *at[WKI_DNN_OPERANDS];
} wki_dnn;

/* Whether the library has a way on the device of that number, the thread's current one, and the scratch that it needs. */
bool wki_dnn_takes(int index, const wki_dnn *d, size_t *scratch);
/* Of operands aligned to WKI_DNN_ALIGN. *done: it has taken it; else nothing was started, and the caller's own way is as good. */
enum { WKI_DNN_ALIGN = 16 };
wk_status wki_dnn_run(const wki_queue *queue, const wki_call *call, const wki_dnn *d, void *scratch, bool *done);
#ifdef __cplusplus
}
#endif
#endif
