/* bfloat16 as kernels store it: the upper half of an f32, rounded to the nearest and even. */
#ifndef WKI_CUDA_HALVES_H
#define WKI_CUDA_HALVES_H
#include "backends/cuda/kernels/kernel.h"

WKI_DEVICE uint16_t wki_half_of(float x)
{
    const uint32_t bits = __float_as_uint(x);
    if (x != x) return (uint16_t)(bits >> 16 | 0x40); /* quiet, so that it stays a NaN */
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

WKI_DEVICE void wki_store(float *to, float x) { *to = x; }
WKI_DEVICE void wki_store(double *to, double x) { *to = x; }
WKI_DEVICE void wki_store(uint16_t *to, float x) { *to = wki_half_of(x); }
#endif
