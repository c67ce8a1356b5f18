/* What calls begin with. */
#include "backends/cuda/kernels/kernel.h"

static __global__ void set_words(uint32_t *to, int64_t n, uint32_t word)
{
    WKI_BEGIN();
    WKI_EACH(i, n) to[i] = word;
}

void wki_set_words(const wki_queue *queue, void *to, size_t n, uint32_t word)
{
    const int64_t words = (int64_t)(n / sizeof word);
    WKI_LAUNCH(set_words, wki_grid(words), WKI_THREADS, 0, queue, (uint32_t *)to, words, word);
}

/* Code that was compiled for an older GPU has no WKI_BEGIN, even where a newer one runs it. */
bool wki_kernels_wait(int index)
{
    if (wki_cuda_is_off("WICK_CUDA_EARLY")) return false;
#ifdef WKI_EMU
    return index >= 0;
#else
    int major = 0;
    struct cudaFuncAttributes code;
    const bool known = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index) == cudaSuccess &&
                       cudaFuncGetAttributes(&code, (const void *)set_words) == cudaSuccess;
    (void)cudaGetLastError();
    return known && major >= 9 && code.ptxVersion >= 90;
#endif
}
