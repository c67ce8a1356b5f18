/* The pieces of work that the runtime's calls put into streams, and these calls: memory, copies, fills, launches. */
#include "emu_core.h"

namespace wki_emu
{

struct CopyWork : Work {
    char *dst;
    const char *src;
    size_t size;
    unsigned open;           /* the devices whose memory it touches */
    std::vector<char> taken; /* the bytes themselves, where pageable memory was read at the call */
    bool to_pinned, from_pinned;
    bool is_there(const void *end, bool pinned) const
    {
        const Place::Kind kind = memory_find(end, size).kind;
        return kind != Place::LOST && (!pinned || kind == Place::PINNED);
    }
    const char *name() const override { return "copy"; }
    cudaError_t run() override
    {
        const char *from = taken.empty() ? src : taken.data();
        if (!is_there(dst, to_pinned) || !is_there(src, from_pinned)) {
            tell("a copy of %zu bytes from %p to %p touches memory that was freed after the call", size,
                 (const void *)src, (void *)dst);
            return cudaErrorIllegalAddress;
        }
        memory_open(open);
        memmove(dst, from, size);
        return cudaSuccess;
    }
};

struct FillWork : Work {
    char *at;
    int byte;
    size_t size;
    cudaGraphNodeType type() const override { return cudaGraphNodeTypeMemset; }
    const char *name() const override { return "fill"; }
    cudaError_t run() override
    {
        if (memory_find(at, size).kind == Place::LOST) {
            tell("a fill of %zu bytes at %p touches memory that was freed after the call", size, (void *)at);
            return cudaErrorIllegalAddress;
        }
        memory_open(1u << device);
        memset(at, byte, size);
        return cudaSuccess;
    }
};

struct KernelWork : Work {
    Kernel kernel;
    alignas(16) char few[256]; /* arguments, and then where pointers are among them */
    std::vector<char> many;
    void keep(const Launch &what)
    {
        size_t pointers = what.pointer_count * sizeof *what.pointers, at = (what.args_size + 1) / 2 * 2;
        char *to = few;
        if (at + pointers > sizeof few) {
            many.resize(at + pointers);
            to = many.data();
        }
        memcpy(to, what.args, what.args_size);
        memcpy(to + at, what.pointers, pointers);
        kernel.args = to;
        kernel.args_size = what.clear ? what.args_size : 0;
        kernel.pointers = (const unsigned short *)(to + at);
        kernel.pointer_count = what.pointer_count;
    }
    cudaGraphNodeType type() const override { return cudaGraphNodeTypeKernel; }
    const char *name() const override { return kernel.name; }
    void begin_early() override { kernel.early = true; }
    cudaError_t run() override
    {
        const bool late = kernel.early && !asan && !tsan; /* then it opens when one of its threads has waited */
        memory_open(late ? 0 : 1u << device);
        return kernel_run(kernel);
    }
};

static bool on_device(const Place &place) { return place.kind == Place::DEVICE; }

static cudaError_t check_copy(const Place &dst, const Place &src, cudaMemcpyKind kind)
{
    if ((unsigned)kind > cudaMemcpyDefault) return cudaErrorInvalidMemcpyDirection;
    if (dst.kind == Place::LOST || src.kind == Place::LOST) return cudaErrorInvalidValue;
    if (kind == cudaMemcpyDefault) return cudaSuccess;
    bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    return on_device(dst) == to_device && on_device(src) == from_device ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t issue_copy(const std::shared_ptr<Stream> &stream, void *dst, const void *src, size_t size,
                       cudaMemcpyKind kind)
{
    Place to = memory_find(dst, size), from = memory_find(src, size);
    cudaError_t error = check_copy(to, from, kind);
    if (error || !size) return error;
    if (!dst || !src) return cudaErrorInvalidValue;
    bool pageable = to.kind == Place::HOST || from.kind == Place::HOST;
    if (pageable && stream->capture) {
        stream->capture->invalid = true;
        return cudaErrorStreamCaptureUnsupported;
    }
    auto work = std::make_shared<CopyWork>();
    work->device = on_device(to) ? to.device : on_device(from) ? from.device : stream->device;
    work->dst = (char *)dst;
    work->src = (const char *)src;
    work->size = size;
    work->to_pinned = to.kind == Place::PINNED;
    work->from_pinned = from.kind == Place::PINNED;
    work->open = (on_device(to) ? 1u << to.device : 0) | (on_device(from) ? 1u << from.device : 0);
    if (from.kind == Place::HOST && to.kind != Place::HOST && !state().host_tables)
        work->taken.assign(work->src, work->src + size);
    error = issue(stream, work);
    if (!error && to.kind == Place::HOST) {
        run_until({ stream, stream->issued });
        error = state().sticky[work->device];
    }
    return error;
}

static bool bad_grid(dim3 g, dim3 b)
{
    if (!g.x || !g.y || !g.z || !b.x || !b.y || !b.z) return true;
    if (g.x > 2147483647u || g.y > 65535 || g.z > 65535 || b.x > max_threads || b.y > max_threads || b.z > 64)
        return true;
    return (uint64_t)b.x * b.y * b.z > max_threads;
}

/* A thread may have 255 registers, and a block has 65,536 for all. */
static bool lacks_bounds(const Launch &what, dim3 b)
{
    constexpr unsigned sure = 256;
    if (b.x * b.y * b.z <= sure || (uintptr_t)what.kernel % WKI_EMU_BOUNDED == 0) return false;
    tell("kernel %s is launched with %u threads a block, and has no __launch_bounds__: it may need too many registers",
         what.name, b.x * b.y * b.z);
    return true;
}

static cudaError_t launch_checked(const Launch &what, dim3 grid, dim3 block, size_t shared,
                                  const std::shared_ptr<Stream> &stream)
{
    cudaError_t error = planned(WKI_EMU_FAIL_LAUNCH);
    if (error >= 700 && error < 800) set_sticky(current_device(), error);
    if (error) return error;
    if (bad_grid(grid, block)) return cudaErrorInvalidConfiguration;
    if (lacks_bounds(what, block)) return cudaErrorLaunchOutOfResources;
    auto allowed = state().dynamic_shared.find(what.kernel);
    if (shared > shared_limit && (allowed == state().dynamic_shared.end() || shared > (size_t)allowed->second))
        return cudaErrorInvalidValue;
    if (!stream || stream->device != current_device()) return cudaErrorInvalidResourceHandle;
    auto work = std::make_shared<KernelWork>();
    work->device = stream->device;
    work->kernel =
        Kernel{ what.name, what.kernel, what.run, nullptr, 0, nullptr, 0, grid, block, shared, stream->device };
    work->keep(what);
    return issue(stream, work);
}

void launch(const Launch &what, dim3 grid, dim3 block, size_t shared, cudaStream_t stream)
{
    Api api;
    api.end(api.error ? api.error : launch_checked(what, grid, block, shared, stream_find(stream)));
}
} // namespace wki_emu
using namespace wki_emu;

cudaError_t cudaMalloc(void **out, size_t size)
{
    Api api(API_UNSAFE);
    if (api.error) return api.end(api.error);
    if (!out) return api.end(cudaErrorInvalidValue);
    cudaError_t error = planned(WKI_EMU_FAIL_MALLOC);
    if (error) return api.end(error);
    *out = nullptr;
    return api.end(size ? memory_get(current_device(), size, out) : cudaSuccess);
}

cudaError_t cudaFree(void *at)
{
    Api api(API_UNSAFE | API_ANYWAY);
    if (!at) return api.end(api.error);
    if (api.error == cudaErrorStreamCaptureUnsupported) return api.end(api.error);
    Place place = memory_find(at, 0);
    if (place.kind != Place::DEVICE || place.base != at) return api.end(cudaErrorInvalidValue);
    drain_device(place.device);
    memory_put(at);
    return api.end(api.error ? api.error : state().sticky[current_device()]);
}

cudaError_t cudaHostAlloc(void **out, size_t size, unsigned flags)
{
    Api api(API_UNSAFE);
    if (api.error) return api.end(api.error);
    if (!out || flags & ~7u) return api.end(cudaErrorInvalidValue);
    cudaError_t error = planned(WKI_EMU_FAIL_MALLOC);
    if (error) return api.end(error);
    *out = nullptr;
    return api.end(size ? pinned_get(size, out) : cudaSuccess);
}

cudaError_t cudaMallocHost(void **out, size_t size) { return cudaHostAlloc(out, size, cudaHostAllocDefault); }

cudaError_t cudaFreeHost(void *at)
{
    Api api(API_UNSAFE | API_ANYWAY);
    if (!at) return api.end(api.error);
    if (api.error == cudaErrorStreamCaptureUnsupported) return api.end(api.error);
    if (!pinned_put(at)) return api.end(cudaErrorInvalidValue); /* nobody says that it waits for what uses it */
    return api.end(api.error ? api.error : state().sticky[current_device()]);
}

cudaError_t cudaMemGetInfo(size_t *free, size_t *total)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!free || !total) return api.end(cudaErrorInvalidValue);
    size_t used = memory_used(current_device());
    *total = memory_limit();
    *free = used < *total ? *total - used : 0;
    return api.end(cudaSuccess);
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *out, const void *at)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!out) return api.end(cudaErrorInvalidValue);
    Place place = memory_find(at, 1);
    bool device = place.kind == Place::DEVICE, host = place.kind == Place::PINNED;
    *out = cudaPointerAttributes();
    out->type = device ? cudaMemoryTypeDevice : host ? cudaMemoryTypeHost : cudaMemoryTypeUnregistered;
    out->device = device ? place.device : host ? current_device() : -2;
    out->devicePointer = device || host ? (void *)at : nullptr;
    out->hostPointer = host ? (void *)at : nullptr;
    return api.end(cudaSuccess);
}

