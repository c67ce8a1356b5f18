/* Copies of batches on a queue of their own, one a device, with two events an upload: `copied` tells that its copies
 * are done, `offered` that what the device's queue had before has let go of the memory that they fill. */
#include "backends/cuda/host/device.h"
#include "base/alloc.h"

struct wki_upload {
    wki_device *device;
    cudaEvent_t offered, copied;
    bool copies; /* they may still run */
};

/* Pageable memory serves where this has none to give. */
static void *pin_get(int index, size_t bytes)
{
    void *memory = NULL;
    if (!wki_device_at(index)) return NULL;
    if (cudaHostAlloc(&memory, bytes ? bytes : 1, cudaHostAllocPortable) == cudaSuccess) return memory;
    (void)cudaGetLastError();
    return NULL;
}

static void pin_put(void *memory)
{
    (void)cudaFreeHost(memory);
    (void)cudaGetLastError();
}

static wk_status make_queue(wki_device *d)
{
    wki_lock(&d->lock);
    const cudaError_t error = d->copies ? cudaSuccess : cudaStreamCreateWithFlags(&d->copies, cudaStreamNonBlocking);
    wki_unlock(&d->lock);
    return wki_cuda_check(error, d->queue.index, "making a queue for copies");
}

static wk_status make_event(wki_device *d, cudaEvent_t *event)
{
    const cudaError_t error = cudaEventCreateWithFlags(event, cudaEventDisableTiming);
    if (error != cudaSuccess) *event = NULL;
    return wki_cuda_check(error, d->queue.index, "making an event");
}

static void close_upload(wki_upload *u)
{
    if (!u) return;
    if (u->copies && cudaEventSynchronize(u->copied) != cudaSuccess) (void)cudaStreamSynchronize(u->device->copies);
    if (u->offered) (void)cudaEventDestroy(u->offered);
    if (u->copied) (void)cudaEventDestroy(u->copied);
    (void)cudaGetLastError();
    wki_free(u);
}

static wki_upload *open_upload(int index)
{
    wki_device *d = wki_device_at(index);
    wki_upload *u = d && make_queue(d) == WK_OK ? wki_alloc(sizeof *u) : NULL;
    if (!u) return NULL;
    u->device = d;
    if (make_event(d, &u->offered) == WK_OK && make_event(d, &u->copied) == WK_OK) return u;
    close_upload(u);
    return NULL;
}

static wk_status check(const wki_upload *u, cudaError_t error)
{
    return wki_cuda_check(error, u->device->queue.index, "copying a batch to it");
}

/* It is open, so that only the choice may fail: of this batch, then. */
static wk_status choose(const wki_upload *u)
{
    const int index = u->device->queue.index;
    return wki_device_kept(index) ? WK_E_DEVICE : check(u, cudaSetDevice(index));
}

static wk_status offer(wki_upload *u)
{
    if (choose(u)) return WK_E_DEVICE;
    return check(u, cudaEventRecord(u->offered, u->device->queue.stream));
}

static wk_status finish(wki_upload *u)
{
    if (!u->copies || WKI_FAULT(170)) return WK_OK;
    if (wki_device_kept(u->device->queue.index)) return WK_E_DEVICE;
    const wk_status status = check(u, cudaEventSynchronize(u->copied));
    u->copies = status != WK_OK; /* else asked again before anything is freed */
    return status;
}

static wk_status copy(wki_upload *u, const wki_piece *pieces, int n)
{
    cudaStream_t stream = u->device->copies;
    if (choose(u)) return WK_E_DEVICE;
    cudaError_t error = cudaStreamWaitEvent(stream, u->offered, 0);
    for (int i = 0; i < n && error == cudaSuccess; i++)
        if (pieces[i].bytes)
            error = cudaMemcpyAsync(pieces[i].to, pieces[i].from, pieces[i].bytes, cudaMemcpyHostToDevice, stream);
    if (error == cudaSuccess) error = cudaEventRecord(u->copied, stream);
    u->copies = error == cudaSuccess;
    if (error != cudaSuccess) (void)cudaStreamSynchronize(stream); /* for those that have begun */
    return check(u, error);
}

static wk_status take(wki_upload *u)
{
    if (choose(u)) return WK_E_DEVICE;
    if (WKI_FAULT(171)) return WK_OK;
    const wk_status status = check(u, cudaStreamWaitEvent(u->device->queue.stream, u->copied, 0));
    return status == WK_OK && wki_cuda_waits() ? finish(u) : status;
}

const wki_uploader wki_cuda_uploader = { pin_get, pin_put, open_upload, close_upload, offer, copy, take, finish };
