/* Kernels for test_emu.c: right ones for each part of the language, and broken ones that must be caught. */
#include "test_kernels.h"
#include "cuda_runtime.h"

static __global__ void k_scale(const float *x, float *y, float by, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i] * by;
}

/* A block's sum by a tree in shared memory; one partial sum a block. */
static __global__ void k_sum(const float *x, float *out, int n)
{
    WKI_SHARED(float, s, 256);
    float a = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) a += x[i];
    s[threadIdx.x] = a;
    __syncthreads();
    for (unsigned k = blockDim.x / 2; k; k /= 2) {
        if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k];
        __syncthreads();
    }
    if (!threadIdx.x) out[blockIdx.x] = s[0];
}

static __global__ void k_sum_racy(const float *x, float *out, int n)
{
    WKI_SHARED(float, s, 256);
    s[threadIdx.x] = (int)threadIdx.x < n ? x[threadIdx.x] : 0;
    for (unsigned k = blockDim.x / 2; k; k /= 2) {
        if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k];
        __syncthreads();
    }
    if (!threadIdx.x) out[blockIdx.x] = s[0];
}

static __global__ void k_dynamic(const int *x, int *y)
{
    WKI_DYNAMIC_SHARED(int, s);
    s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    y[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}

extern "C" void t_scale(const float *x, float *y, float by, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_scale, dim3((n + 255) / 256), dim3(256), 0, stream, x, y, by, n);
}
extern "C" void t_sum(const float *x, float *out, int n, int blocks, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_sum, dim3(blocks), dim3(256), 0, stream, x, out, n);
}
extern "C" void t_sum_racy(const float *x, float *out, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_sum_racy, dim3(1), dim3(256), 0, stream, x, out, n);
}
extern "C" void t_dynamic(const int *x, int *y, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_dynamic, dim3(1), dim3(n), n * sizeof(int), stream, x, y);
}
