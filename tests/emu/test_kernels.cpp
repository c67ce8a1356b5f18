/* Kernels for the emulator's tests: right ones for each part of the language, and broken ones that must be caught. */
#include "test_kernels.h"
#include "cuda_runtime.h"

__global__ void k_scale(const float *x, float *y, float by, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i] * by;
}
void t_scale(const float *x, float *y, float by, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_scale, dim3((n + 255) / 256), dim3(256), 0, stream, x, y, by, n);
}

__global__ void k_scale_behind(const float *x, float *y, float by, int n, bool waits)
{
    if (waits) cudaGridDependencySynchronize();
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i] * by;
}
void t_scale_behind(const float *x, float *y, float by, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_scale_behind, dim3((n + 63) / 64), dim3(64), 0, stream, x, y, by, n, true);
}
void b_scale_ahead(const float *x, float *y, float by, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_scale_behind, dim3((n + 63) / 64), dim3(64), 0, stream, x, y, by, n, false);
}

template <class T> __global__ void k_add(T *x, T by, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) x[i] += by;
}
void t_add(float *x, float by, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH((k_add<float>), dim3((n + 63) / 64), 64, 0, stream, x, by, n);
}

__global__ void k_box_fill(t_box box)
{
    int i = threadIdx.x;
    if (i < box.n) box.at[i] = (float)(box.by * i);
}
void t_box_fill(t_box box, cudaStream_t stream) { WKI_EMU_LAUNCH(k_box_fill, 1, 64, 0, stream, box); }

__global__ void k_sum(const float *x, float *out, int n)
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
void t_sum(const float *x, float *out, int n, int blocks, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_sum, dim3(blocks), dim3(256), 0, stream, x, out, n);
}

__global__ void __launch_bounds__(1024) k_visit(unsigned *counts)
{
    unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    atomicAdd(&counts[block * blockDim.x * blockDim.y * blockDim.z + thread], 1u);
}
void t_visit(unsigned *counts, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
             cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_visit, dim3(gx, gy, gz), dim3(bx, by, bz), 0, stream, counts);
}

__global__ void k_votes(const int *x, int *out)
{
    int any = __syncthreads_or(x[threadIdx.x] == 7), all = __syncthreads_and(x[threadIdx.x] >= 0);
    int count = __syncthreads_count(x[threadIdx.x] & 1);
    out[threadIdx.x] = any * 10000 + all * 1000 + count;
}
void t_votes(const int *x, int *out, int n, cudaStream_t stream) { WKI_EMU_LAUNCH(k_votes, 1, n, 0, stream, x, out); }

/* For each of 64 threads: what up, down, xor and a given lane bring, by 3 within the width. */
__global__ void k_shuffles(const int64_t *x, int64_t *out, int width)
{
    unsigned i = threadIdx.x;
    out[i * 4] = __shfl_up_sync(0xffffffffu, x[i], 3, width);
    out[i * 4 + 1] = __shfl_down_sync(0xffffffffu, x[i], 3, width);
    out[i * 4 + 2] = __shfl_xor_sync(0xffffffffu, x[i], 3, width);
    out[i * 4 + 3] = __shfl_sync(0xffffffffu, x[i], 3, width);
}
void t_shuffles(const int64_t *x, int64_t *out, int width, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_shuffles, 1, 64, 0, stream, x, out, width);
}

__global__ void k_warp_votes(const int *x, unsigned *out)
{
    unsigned i = threadIdx.x;
    out[i * 3] = __ballot_sync(0xffffffffu, x[i]);
    out[i * 3 + 1] = __any_sync(0xffffffffu, x[i] > 100);
    __syncwarp();
    out[i * 3 + 2] = __all_sync(0xffffffffu, x[i] < 100);
}
void t_warp_votes(const int *x, unsigned *out, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_warp_votes, 1, 32, 0, stream, x, out);
}

/* The halves of a warp go different ways and sum on their own, one of them twice as long. */
__global__ void k_half_warps(const float *x, float *out)
{
    unsigned lane = threadIdx.x, mask = lane < 16 ? 0xffffu : 0xffff0000u;
    float v = x[lane];
    int rounds = lane < 16 ? 1 : 2;
    for (int r = 0; r < rounds; r++)
        for (int k = 8; k; k /= 2) v += __shfl_xor_sync(mask, v, k, 16);
    out[lane] = v;
}
void t_half_warps(const float *x, float *out, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_half_warps, 1, 32, 0, stream, x, out);
}

