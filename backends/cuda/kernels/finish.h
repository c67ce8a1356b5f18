/* What follows a product's sum, in its order: the bias, ReLU, which keeps NaN, and the mask. */
#ifndef WKI_CUDA_FINISH_H
#define WKI_CUDA_FINISH_H
#include "backends/cuda/kernels/kernel.h"

template <class T> WKI_DEVICE T wki_finished(T sum, bool biased, T bias, bool relu, bool masked, T mask)
{
    if (biased) sum += bias;
    if (relu) sum = sum < 0 ? 0 : sum;
    return masked && mask <= 0 ? 0 : sum;
}

/* bias, mask: NULL where there is none */
template <class T> WKI_DEVICE T wki_finished(T sum, const T *bias, bool relu, const T *mask)
{
    return wki_finished(sum, bias != NULL, bias ? *bias : (T)0, relu, mask != NULL, mask ? *mask : (T)0);
}
#endif
