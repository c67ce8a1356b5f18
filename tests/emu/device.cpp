/* The two fake devices, errors and which of them stay, planned failures, and the control calls of emu_control.h. */
#include "emu_core.h"
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace wki_emu
{

static thread_local int device_of_thread;
static thread_local cudaError_t last_error = cudaSuccess;

static void read_failures(State *s, const char *list)
{
    static const char *const kinds[] = { "malloc", "launch", "call" };
    while (list && *list) {
        char kind[16];
        unsigned long nth;
        int error;
        if (sscanf(list, "%15[a-z]:%lu:%d", kind, &nth, &error) == 3)
            for (int k = 0; k < WKI_EMU_FAIL_KINDS; k++)
                if (!strcmp(kind, kinds[k])) s->fail_at[k] = nth, s->fail_with[k] = error;
        list = strchr(list, ',');
        if (list) list++;
    }
}

State::State()
{
    const char *text = getenv("WICK_EMU_SEED");
    if (text) seed = (unsigned)strtoul(text, nullptr, 10);
    text = getenv("WICK_EMU_MEMORY");
    if (text) memory = strtoull(text, nullptr, 10);
    text = getenv("WICK_EMU_HOST_TABLES");
    host_tables = text && *text == '1';
    read_failures(this, getenv("WICK_EMU_FAIL"));
    random.seed(seed);
}

/* Never destroyed: calls come from threads and destructors that outlive any order of ends. */
State &state()
{
    static State *const all = new State;
    return *all;
}

int current_device() { return device_of_thread; }

void tell(const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    state().last_fault = text;
    if (!state().quiet) fprintf(stderr, "wick-emu: %s\n", text);
}

void set_sticky(int device, cudaError_t error)
{
    if (!state().sticky[device]) state().sticky[device] = error;
}

cudaError_t planned(wki_emu_fail_kind kind)
{
    State &s = state();
    s.counts[kind]++;
    if (!s.fail_at[kind] || --s.fail_at[kind]) return cudaSuccess;
    return (cudaError_t)s.fail_with[kind];
}

static bool stays(cudaError_t error) { return error >= 700 && error < 800; }

Api::Api(unsigned flags) : hold(state().lock), error(planned(WKI_EMU_FAIL_CALL))
{
    int device = current_device();
    if (stays(error)) set_sticky(device, error);
    if (state().sticky[device]) error = state().sticky[device];
    if (!error && flags & API_UNSAFE) error = capture_unsafe();
}

cudaError_t Api::end(cudaError_t result)
{
    if (result) last_error = result;
    return result;
}

void memory_live(wki_emu_live_t *live);
unsigned long streams_queued();
void streams_reset();

struct Attribute {
    cudaDeviceAttr name;
    int value;
};
static const Attribute attributes[] = {
    { cudaDevAttrMaxThreadsPerBlock, max_threads },
    { cudaDevAttrMaxBlockDimX, max_threads },
    { cudaDevAttrMaxBlockDimY, max_threads },
    { cudaDevAttrMaxBlockDimZ, 64 },
    { cudaDevAttrMaxGridDimX, 2147483647 },
    { cudaDevAttrMaxGridDimY, 65535 },
    { cudaDevAttrMaxGridDimZ, 65535 },
    { cudaDevAttrMaxSharedMemoryPerBlock, shared_limit },
    { cudaDevAttrWarpSize, 32 },
    { cudaDevAttrClockRate, 1000000 },
    { cudaDevAttrMultiProcessorCount, 4 },
    { cudaDevAttrMemoryClockRate, 1000000 },
    { cudaDevAttrGlobalMemoryBusWidth, 64 },
    { cudaDevAttrL2CacheSize, 4 << 20 },
    { cudaDevAttrMaxThreadsPerMultiProcessor, 2048 },
    { cudaDevAttrAsyncEngineCount, 2 },
    { cudaDevAttrUnifiedAddressing, 1 },
    { cudaDevAttrComputeCapabilityMajor, 9 },
    { cudaDevAttrComputeCapabilityMinor, 0 },
    { cudaDevAttrMaxSharedMemoryPerMultiprocessor, 228 * 1024 },
    { cudaDevAttrMaxSharedMemoryPerBlockOptin, shared_optin },
};

static int attribute(cudaDeviceAttr name)
{
    if (name == cudaDevAttrPageableMemoryAccessUsesHostPageTables) return state().host_tables;
    for (const Attribute &a : attributes)
        if (a.name == name) return a.value;
    return -1;
}
} // namespace wki_emu
using namespace wki_emu;

