/* What kernels are written with: launches, shared memory, the elements of strided views, random numbers, and what is out of
 * range. Compiled by nvcc, or by a host compiler against tests/emu. Kernels use no inline PTX, rely on no lockstep of a
 * warp, and use no atomics on floats: a result depends on shapes alone, never on the order of threads or blocks. */
#ifndef WKI_KERNEL_H
#define WKI_KERNEL_H
#ifdef WKI_EMU
#include <emu.h>
#define WKI_LAUNCH(kernel, grid, block, bytes, queue, ...)                                                              \
    WKI_EMU_LAUNCH(kernel, grid, block, bytes, (queue)->stream, __VA_ARGS__)
#define WKI_UNROLL
#define WKI_ROLLED
#define WKI_UNROLLED(times)
#else
#include <cuda_runtime.h>
#define WKI_SHARED(T, name, n)                            __shared__ T name[n]
#define WKI_LAUNCH(kernel, grid, block, bytes, queue, ...) kernel<<<grid, block, bytes, (queue)->stream>>>(__VA_ARGS__)
#define WKI_UNROLL _Pragma("unroll")
#define WKI_UNROLL_TEXT(text) _Pragma(#text)
#define WKI_UNROLLED(times)   WKI_UNROLL_TEXT(unroll times)
#define WKI_ROLLED            WKI_UNROLLED(1)
#endif
#include "backends/cuda/host/cuda.h"
#ifdef __CUDACC__ /* seeded faults of kernels are for the emulator */
#undef WKI_FAULT
#define WKI_FAULT(number) false
#endif

/* A kernel's first words. In a graph it may have been got ready while what it comes behind was still running (programmatic
 * dependent launch): it waits here until all of that is done and visible. GPUs before the 90 have no such launches. */
#if defined WKI_EMU || (defined __CUDA_ARCH__ && __CUDA_ARCH__ >= 900)
#define WKI_BEGIN() cudaGridDependencySynchronize()
#else
#define WKI_BEGIN() (void)0
#endif

#define WKI_DEVICE static __device__ __forceinline__

/* The numbers that elements are computed in, and the functions of math.h in them: f32::exp, f64::tanh. */
namespace f32
{
#define REAL_BITS 32
#include "backends/math.h"
#undef REAL_BITS
} // namespace f32
#undef WKI_MATH_H
#undef WKI_MATH_MORE_H
namespace f64
{
#define REAL_BITS 64
#include "backends/math.h"
#undef REAL_BITS
} // namespace f64

WKI_DEVICE float wki_fma_of(float a, float b, float c) { return f32::wki_fma(a, b, c); }
WKI_DEVICE double wki_fma_of(double a, double b, double c) { return f64::wki_fma(a, b, c); }

/* F<T> for the elements of a dtype. */
#define WKI_OF_DTYPE(F, dtype)                                                                                          \
    ((dtype) == WK_F32   ? F<float>                                                                                     \
     : (dtype) == WK_F64 ? F<double>                                                                                    \
     : (dtype) == WK_I64 ? F<int64_t>                                                                                   \
     : (dtype) == WK_I32 ? F<int32_t>                                                                                   \
                         : F<uint8_t>)

enum { WKI_THREADS = 256 }; /* of an ordinary block */

/* An ordinary grid for n threads: one that is too small for them all goes around (WKI_EACH). */
static inline unsigned wki_grid(int64_t n)
{
    const int64_t blocks = (n + WKI_THREADS - 1) / WKI_THREADS;
    return blocks < 1 ? 1 : blocks < 65536 ? (unsigned)blocks : 65536;
}
#define WKI_EACH(i, n)                                                                                                 \
    for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += (int64_t)gridDim.x * blockDim.x)

/* i / d, neither below 0: in 32 bits where these will do, several times as fast. */
WKI_DEVICE int64_t wki_divided(int64_t i, int64_t d)
{
    return (uint64_t)(i | d) >> 32 ? i / d : (int64_t)((uint32_t)i / (uint32_t)d);
}

/* Where element i lies in operands 0 to n - 1, n being known when compiled. */
template <int n> WKI_DEVICE void wki_places(const wki_lattice &l, int64_t i, int64_t at[n])
{
    for (int k = 0; k < n; k++) at[k] = l.flat ? i : 0;
    if (l.flat) return;
    WKI_ROLLED for (int d = l.ndim - 1; d >= 0; d--) {
        const int64_t rest = d ? wki_divided(i, l.size[d]) : 0, index = i - rest * l.size[d];
        for (int k = 0; k < n; k++) at[k] += index * l.stride[k][d];
        i = rest;
    }
}

/* Kernels take these by value: what the call says, or where a plan keeps what this replay says. */
typedef struct wki_key {
    wki_random_key key;
    const wki_random_key *from;
} wki_key;
static inline wki_key wki_key_of(const wki_queue *queue, const wki_random_key *key)
{
    const wki_key k = { *key, (const wki_random_key *)queue->changing };
    return k;
}
WKI_DEVICE wki_random_key wki_key_now(const wki_key &k) { return k.from ? *k.from : k.key; }

/* An index that is not low .. high: the host will report it when it waits (WK_E_RANGE); the kernel goes on without it. */
WKI_DEVICE void wki_out_of_range(wki_cuda_fault *fault, int op, int64_t value, int64_t low, int64_t high)
{
    if (atomicCAS(&fault->claimed, 0, 1) != 0) return;
    fault->value = value;
    fault->low = low;
    fault->high = high;
    __threadfence_system();
    *(volatile int32_t *)&fault->op = op + 1;
}

#define WKI_CUDA_KERNEL(NAME, SCRATCH, RUN)                                                                            \
    extern "C" const wki_cuda_kernel wki_cuda_##NAME;                                                                  \
    extern "C" const wki_cuda_kernel wki_cuda_##NAME = { SCRATCH, RUN, NULL }
#endif
