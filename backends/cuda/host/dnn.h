/* Convolutions of one group by cuDNN 9, where the library is there, in f32. C and CUDA C++ include it. */
#ifndef WKI_CUDA_DNN_H
#define WKI_CUDA_DNN_H
#ifdef __cplusplus
extern "C" {
#endif
#include "backends/cuda/host/cuda.h"

/* What is computed: y from x and w, or x, the gradient by the data, from y and w. */
typedef enum wki_dnn_kind { WKI_DNN_FORWARD, WKI_DNN_DATA, WKI_DNN_KINDS } wki_dnn_kind;

enum { WKI_DNN_TO, WKI_DNN_FROM, WKI_DNN_W, WKI_DNN_OPERANDS };

/* x [n, in, window.in], y [n, out, window.out], w [out, in, window.kernel]; no size is 0. */
typedef struct wki_dnn {
    wki_dnn_kind kind;
    const wki_window *window;
    int64_t n, in, out; /* images; channels */
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