__global__ void k_atomics(long long *out, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    atomicAdd((int *)&out[0], i);
    atomicAdd((unsigned long long *)&out[1], 1ull << 33);
    atomicAdd((float *)&out[2], 1.0f);
    atomicAdd((double *)&out[3], 0.5);
    atomicMax(&out[4], (long long)i * 5000000000ll);
    atomicMin(&out[5], -(long long)i * 5000000000ll);
    atomicMax((int *)&out[6], i);
    atomicMin((unsigned *)&out[7], (unsigned)(n - i));
    if (atomicCAS((int *)&out[8], 0, 1) == 0) atomicAdd((int *)&out[9], 1);
    if (atomicExch((unsigned *)&out[10], 1u) == 0) atomicAdd((int *)&out[11], 1);
}
void t_atomics(long long *out, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_atomics, (n + 31) / 32, 32, 0, stream, out, n);
}

__global__ void __launch_bounds__(1024) k_dynamic(const int *x, int *y)
{
    WKI_DYNAMIC_SHARED(int, s);
    s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    y[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}
void t_dynamic(const int *x, int *y, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_dynamic, dim3(1), dim3(n), n * sizeof(int), stream, x, y);
}

__global__ void k_fresh_shared(unsigned *out)
{
    WKI_SHARED(unsigned, s, 4);
    static_assert(sizeof s == 16, "a shared array is an array");
    out[blockIdx.x] = s[3];
    s[3] = 1;
}
void t_fresh_shared(unsigned *out, int blocks, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_fresh_shared, blocks, 1, 0, stream, out);
}

__global__ void k_numbers(float *out)
{
    float values[] = {
        __fmaf_rn(3, 5, 7),
        (float)__fma_rn(3, 5, 7),
        __uint_as_float(0x40490fdbu),
        (float)__float_as_int(1.0f),
        (float)__popc(0xf0f0u),
        (float)__clz(1),
        (float)__ffs(8),
        (float)__umulhi(0x80000000u, 6u),
        (float)__umul64hi(1ull << 63, 10),
        (float)min(3, -2),
        max(1.5f, -2.0f),
        (float)min(4u, 9u),
        (float)warpSize,
    };
    float4 four = make_float4(1, 2, 3, 4);
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) out[i] = values[i];
    out[13] = four.x + four.y + four.z + four.w;
}
void t_numbers(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(k_numbers, 1, 1, 0, stream, out); }

__global__ void k_shared_bytes(int *out)
{
    WKI_DYNAMIC_SHARED(char, s);
    s[0] = 1;
    *out = s[0];
}
void t_shared_bytes(int *out, unsigned bytes, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_shared_bytes, 1, 1, bytes, stream, out);
}
int t_allow_shared(unsigned bytes)
{
    return cudaFuncSetAttribute(k_shared_bytes, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes);
}

int t_clears_gaps(void) { return WKI_EMU_CLEARS; }

__global__ void __launch_bounds__(1024) k_nothing() {}
void t_shape(const unsigned *g, const unsigned *b, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(k_nothing, dim3(g[0], g[1], g[2]), dim3(b[0], b[1], b[2]), 0, stream);
}

/* As k_sum, but nothing waits between the stores and the first step of the tree. */
__global__ void b_missing_barrier_kernel(const float *x, float *out, int n)
{
    WKI_SHARED(float, s, 256);
    s[threadIdx.x] = (int)threadIdx.x < n ? x[threadIdx.x] : 0;
    for (unsigned k = blockDim.x / 2; k; k /= 2) {
        if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k];
        __syncthreads();
    }
    if (!threadIdx.x) *out = s[0];
}
void b_missing_barrier(const float *x, float *out, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_missing_barrier_kernel, 1, 256, 0, stream, x, out, n);
}

/* The index is not known to the compiler, so that no bounds check but the sanitizer's or the emulator's own sees it. */
__global__ void b_shared_write_kernel(float *out, int by)
{
    WKI_SHARED(float, s, 32);
    float *at = s;
    at[(int)threadIdx.x + by] = 1;
    __syncthreads();
    out[threadIdx.x] = at[threadIdx.x];
}
void b_shared_write(float *out, int by, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_shared_write_kernel, 1, 32, 0, stream, out, by);
}

