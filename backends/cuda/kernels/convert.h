/* Elements of all dtypes as types of their own, and what one becomes in another: as the copies of the CPU have it. */
#ifndef WKI_CUDA_CONVERT_H
#define WKI_CUDA_CONVERT_H
#include "backends/cpu/saturate.h"
#include "backends/cuda/kernels/kernel.h"

typedef struct wki_flag { /* a WK_BOOL: stored as 0 or 1, read as nonzero */
    uint8_t byte;
} wki_flag;

WKI_DEVICE int wki_value(wki_flag x) { return x.byte != 0; }
template <typename T> WKI_DEVICE T wki_value(T x) { return x; }

template <typename X> WKI_DEVICE void wki_set(float *y, X x) { *y = (float)x; }
template <typename X> WKI_DEVICE void wki_set(double *y, X x) { *y = (double)x; }
template <typename X> WKI_DEVICE void wki_set(wki_flag *y, X x) { y->byte = x != 0; }
template <typename X> WKI_DEVICE void wki_set(int64_t *y, X x) { *y = (int64_t)x; }
template <typename X> WKI_DEVICE void wki_set(int32_t *y, X x) { *y = (int32_t)x; }
template <typename X> WKI_DEVICE void wki_set(uint8_t *y, X x) { *y = (uint8_t)x; }
WKI_DEVICE void wki_set(int64_t *y, double x) { *y = wki_to_i64(x); }
WKI_DEVICE void wki_set(int32_t *y, double x) { *y = wki_to_i32(x); }
WKI_DEVICE void wki_set(uint8_t *y, double x) { *y = wki_to_u8(x); }
WKI_DEVICE void wki_set(int64_t *y, float x) { wki_set(y, (double)x); }
WKI_DEVICE void wki_set(int32_t *y, float x) { wki_set(y, (double)x); }
WKI_DEVICE void wki_set(uint8_t *y, float x) { wki_set(y, (double)x); }

/* DO(dtype, type) of all */
#define WKI_EACH_DTYPE(DO)                                                                                             \
    DO(WK_F32, float) DO(WK_F64, double) DO(WK_I64, int64_t) DO(WK_I32, int32_t) DO(WK_U8, uint8_t) DO(WK_BOOL, wki_flag)
#endif
