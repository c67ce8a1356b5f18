/* Devices: opened when first used, each with one queue; waiting, and the errors that show then. One that CUDA gives up,
 * after an illegal access say, is lost: that is told once in CUDA's words, and CUDA is not asked for it again. */
#include "backends/cuda/host/device.h"
#include "base/alloc.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct {
    int count; /* set before anything else is asked */
    wki_mutex lock;
    wki_device *open[WKI_CUDA_MOST_DEVICES];
    _Atomic(const char *) lost[WKI_CUDA_MOST_DEVICES]; /* what was being done when it was lost; NULL: it is not */
} devices = { .lock = WKI_MUTEX_INIT };

wki_device_text wki_device_name(int index)
{
    wki_device_text name;
    snprintf(name.text, sizeof name.text, "cuda:%d", index);
    return name;
}

static wk_status was_lost(int index, const char *doing)
{
    return wki_fail(WK_E_DEVICE, wki_device_name(index).text,
                    "the device was lost earlier (in %s); use another, or cpu", doing);
}

wk_status wki_device_kept(int index)
{
    const char *doing = atomic_load_explicit(&devices.lost[index], memory_order_acquire);
    return doing && !WKI_FAULT(180) ? was_lost(index, doing) : WK_OK;
}

/* Those behind which, CUDA says, nothing but a new process helps. */
static bool is_last(cudaError_t error)
{
    switch (error) {
    case cudaErrorECCUncorrectable:
    case cudaErrorContained:
    case cudaErrorTensorMemoryLeak:
    case cudaErrorExternalDevice:
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure: return true;
    default: return false;
    }
}

wk_status wki_cuda_check(cudaError_t error, int index, const char *doing)
{
    if (error == cudaSuccess) return WK_OK;
    (void)cudaGetLastError(); /* an error that does not stick is told once */
    const bool last = is_last(error);
    const char *before = NULL;
    if (last && !atomic_compare_exchange_strong(&devices.lost[index], &before, doing)) return was_lost(index, before);
    return wki_fail(error == cudaErrorMemoryAllocation ? WK_E_MEMORY : WK_E_DEVICE, wki_device_name(index).text,
                    "%s (in %s)%s", cudaGetErrorString(error), doing, last ? "; this process has lost the device" : "");
}

wk_status wki_launched(const wki_queue *queue, const wki_call *call)
{
    const cudaError_t error = cudaGetLastError();
    return error == cudaSuccess ? WK_OK : wki_cuda_check(error, queue->index, wki_op_name(call->op));
}

cudaError_t wki_devices_find(void)
{
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaSuccess) devices.count = count < WKI_CUDA_MOST_DEVICES ? count : WKI_CUDA_MOST_DEVICES;
    return error;
}

int wki_device_count(void) { return devices.count; }

static wk_status make(wki_device *d, int index)
{
    void *fault = NULL;
    d->queue.index = index;
    d->lock = (wki_mutex)WKI_MUTEX_INIT;
    if (wki_cuda_check(cudaSetDevice(index), index, "opening the device") ||
        wki_cuda_check(cudaStreamCreateWithFlags(&d->queue.stream, cudaStreamNonBlocking), index, "making a queue"))
        return WK_E_DEVICE;
    int tables = 0;
    if (cudaDeviceGetAttribute(&tables, cudaDevAttrPageableMemoryAccessUsesHostPageTables, index) != cudaSuccess)
        (void)cudaGetLastError();
    d->reads_host = tables != 0;
    d->waits = wki_kernels_wait(index);
    const unsigned flags = cudaHostAllocMapped | cudaHostAllocPortable;
    if (wki_cuda_check(cudaHostAlloc(&fault, sizeof *d->queue.fault, flags), index, "opening the device")) {
        if (cudaStreamDestroy(d->queue.stream) != cudaSuccess) (void)cudaGetLastError();
        return WK_E_DEVICE;
    }
    d->queue.fault = memset(fault, 0, sizeof *d->queue.fault);
    return WK_OK;
}

static wki_device *open_device(int index)
{
    wki_device *d = wki_alloc(sizeof *d);
    if (d && make(d, index) == WK_OK) return d;
    wki_free(d);
    return NULL;
}

wki_device *wki_device_at(int index)
{
    if (index < 0 || index >= WKI_CUDA_MOST_DEVICES) {
        wki_fail(WK_E_DEVICE, "cuda", "there is no cuda:%d", index);
        return NULL;
    }
    if (wki_device_kept(index)) return NULL;
    wki_lock(&devices.lock);
    if (!devices.open[index]) devices.open[index] = open_device(index);
    wki_device *d = devices.open[index];
    wki_unlock(&devices.lock);
    /* each time: others in the process may have chosen another one */
    return d && wki_cuda_check(cudaSetDevice(index), index, "choosing the device") == WK_OK ? d : NULL;
}

wki_device *wki_device_opened(int index)
{
    wki_lock(&devices.lock);
    wki_device *d = devices.open[index];
    wki_unlock(&devices.lock);
    return d;
}

wk_status wki_device_fault(wki_device *d)
{
    wki_cuda_fault *fault = d->queue.fault;
    if (!__atomic_load_n(&fault->op, __ATOMIC_ACQUIRE)) return WK_OK;
    const wki_cuda_fault found = *fault;
    __atomic_store_n(&fault->op, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&fault->claimed, 0, __ATOMIC_RELEASE);
    const int op = found.op - 1; /* its name is the one that the CPU tells */
    const char *name = op == WKI_OP_offsets ? "index" : op == WKI_OP_ctc ? "ctc_loss" : wki_op_name(op);
    char most[32] = "or more";
    if (found.high < INT64_MAX) snprintf(most, sizeof most, "to %lld", (long long)found.high);
    return wki_fail(WK_E_RANGE, name, "index %lld is out of range on cuda:%d; expected %lld %s", (long long)found.value,
                    d->queue.index, (long long)found.low, most);
}

wk_status wki_device_wait_for(int index, const char *doing)
{
    wki_device *d = wki_device_at(index);
    if (!d || wki_cuda_check(cudaStreamSynchronize(d->queue.stream), index, doing)) return WK_E_DEVICE;
    return wki_device_fault(d);
}

wk_status wki_device_wait(int index) { return wki_device_wait_for(index, "waiting"); }
