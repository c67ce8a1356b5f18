/* Calls on a device: the table of kernels by op, scratch from the cache, and copies. */
#include "backends/cuda/host/device.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const wki_cuda_kernel wki_cuda_row;
#define X(NAME) extern const wki_cuda_kernel wki_cuda_##NAME;
#include "wki_cuda_kernel_list.h" /* generated: X(product) X(reduce) ... one a file of kernels/, rows apart */
#undef X

const wki_cuda_kernel *wki_cuda_kernel_of(const wki_call *call)
{
    static const wki_cuda_kernel *const kernels[WKI_OP_COUNT] = {
#define X(NAME) [WKI_OP_##NAME] = &wki_cuda_##NAME,
#include "wki_cuda_kernel_list.h"
#undef X
    };
    const wki_cuda_kernel *kernel = call->op < WKI_ROW_COUNT ? &wki_cuda_row : kernels[call->op];
    if (!kernel)
        wki_fail(WK_E_UNSUPPORTED, wki_op_name(call->op), "cuda has no kernel for it; move its operands to the CPU");
    return kernel;
}

size_t wki_cuda_scratch(const wki_cuda_kernel *kernel, const wki_call *call)
{
    return kernel->scratch ? kernel->scratch(call) : 0;
}

bool wki_cuda_is_off(const char *name)
{
    const char *wish = getenv(name);
    return wish && strcmp(wish, "0") == 0;
}

/* Errors come from the call that made them, for WICK_CUDA_SYNC=1. */
bool wki_cuda_waits(void)
{
    static atomic_int asked;
    int answer = atomic_load_explicit(&asked, memory_order_relaxed);
    if (!answer) {
        const char *wish = getenv("WICK_CUDA_SYNC");
        answer = wish && *wish && strcmp(wish, "0") != 0 ? 2 : 1;
        atomic_store_explicit(&asked, answer, memory_order_relaxed);
    }
    return answer == 2;
}

wk_status wki_device_run(int index, const wki_call *call)
{
    wki_device *d = wki_device_at(index);
    const wki_cuda_kernel *kernel = d ? wki_cuda_kernel_of(call) : NULL;
    if (!kernel) return d ? WK_E_UNSUPPORTED : WK_E_DEVICE;
    const size_t bytes = wki_cuda_scratch(kernel, call);
    void *scratch = NULL;
    size_t got = 0;
    if (bytes && wki_device_get(index, bytes, &scratch, &got)) return WK_E_MEMORY;
    wki_queue queue = d->queue;
    queue.scratch = bytes;
    wk_status status = kernel->run(&queue, call, scratch);
    if (scratch) wki_device_put(index, scratch, got);
    return status == WK_OK && wki_cuda_waits() ? wki_device_wait_for(index, wki_op_name(call->op)) : status;
}

/* ---- Copies ---- */

/* Memory that CUDA knows is read when the queue comes to it, other memory at once. */
static bool is_pinned(const void *memory)
{
    struct cudaPointerAttributes facts;
    const bool known =
        cudaPointerGetAttributes(&facts, memory) == cudaSuccess && facts.type != cudaMemoryTypeUnregistered;
    (void)cudaGetLastError();
    return known;
}

static wk_status copy_in(int index, void *to, const void *host, size_t bytes)
{
    wki_device *d = wki_device_at(index);
    if (!d) return WK_E_DEVICE;
    if (bytes == 0) return WK_OK;
    cudaStream_t stream = d->queue.stream;
    if (wki_cuda_check(cudaMemcpyAsync(to, host, bytes, cudaMemcpyHostToDevice, stream), index, "copying to it"))
        return WK_E_DEVICE;
    const bool is_taken = !d->reads_host && !is_pinned(host); /* aside, while the copy was asked for */
    return is_taken || WKI_FAULT(165) ? WK_OK : wki_device_wait(index);
}