__global__ void b_shared_read_kernel(float *out)
{
    WKI_SHARED(float, s, 32);
    float *at = s;
    at[threadIdx.x] = 1;
    __syncthreads();
    out[threadIdx.x] = at[threadIdx.x + 1];
}
void b_shared_read(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(b_shared_read_kernel, 1, 32, 0, stream, out); }

__global__ void b_two_barriers_kernel(float *out)
{
    if (threadIdx.x < 16) {
        __syncthreads();
        out[0] = 1;
    } else {
        __syncthreads();
        out[1] = 2;
    }
}
void b_two_barriers(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(b_two_barriers_kernel, 2, 32, 0, stream, out); }

__global__ void b_exit_kernel(float *out, int n, int last_leaves)
{
    int i = threadIdx.x;
    if (last_leaves ? i >= n : i < n) return;
    __syncthreads();
    out[i] = 1;
}
void b_early_exit(float *out, int n, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_exit_kernel, 1, 64, 0, stream, out, n, 0);
}
void b_late_exit(float *out, int n, cudaStream_t stream) { WKI_EMU_LAUNCH(b_exit_kernel, 1, 64, 0, stream, out, n, 1); }

__global__ void b_mask_without_self_kernel(float *out) { out[threadIdx.x] = __shfl_sync(0xfffffffeu, 1.0f, 1); }
void b_mask_without_self(float *out, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_mask_without_self_kernel, 1, 32, 0, stream, out);
}

__global__ void b_mask_of_gone_kernel(float *out)
{
    if (threadIdx.x < 12) return;
    out[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1.0f, 1);
}
void b_mask_of_gone(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(b_mask_of_gone_kernel, 1, 32, 0, stream, out); }

__global__ void b_mask_of_absent_kernel(float *out) { out[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1.0f, 1); }
void b_mask_of_absent(float *out, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_mask_of_absent_kernel, 1, 16, 0, stream, out);
}

__global__ void b_masks_differ_kernel(float *out)
{
    unsigned mask = threadIdx.x == 3 ? 0xffu : 0xffffffffu;
    out[threadIdx.x] = __shfl_sync(mask, 1.0f, 0);
}
void b_masks_differ(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(b_masks_differ_kernel, 1, 32, 0, stream, out); }

__global__ void b_deadlock_kernel(float *out)
{
    if (threadIdx.x == 0)
        __syncthreads();
    else
        __syncwarp();
    out[threadIdx.x] = 1;
}
void b_deadlock(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(b_deadlock_kernel, 1, 32, 0, stream, out); }

__global__ void b_trap_kernel(float *out)
{
    if (out) __trap();
}
void b_trap(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(b_trap_kernel, 1, 32, 0, stream, out); }

__global__ void b_unbounded_kernel(float *out) { out[threadIdx.x] = 1; }
void b_unbounded(float *out, unsigned threads, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_unbounded_kernel, 1, threads, 0, stream, out);
}

__global__ void b_misaligned_kernel(float *out, int from) { *(float4 *)out = *(const float4 *)(out + from); }
void b_misaligned(float *out, int from, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_misaligned_kernel, 1, 1, 0, stream, out, from);
}

__global__ void b_convert_kernel(float *out, double x, int by) { *out = (float)((int)x << by); }
void b_convert(float *out, double x, int by, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_convert_kernel, 1, 1, 0, stream, out, x, by);
}

__global__ void b_divide_kernel(int *out, int by) { out[threadIdx.x] = 7 / by; }
void b_divide(int *out, int by, cudaStream_t stream) { WKI_EMU_LAUNCH(b_divide_kernel, 1, 32, 0, stream, out, by); }

/* Every block leaves its number in the same word: the last one wins. */
__global__ void b_blocks_race_kernel(int *word)
{
    if (!threadIdx.x) *word = blockIdx.x;
}
void b_blocks_race(int *word, int blocks, cudaStream_t stream)
{
    WKI_EMU_LAUNCH(b_blocks_race_kernel, blocks, 32, 0, stream, word);
}

/* Deeper than any stack. */
static __device__ float dig(volatile float *at, int depth)
{
    volatile float here[64];
    here[depth % 64] = *at;
    return depth ? dig(here, depth - 1) + here[depth % 64] : here[0];
}
__global__ void b_deep_kernel(float *out) { out[threadIdx.x] = dig(out, 1000000); }
void b_deep(float *out, cudaStream_t stream) { WKI_EMU_LAUNCH(b_deep_kernel, 1, 1, 0, stream, out); }
