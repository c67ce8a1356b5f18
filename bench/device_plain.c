/* Copies by CUDA's own calls, for device.c to hold wick's beside. Without the toolkit there are none. */
#include "device.h"
#ifdef WICK_BENCH_CUDA
#include "measure.h"
#include <cuda_runtime_api.h>
#include <string.h>

enum { SAMPLES = 5 };

static bool sample(void *there, void *here, size_t bytes, int copies, bool back, cudaStream_t queue, double *us)
{
    const double from = bench_us_now();
    bool ok = true;
    for (int i = 0; i < copies && ok; i++)
        ok = !cudaMemcpyAsync(back ? here : there, back ? there : here, bytes,
                              back ? cudaMemcpyDeviceToHost : cudaMemcpyHostToDevice, queue);
    ok = !cudaStreamSynchronize(queue) && ok;
    *us = (bench_us_now() - from) / copies;
    return ok;
}

double bench_device_plain(int index, size_t bytes, int copies, bool back)
{
    void *there = NULL, *here = NULL;
    cudaStream_t queue = NULL;
    double us[SAMPLES], once;
    bool ok = !cudaSetDevice(index) && !cudaMalloc(&there, bytes) &&
              !cudaHostAlloc(&here, bytes, cudaHostAllocPortable) &&
              !cudaStreamCreateWithFlags(&queue, cudaStreamNonBlocking);
    if (ok) memset(here, 1, bytes);
    ok = ok && sample(there, here, bytes, copies, back, queue, &once);
    for (int k = 0; k < SAMPLES && ok; k++) ok = sample(there, here, bytes, copies, back, queue, &us[k]);
    if (queue) (void)cudaStreamDestroy(queue);
    if (here) (void)cudaFreeHost(here);
    (void)cudaFree(there);
    return ok ? 1e-3 * (double)bytes / bench_median(us, SAMPLES) : 0;
}
#else
double bench_device_plain(int index, size_t bytes, int copies, bool back)
{
    (void)index, (void)bytes, (void)copies, (void)back;
    return 0;
}
#endif