static wk_status copy_out(int index, void *host, const void *from, size_t bytes)
{
    wki_device *d = wki_device_at(index);
    if (!d) return WK_E_DEVICE;
    cudaStream_t stream = d->queue.stream;
    if (bytes &&
        wki_cuda_check(cudaMemcpyAsync(host, from, bytes, cudaMemcpyDeviceToHost, stream), index, "copying from it"))
        return WK_E_DEVICE;
    return wki_device_wait(index);
}

static wk_status copy_across(int to_index, void *to, int from_index, const void *from, size_t bytes)
{
    if (from_index != to_index) {
        const wk_status status = wki_device_wait(from_index);
        if (status) return status;
    }
    wki_device *d = wki_device_at(to_index);
    if (!d) return WK_E_DEVICE;
    cudaStream_t stream = d->queue.stream;
    if (wki_cuda_check(cudaMemcpyPeerAsync(to, to_index, from, from_index, bytes, stream), to_index, "copying to it"))
        return WK_E_DEVICE;
    return from_index != to_index ? wki_device_wait(to_index) : WK_OK; /* before `from` is freed for other uses */
}

/* ---- The plugin ---- */

static bool takes_plain(int op, const wki_view *weights, const wki_conv_attrs *attrs, int64_t images)
{
    (void)op;
    (void)weights;
    (void)attrs;
    (void)images;
    return true;
}

/* Always: operands are laid out anew as bfloat16, and rounded on the way. */
static bool rounds(int op, const wki_view *const *views, const void *attrs)
{
    (void)op;
    (void)views;
    (void)attrs;
    return true;
}

static bool in_place(const wki_call *call) { return call->op < WKI_ROW_COUNT; } /* read before it is written */

static const wki_backend backend = {
    .name = "cuda",
    .get = wki_device_get,
    .put = wki_device_put,
    .copy_in = copy_in,
    .copy_out = copy_out,
    .synchronize = wki_device_wait,
    .takes_plain = takes_plain,
    .rounds = rounds,
    .run = wki_device_run,
    .in_place = in_place,
    .prepare = wki_cuda_prepare,
    .replay = wki_cuda_replay,
    .forget = wki_cuda_forget,
    .uploader = &wki_cuda_uploader,
    .beside = true,
};

static wk_status properties(int index, wk_cuda_properties *out)
{
    struct cudaDeviceProp p;
    if (!wki_device_at(index) || wki_cuda_check(cudaGetDeviceProperties(&p, index), index, "asking for its properties"))
        return WK_E_DEVICE;
    snprintf(out->name, sizeof out->name, "%.127s", p.name);
    out->major = p.major;
    out->minor = p.minor;
    out->multiprocessors = p.multiProcessorCount;
    out->l2 = (size_t)p.l2CacheSize;
    if (wki_cuda_check(cudaMemGetInfo(&out->free, &out->memory), index, "asking for its memory") ||
        wki_cuda_check(cudaDriverGetVersion(&out->driver), index, "asking for the driver's version"))
        return WK_E_DEVICE;
    return wki_cuda_check(cudaRuntimeGetVersion(&out->runtime), index, "asking for CUDA's version");
}

static const wki_cuda_plugin plugin = {
    &backend, wki_device_count, properties, wki_device_stats, wki_device_trim, copy_across,
};

__attribute__((visibility("default"))) const wki_cuda_plugin *
wki_cuda_plugin_open(uint32_t abi, const wki_cuda_core *core, char *why, size_t why_bytes)
{
    if (abi != WKI_CUDA_ABI) {
        snprintf(why, why_bytes, "libwick-cuda is of another version than libwick");
        return NULL;
    }
    wki_cuda_core_here = core;
    const cudaError_t error = wki_devices_find();
    if (error != cudaSuccess)
        snprintf(why, why_bytes, "%s", cudaGetErrorString(error));
    else if (wki_device_count() == 0)
        snprintf(why, why_bytes, "no CUDA device is there");
    return wki_device_count() > 0 ? &plugin : NULL;
}