cudaError_t cudaMemcpy(void *dst, const void *src, size_t size, cudaMemcpyKind kind)
{
    Api api(API_UNSAFE);
    auto stream = stream_find(nullptr);
    cudaError_t error = api.error ? api.error : issue_copy(stream, dst, src, size, kind);
    if (error) return api.end(error);
    run_until({ stream, stream->issued });
    return api.end(state().sticky[current_device()]);
}

cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t size, cudaMemcpyKind kind, cudaStream_t on)
{
    Api api;
    auto stream = stream_find(on);
    if (api.error) return api.end(api.error);
    return api.end(stream ? issue_copy(stream, dst, src, size, kind) : cudaErrorInvalidResourceHandle);
}

cudaError_t cudaMemcpyPeerAsync(void *dst, int to, const void *src, int from, size_t size, cudaStream_t on)
{
    Api api;
    auto stream = stream_find(on);
    if (api.error) return api.end(api.error);
    if (!stream) return api.end(cudaErrorInvalidResourceHandle);
    if (to < 0 || to >= devices || from < 0 || from >= devices) return api.end(cudaErrorInvalidDevice);
    Place a = memory_find(dst, size), b = memory_find(src, size);
    if (!on_device(a) || a.device != to || !on_device(b) || b.device != from) return api.end(cudaErrorInvalidValue);
    return api.end(issue_copy(stream, dst, src, size, cudaMemcpyDeviceToDevice));
}