cudaError_t cudaGetDeviceCount(int *count)
{
    Api api(API_ANYWAY);
    if (!count) return api.end(cudaErrorInvalidValue);
    *count = devices;
    return api.end(api.error && !stays(api.error) ? api.error : cudaSuccess);
}

cudaError_t cudaSetDevice(int device)
{
    Api api(API_ANYWAY);
    if (device < 0 || device >= devices) return api.end(cudaErrorInvalidDevice);
    if (api.error && !stays(api.error)) return api.end(api.error);
    device_of_thread = device;
    return api.end(cudaSuccess);
}

cudaError_t cudaGetDevice(int *device)
{
    Api api(API_ANYWAY);
    if (!device) return api.end(cudaErrorInvalidValue);
    *device = device_of_thread;
    return api.end(api.error && !stays(api.error) ? api.error : cudaSuccess);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *prop, int device)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!prop) return api.end(cudaErrorInvalidValue);
    if (device < 0 || device >= devices) return api.end(cudaErrorInvalidDevice);
    *prop = cudaDeviceProp();
    snprintf(prop->name, sizeof prop->name, "wick emulator");
    prop->totalGlobalMem = memory_limit();
    prop->sharedMemPerBlock = shared_limit;
    prop->sharedMemPerBlockOptin = shared_optin;
    prop->sharedMemPerMultiprocessor = 228 * 1024;
    prop->regsPerBlock = 65536;
    prop->warpSize = 32;
    prop->maxThreadsPerBlock = max_threads;
    prop->maxThreadsDim[0] = prop->maxThreadsDim[1] = max_threads;
    prop->maxThreadsDim[2] = 64;
    prop->maxGridSize[0] = 2147483647;
    prop->maxGridSize[1] = prop->maxGridSize[2] = 65535;
    prop->major = attribute(cudaDevAttrComputeCapabilityMajor);
    prop->minor = attribute(cudaDevAttrComputeCapabilityMinor);
    prop->multiProcessorCount = attribute(cudaDevAttrMultiProcessorCount);
    prop->l2CacheSize = attribute(cudaDevAttrL2CacheSize);
    prop->memoryBusWidth = attribute(cudaDevAttrGlobalMemoryBusWidth);
    prop->maxThreadsPerMultiProcessor = attribute(cudaDevAttrMaxThreadsPerMultiProcessor);
    prop->asyncEngineCount = attribute(cudaDevAttrAsyncEngineCount);
    prop->concurrentKernels = prop->unifiedAddressing = 1;
    prop->pciBusID = device;
    return api.end(cudaSuccess);
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr name, int device)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!value || attribute(name) < 0) return api.end(cudaErrorInvalidValue);
    if (device < 0 || device >= devices) return api.end(cudaErrorInvalidDevice);
    *value = attribute(name);
    return api.end(cudaSuccess);
}

cudaError_t cudaDeviceCanAccessPeer(int *can, int device, int peer)
{
    Api api;
    if (api.error) return api.end(api.error);
    if (!can) return api.end(cudaErrorInvalidValue);
    if (device < 0 || device >= devices || peer < 0 || peer >= devices) return api.end(cudaErrorInvalidDevice);
    *can = 0;
    return api.end(cudaSuccess);
}

