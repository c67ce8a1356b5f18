/* What cuda_runtime.h adds to the API for C++: the kernel language, and calls that take typed pointers. */
#ifndef WKI_EMU_CUDA_RUNTIME_H
#define WKI_EMU_CUDA_RUNTIME_H
#include "cuda_runtime_api.h"
#ifdef __cplusplus
#include "emu.h"
template <class T> inline cudaError_t cudaMalloc(T **at, size_t size) { return cudaMalloc((void **)(void *)at, size); }
template <class T> inline cudaError_t cudaMallocHost(T **at, size_t size) { return cudaMallocHost((void **)(void *)at, size); }
template <class T> inline cudaError_t cudaFuncSetAttribute(T *kernel, enum cudaFuncAttribute attribute, int value)
{
    return cudaFuncSetAttribute((const void *)kernel, attribute, value);
}
#endif
#endif