static cudaError_t fill(const std::shared_ptr<Stream> &stream, void *at, int value, size_t size)
{
    Place place = memory_find(at, size);
    if (!stream) return cudaErrorInvalidResourceHandle;
    if (!size) return cudaSuccess;
    if (!on_device(place) && place.kind != Place::PINNED) return cudaErrorInvalidValue;
    auto work = std::make_shared<FillWork>();
    work->device = on_device(place) ? place.device : stream->device;
    work->at = (char *)at;
    work->byte = value;
    work->size = size;
    return issue(stream, work);
}

cudaError_t cudaMemsetAsync(void *at, int value, size_t size, cudaStream_t stream)
{
    Api api;
    return api.end(api.error ? api.error : fill(stream_find(stream), at, value, size));
}

cudaError_t cudaMemset(void *at, int value, size_t size)
{
    Api api(API_UNSAFE);
    return api.end(api.error ? api.error : fill(stream_find(nullptr), at, value, size));
}

cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute name, int value)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!kernel) return api.end(cudaErrorInvalidDeviceFunction);
    if (name == cudaFuncAttributePreferredSharedMemoryCarveout)
        return api.end(value < -1 || value > 100 ? cudaErrorInvalidValue : cudaSuccess);
    if (name != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0 || (size_t)value > shared_optin)
        return api.end(cudaErrorInvalidValue);
    state().dynamic_shared[kernel] = value;
    return api.end(cudaSuccess);
}
