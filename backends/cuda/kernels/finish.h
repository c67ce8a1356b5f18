/* What follows a product's sum, in its order: the bias, ReLU, which keeps NaN, and the mask. */
#ifndef WKI_CUDA_FINISH_H
#define WKI_CUDA_FINISH_H
#include "backends/cuda/kernels/kernel.h"

/* bias, mask: NULL where there is none */
template <class T> WKI_DEVICE T wki_finished(T sum, const T *bias, bool relu, const T *mask)
{
    if (bias) sum += *bias;
    if (relu) sum = sum < 0 ? 0 : sum;
    return mask && *mask <= 0 ? 0 : sum;
}
#endif
