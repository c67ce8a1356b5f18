/* wick/cuda.h: NVIDIA GPUs (torch.cuda).
 *
 *   wk_set_device(wk_cuda_is_available() ? wk_cuda(0) : WK_CPU);   tensors that this thread makes from now on
 *
 * or wk_module_to(net, wk_cuda(0), WK_F32), wk_to_device(x, wk_cuda(0)), wk_loader_new(data, .device = wk_cuda(0)).
 * Everything runs there from the same calls. Operands must lie on one device (WK_E_DEVICE).
 *
 * The backend is a file of its own, libwick-cuda.so, which the first call that asks for a GPU looks for: where the
 * environment's WICK_CUDA says, beside libwick, then where the system looks for libraries. Without it, without a driver or
 * without a GPU everything else works, and wk_cuda_why_not tells what is missing.
 *
 * Calls are put in a queue, one for each device, and return before they have run. Reading a value (wk_item, wk_read, wk_print, a
 * tensor on the CPU) waits for it. What a kernel finds wrong, an index out of range say, is reported by the next call that waits
 * (WK_E_RANGE), and so is a failing device (WK_E_DEVICE): once with its reason, from then on as one that was lost, if nothing but
 * a new process helps. With WICK_CUDA_SYNC=1 every call waits, so that errors come from
 * the calls that made them. */
#ifndef WICK_CUDA_H
#define WICK_CUDA_H
#include "wick/base.h"
#ifdef __cplusplus
extern "C" {
#endif

WK_API bool wk_cuda_is_available(void);      /* libwick-cuda.so, a driver and a GPU are there */
WK_API const char *wk_cuda_why_not(void);    /* "there is no libwick-cuda.so", "cuda: no device is detected"; "" if available */
WK_API int wk_cuda_device_count(void);       /* 0 if not available */

typedef struct wk_cuda_properties {
    char name[128];
    int major, minor;       /* the compute capability */
    int multiprocessors;
    size_t memory, free;    /* bytes, all and now free */
    size_t l2;              /* bytes of the second cache */
    int driver, runtime;    /* versions of CUDA, 13000 for 13.0 */
} wk_cuda_properties;
/* WK_E_DEVICE if there is no such device; out is zeroed then. */
WK_API wk_status wk_cuda_get_device_properties(wk_device device, wk_cuda_properties *out);

/* Waits until all that the device was given to do is done, and reports what went wrong meanwhile. Of the CPU: nothing. */
WK_API wk_status wk_cuda_synchronize(wk_device device);

/* "cpu", "cuda", "cuda:1", or "auto", the first GPU or else the CPU. WK_E_INVALID: no such name; WK_E_DEVICE: no such device here. */
WK_API wk_status wk_device_by_name(const char *name, wk_device *device);
#ifdef __cplusplus
}
#endif
#endif