static cudaError_t version(int *out)
{
    Api api(API_ANYWAY);
    if (!out) return api.end(cudaErrorInvalidValue);
    *out = CUDART_VERSION;
    return api.end(api.error && !stays(api.error) ? api.error : cudaSuccess);
}
cudaError_t cudaDriverGetVersion(int *out) { return version(out); }
cudaError_t cudaRuntimeGetVersion(int *out) { return version(out); }

static cudaError_t last(bool forget)
{
    std::unique_lock<std::mutex> hold(state().lock);
    cudaError_t sticky = state().sticky[current_device()], error = sticky ? sticky : last_error;
    if (forget) last_error = cudaSuccess;
    return error;
}
cudaError_t cudaGetLastError(void) { return last(true); }
cudaError_t cudaPeekAtLastError(void) { return last(false); }

struct ErrorText {
    cudaError_t error;
    const char *name, *text;
};
#define WKI_EMU_ONE(name, number, text) { name, #name, text },
static const ErrorText error_texts[] = { WKI_EMU_ERRORS(WKI_EMU_ONE) };

static const ErrorText *text_of(cudaError_t error)
{
    static const ErrorText unknown = { cudaErrorUnknown, "unrecognized error code", "unrecognized error code" };
    for (const ErrorText &one : error_texts)
        if (one.error == error) return &one;
    return &unknown;
}
const char *cudaGetErrorName(cudaError_t error) { return text_of(error)->name; }
const char *cudaGetErrorString(cudaError_t error) { return text_of(error)->text; }

void wki_emu_fail(wki_emu_fail_kind kind, unsigned long nth, int error)
{
    std::unique_lock<std::mutex> hold(state().lock);
    state().fail_at[kind] = nth;
    state().fail_with[kind] = error;
}

unsigned long wki_emu_count(wki_emu_fail_kind kind)
{
    std::unique_lock<std::mutex> hold(state().lock);
    return state().counts[kind];
}

void wki_emu_seed(unsigned seed)
{
    std::unique_lock<std::mutex> hold(state().lock);
    state().seed = seed;
    state().random.seed(seed);
}

void wki_emu_memory(size_t bytes)
{
    std::unique_lock<std::mutex> hold(state().lock);
    state().memory = bytes;
}

void wki_emu_reset(void)
{
    State &s = state();
    std::unique_lock<std::mutex> hold(s.lock);
    streams_reset();
    capture_drop_all();
    for (int device = 0; device < devices; device++) s.sticky[device] = cudaSuccess;
    for (int k = 0; k < WKI_EMU_FAIL_KINDS; k++) s.counts[k] = s.fail_at[k] = 0;
    s.last_fault.clear();
    s.random.seed(s.seed);
    last_error = cudaSuccess;
}

wki_emu_live_t wki_emu_live(void)
{
    State &s = state();
    std::unique_lock<std::mutex> hold(s.lock);
    wki_emu_live_t live = {};
    memory_live(&live);
    live.streams = s.streams.size();
    live.events = s.events.size();
    live.graphs = s.graphs;
    live.graph_execs = s.graph_execs;
    live.blas = s.blas;
    live.dnn = s.dnn;
    live.kernels = s.kernels;
    live.switches = switches();
    live.queued = streams_queued();
    return live;
}

void wki_emu_quiet(int quiet)
{
    std::unique_lock<std::mutex> hold(state().lock);
    state().quiet = quiet;
}

const char *wki_emu_last_fault(void)
{
    static thread_local std::string text;
    std::unique_lock<std::mutex> hold(state().lock);
    text = state().last_fault;
    return text.c_str();
}

void wki_emu_blas_refuse(int epilogue, int refuse)
{
    std::unique_lock<std::mutex> hold(state().lock);
    if (refuse)
        state().blas_refused.insert(epilogue);
    else
        state().blas_refused.erase(epilogue);
}
