/* The fake cuDNN: its handles and descriptors, what it takes for a convolution and what it refuses. It is meant to be
 * at least as hard to please as the library: what works here should work there. Among the algorithms that it offers are
 * such as wick must not take, and they come first. */
#include "dnn.h"
#include "objects.h"
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>

namespace wki_emu
{

struct DnnHandle : Object {
    int device;
    cudaStream_t stream = nullptr;
    DnnHandle() : Object(DNN_HANDLE), device(current_device()) {}
};
/* of images or of weights; no dims: not set yet */
struct Tensor : Object {
    int dims = 0, size[5] = {};
    explicit Tensor(Tag t) : Object(t) {}
};
struct Window : Object {
    int dims = 0, pad[3] = {}, stride[3] = {}, dilation[3] = {};
    cudnnMathType_t math = CUDNN_DEFAULT_MATH;
    Window() : Object(DNN_WINDOW) {}
};

static unsigned long runs;
static bool refuses;

using DnnApi = LibraryApi<cudnnStatus_t, CUDNN_STATUS_SUCCESS, CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED,
                          CUDNN_STATUS_EXECUTION_FAILED_CUDART, CUDNN_STATUS_INTERNAL_ERROR>;

template <class H, class T> static cudnnStatus_t make(H *out, T *(*maker)(), unsigned flags = 0)
{
    DnnApi api(flags);
    if (!out) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    if (api.status) return api.status;
    give(out, maker(), &state().dnn);
    return CUDNN_STATUS_SUCCESS;
}

template <class T, class H> static cudnnStatus_t destroy(H handle, Tag tag)
{
    DnnApi api(API_ANYWAY);
    T *at = object<T>(handle, tag);
    if (!at) return CUDNN_STATUS_BAD_PARAM;
    take_back(at, &state().dnn);
    return CUDNN_STATUS_SUCCESS;
}

static bool sizes_right(int dims, const int *size)
{
    int64_t all = 1;
    for (int d = 0; d < dims; d++) {
        if (size[d] < 1 || all > INT32_MAX / size[d]) return false;
        all *= size[d];
    }
    return true;
}

static cudnnStatus_t set_sizes(Tensor *to, cudnnDataType_t type, int dims, const int *size)
{
    if (!to) return CUDNN_STATUS_BAD_PARAM;
    if (!size) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    if (dims < 4 || dims > 5) return CUDNN_STATUS_NOT_SUPPORTED;
    if (type != CUDNN_DATA_FLOAT) return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
    if (!sizes_right(dims, size)) return CUDNN_STATUS_BAD_PARAM;
    to->dims = dims;
    for (int d = 0; d < dims; d++) to->size[d] = size[d];
    return CUDNN_STATUS_SUCCESS;
}

/* ---- A convolution ---- */

struct Operands {
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t how;
};

/* Three dims at the end, the first of them 1 where there are but two. */
static void sizes_to(int64_t to[3], const int *from, int count, int64_t missing)
{
    for (int d = 0; d < 3; d++) to[d] = d < 3 - count ? missing : from[d - (3 - count)];
}

static cudnnStatus_t check(DnnKind kind, const Operands &o, Convolution *c)
{
    const Tensor *x = object<Tensor>(o.x, DNN_TENSOR), *y = object<Tensor>(o.y, DNN_TENSOR);
    const Tensor *w = object<Tensor>(o.w, DNN_WEIGHTS);
    const Window *how = object<Window>(o.how, DNN_WINDOW);
    if (!x || !y || !w || !how) return CUDNN_STATUS_BAD_PARAM;
    const int dims = how->dims;
    if (!dims || x->dims != dims + 2 || y->dims != dims + 2 || w->dims != dims + 2) return CUDNN_STATUS_BAD_PARAM;
    *c = Convolution();
    c->kind = kind;
    c->tf32 = how->math != CUDNN_FMA_MATH;
    c->n = x->size[0], c->in = w->size[1], c->out = w->size[0];
    if (y->size[0] != c->n || x->size[1] != c->in || y->size[1] != c->out) return CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
    sizes_to(c->x, x->size + 2, dims, 1), sizes_to(c->y, y->size + 2, dims, 1), sizes_to(c->taps, w->size + 2, dims, 1);
    sizes_to(c->pad, how->pad, dims, 0), sizes_to(c->stride, how->stride, dims, 1);
    sizes_to(c->dilation, how->dilation, dims, 1);
    for (int d = 0; d < 3; d++) {
        const int64_t room = c->x[d] + 2 * c->pad[d] - c->dilation[d] * (c->taps[d] - 1) - 1;
        if (room < 0 || c->y[d] != room / c->stride[d] + 1) return CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
    }
    return CUDNN_STATUS_SUCCESS;
}

/* An algorithm for a convolution: whether there is one, and its workspace. `transforms`: coarse. */
struct Way {
    int algorithm;
    bool there, repeats, transforms;
    size_t workspace;
};

static bool is_dilated(const Convolution &c) { return c.dilation[0] > 1 || c.dilation[1] > 1 || c.dilation[2] > 1; }

/* In the order of the heuristics. */
static std::vector<Way> ways_of(const Convolution &c)
{
    const size_t columns = (size_t)(c.n * c.in * c.volume() * c.windows()) * 4;
    const bool square = c.taps[1] == 3 && c.taps[2] == 3 && c.stride[1] == 1 && c.stride[2] == 1 && !is_dilated(c);
    const bool flat = c.x[0] == 1 && c.taps[0] == 1;
    const size_t some = 2 * columns + 512;
    if (c.kind == DNN_FORWARD)
        return { { CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, flat && square, true, true, 256 },
                 { CUDNN_CONVOLUTION_FWD_ALGO_FFT, flat && !is_dilated(c), true, true, some },
                 { CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, true, true, false, some },
                 { CUDNN_CONVOLUTION_FWD_ALGO_GEMM, flat && !is_dilated(c), true, false, some },
                 { CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, true, true, false, 0 } };
    return { { CUDNN_CONVOLUTION_BWD_DATA_ALGO_0, true, false, false, 0 },
             { CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD, flat && square, true, true, 256 },
             { CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, flat || !is_dilated(c), true, false, some } };
}

static bool find_way(const Convolution &c, int algorithm, Way *way)
{
    for (const Way &one : ways_of(c))
        if (one.algorithm == algorithm && one.there) {
            *way = one;
            return true;
        }
    return false;
}

/* Those that there are first, as the library tells them. */
template <class Perf>
static cudnnStatus_t tell_ways(DnnKind kind, cudnnHandle_t handle, const Operands &o, int wanted, int *returned,
                               Perf *results)
{
    DnnApi api;
    Convolution c;
    if (api.status) return api.status;
    if (!object<DnnHandle>(handle, DNN_HANDLE)) return CUDNN_STATUS_NOT_INITIALIZED;
    if (wanted < 1 || !returned || !results) return CUDNN_STATUS_BAD_PARAM;
    *returned = 0;
    const cudnnStatus_t status = check(kind, o, &c);
    if (status) return status;
    for (int there = 1; there >= 0; there--)
        for (const Way &way : ways_of(c)) {
            if (way.there != (bool)there || *returned == wanted) continue;
            Perf &to = results[(*returned)++];
            to = Perf();
            to.algo = (decltype(to.algo))way.algorithm;
            to.status = there ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_SUPPORTED;
            to.time = -1;
            to.memory = there ? way.workspace : 0;
            to.determinism = way.repeats ? CUDNN_DETERMINISTIC : CUDNN_NON_DETERMINISTIC;
            to.mathType = c.tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH;
        }
    return CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t tell_workspace(DnnKind kind, cudnnHandle_t handle, const Operands &o, int algorithm, size_t *bytes)
{
    DnnApi api;
    Convolution c;
    Way way;
    if (api.status) return api.status;
    if (!object<DnnHandle>(handle, DNN_HANDLE)) return CUDNN_STATUS_NOT_INITIALIZED;
    if (!bytes) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    const cudnnStatus_t status = check(kind, o, &c);
    if (status) return status;
    if (!find_way(c, algorithm, &way)) return CUDNN_STATUS_NOT_SUPPORTED;
    *bytes = way.workspace;
    return CUDNN_STATUS_SUCCESS;
}

struct Arguments {
    const void *alpha, *beta, *x, *y, *w;
    void *workspace;
    size_t workspace_size;
};

static cudnnStatus_t check_arguments(const Arguments &a, const Way &way)
{
    if (!a.alpha || !a.beta || !a.x || !a.y || !a.w) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    for (const void *at : { a.x, a.y, a.w, (const void *)a.workspace })
        if ((uintptr_t)at % 16) return CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER;
    if (a.workspace_size < way.workspace) return CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT;
    return way.workspace && !a.workspace ? CUDNN_STATUS_BAD_PARAM_NULL_POINTER : CUDNN_STATUS_SUCCESS;
}

static cudnnStatus_t convolve(DnnKind kind, cudnnHandle_t handle, const Operands &o, int algorithm, const Arguments &a)
{
    DnnApi api;
    Way way;
    auto work = std::make_shared<ConvolutionWork>();
    DnnHandle *own = object<DnnHandle>(handle, DNN_HANDLE);
    if (api.status) return api.status;
    if (!own) return CUDNN_STATUS_NOT_INITIALIZED;
    cudnnStatus_t status = check(kind, o, &work->c);
    if (status) return status;
    if (refuses || !find_way(work->c, algorithm, &way)) return CUDNN_STATUS_NOT_SUPPORTED;
    if ((status = check_arguments(a, way))) return status;
    auto stream = stream_find(own->stream);
    if (!stream || own->device != current_device() || stream->device != own->device)
        return CUDNN_STATUS_EXECUTION_FAILED;
    work->c.tf32 = work->c.tf32 || way.transforms;
    work->c.shuffles = !way.repeats;
    work->alpha = *(const float *)a.alpha, work->beta = *(const float *)a.beta;
    work->x = (char *)a.x, work->y = (char *)a.y, work->w = (char *)a.w;
    work->workspace = (char *)a.workspace, work->workspace_size = way.workspace;
    work->device = stream->device;
    cudaError_t error = planned(WKI_EMU_FAIL_LAUNCH);
    if (error >= 700 && error < 800) set_sticky(stream->device, error);
    if (!error) error = issue(stream, work);
    if (error) return CUDNN_STATUS_EXECUTION_FAILED;
    runs++;
    return CUDNN_STATUS_SUCCESS;
}
} // namespace wki_emu
using namespace wki_emu;

struct StatusName {
    cudnnStatus_t status;
    const char *name;
};
#define WKI_EMU_STATUS(name)                                                                                           \
    {                                                                                                                  \
        name, #name                                                                                                    \
    }
static const StatusName status_names[] = {
    WKI_EMU_STATUS(CUDNN_STATUS_SUCCESS),
    WKI_EMU_STATUS(CUDNN_STATUS_NOT_INITIALIZED),
    WKI_EMU_STATUS(CUDNN_STATUS_BAD_PARAM),
    WKI_EMU_STATUS(CUDNN_STATUS_BAD_PARAM_NULL_POINTER),
    WKI_EMU_STATUS(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER),
    WKI_EMU_STATUS(CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT),
    WKI_EMU_STATUS(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH),
    WKI_EMU_STATUS(CUDNN_STATUS_NOT_SUPPORTED),
    WKI_EMU_STATUS(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE),
    WKI_EMU_STATUS(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT),
    WKI_EMU_STATUS(CUDNN_STATUS_INTERNAL_ERROR),
    WKI_EMU_STATUS(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED),
    WKI_EMU_STATUS(CUDNN_STATUS_EXECUTION_FAILED),
    WKI_EMU_STATUS(CUDNN_STATUS_EXECUTION_FAILED_CUDART),
};
const char *cudnnGetErrorString(cudnnStatus_t status)
{
    for (const StatusName &one : status_names)
        if (one.status == status) return one.name;
    return "CUDNN_UNKNOWN_STATUS";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t *handle)
{
    return make<cudnnHandle_t, DnnHandle>(
        handle, [] { return new DnnHandle; }, API_UNSAFE); /* the library allocates */
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) { return destroy<DnnHandle>(handle, DNN_HANDLE); }
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream)
{
    DnnApi api;
    DnnHandle *own = object<DnnHandle>(handle, DNN_HANDLE);
    if (api.status) return api.status;
    if (!own) return CUDNN_STATUS_NOT_INITIALIZED;
    if (!stream_find(stream)) return CUDNN_STATUS_BAD_PARAM;
    own->stream = stream;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t *out)
{
    return make<cudnnTensorDescriptor_t, Tensor>(out, [] { return new Tensor(DNN_TENSOR); });
}
cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t tensor, cudnnDataType_t type, int dims,
                                         const int size[], const int stride[])
{
    DnnApi api;
    if (api.status) return api.status;
    if (!stride) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    const cudnnStatus_t status = set_sizes(object<Tensor>(tensor, DNN_TENSOR), type, dims, size);
    for (int d = dims - 1, step = 1; d >= 0 && !status; step *= size[d--])
        if (stride[d] != step) return CUDNN_STATUS_NOT_SUPPORTED_LAYOUT;
    return status;
}
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensor)
{
    return destroy<Tensor>(tensor, DNN_TENSOR);
}

cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t *out)
{
    return make<cudnnFilterDescriptor_t, Tensor>(out, [] { return new Tensor(DNN_WEIGHTS); });
}
cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t filter, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int dims, const int size[])
{
    DnnApi api;
    if (api.status) return api.status;
    if (format != CUDNN_TENSOR_NCHW) return CUDNN_STATUS_NOT_SUPPORTED_LAYOUT;
    return set_sizes(object<Tensor>(filter, DNN_WEIGHTS), type, dims, size);
}
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filter)
{
    return destroy<Tensor>(filter, DNN_WEIGHTS);
}

cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t *out)
{
    return make<cudnnConvolutionDescriptor_t, Window>(out, [] { return new Window; });
}
cudnnStatus_t cudnnSetConvolutionNdDescriptor(cudnnConvolutionDescriptor_t convolution, int dims, const int pad[],
                                              const int stride[], const int dilation[], cudnnConvolutionMode_t mode,
                                              cudnnDataType_t compute)
{
    DnnApi api;
    Window *w = object<Window>(convolution, DNN_WINDOW);
    if (api.status || !w) return api.status ? api.status : CUDNN_STATUS_BAD_PARAM;
    if (!pad || !stride || !dilation) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    if (dims < 2 || dims > 3 || mode != CUDNN_CROSS_CORRELATION) return CUDNN_STATUS_NOT_SUPPORTED;
    if (compute != CUDNN_DATA_FLOAT) return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
    for (int d = 0; d < dims; d++) {
        if (pad[d] < 0 || stride[d] < 1 || dilation[d] < 1) return CUDNN_STATUS_BAD_PARAM;
        w->pad[d] = pad[d], w->stride[d] = stride[d], w->dilation[d] = dilation[d];
    }
    w->dims = dims;
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convolution, cudnnMathType_t math)
{
    DnnApi api;
    Window *w = object<Window>(convolution, DNN_WINDOW);
    if (api.status || !w || math < CUDNN_DEFAULT_MATH || math > CUDNN_FMA_MATH)
        return api.status ? api.status : CUDNN_STATUS_BAD_PARAM;
    w->math = math;
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convolution)
{
    return destroy<Window>(convolution, DNN_WINDOW);
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                     cudnnFilterDescriptor_t w, cudnnConvolutionDescriptor_t how,
                                                     cudnnTensorDescriptor_t y, int wanted, int *returned,
                                                     cudnnConvolutionFwdAlgoPerf_t *results)
{
    return tell_ways(DNN_FORWARD, handle, { x, y, w, how }, wanted, returned, results);
}
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                      cudnnFilterDescriptor_t w, cudnnConvolutionDescriptor_t how,
                                                      cudnnTensorDescriptor_t y, cudnnConvolutionFwdAlgo_t algorithm,
                                                      size_t *bytes)
{
    return tell_workspace(DNN_FORWARD, handle, { x, y, w, how }, algorithm, bytes);
}
cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void *alpha, cudnnTensorDescriptor_t x,
                                      const void *at_x, cudnnFilterDescriptor_t w, const void *at_w,
                                      cudnnConvolutionDescriptor_t how, cudnnConvolutionFwdAlgo_t algorithm,
                                      void *workspace, size_t size, const void *beta, cudnnTensorDescriptor_t y,
                                      void *at_y)
{
    return convolve(DNN_FORWARD, handle, { x, y, w, how }, algorithm,
                    { alpha, beta, at_x, at_y, at_w, workspace, size });
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                          cudnnTensorDescriptor_t y, cudnnConvolutionDescriptor_t how,
                                                          cudnnTensorDescriptor_t x, int wanted, int *returned,
                                                          cudnnConvolutionBwdDataAlgoPerf_t *results)
{
    return tell_ways(DNN_DATA, handle, { x, y, w, how }, wanted, returned, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                           cudnnTensorDescriptor_t y, cudnnConvolutionDescriptor_t how,
                                                           cudnnTensorDescriptor_t x,
                                                           cudnnConvolutionBwdDataAlgo_t algorithm, size_t *bytes)
{
    return tell_workspace(DNN_DATA, handle, { x, y, w, how }, algorithm, bytes);
}
cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void *alpha, cudnnFilterDescriptor_t w,
                                           const void *at_w, cudnnTensorDescriptor_t y, const void *at_y,
                                           cudnnConvolutionDescriptor_t how, cudnnConvolutionBwdDataAlgo_t algorithm,
                                           void *workspace, size_t size, const void *beta, cudnnTensorDescriptor_t x,
                                           void *at_x)
{
    return convolve(DNN_DATA, handle, { x, y, w, how }, algorithm, { alpha, beta, at_x, at_y, at_w, workspace, size });
}

/* ---- The library as a file ---- */

struct Symbol {
    const char *name;
    void *at;
};
#define WKI_EMU_SYMBOL(name)                                                                                           \
    {                                                                                                                  \
#name, (void *)name                                                                                            \
    }
static const Symbol symbols[] = {
    WKI_EMU_SYMBOL(cudnnGetErrorString),
    WKI_EMU_SYMBOL(cudnnCreate),
    WKI_EMU_SYMBOL(cudnnDestroy),
    WKI_EMU_SYMBOL(cudnnSetStream),
    WKI_EMU_SYMBOL(cudnnCreateTensorDescriptor),
    WKI_EMU_SYMBOL(cudnnSetTensorNdDescriptor),
    WKI_EMU_SYMBOL(cudnnDestroyTensorDescriptor),
    WKI_EMU_SYMBOL(cudnnCreateFilterDescriptor),
    WKI_EMU_SYMBOL(cudnnSetFilterNdDescriptor),
    WKI_EMU_SYMBOL(cudnnDestroyFilterDescriptor),
    WKI_EMU_SYMBOL(cudnnCreateConvolutionDescriptor),
    WKI_EMU_SYMBOL(cudnnSetConvolutionNdDescriptor),
    WKI_EMU_SYMBOL(cudnnSetConvolutionMathType),
    WKI_EMU_SYMBOL(cudnnDestroyConvolutionDescriptor),
    WKI_EMU_SYMBOL(cudnnGetConvolutionForwardAlgorithm_v7),
    WKI_EMU_SYMBOL(cudnnGetConvolutionForwardWorkspaceSize),
    WKI_EMU_SYMBOL(cudnnConvolutionForward),
    WKI_EMU_SYMBOL(cudnnGetConvolutionBackwardDataAlgorithm_v7),
    WKI_EMU_SYMBOL(cudnnGetConvolutionBackwardDataWorkspaceSize),
    WKI_EMU_SYMBOL(cudnnConvolutionBackwardData),
};

void *wki_emu_dlopen(const char *file, int)
{
    const char *there = getenv("WICK_EMU_DNN");
    if (strcmp(file, "libcudnn.so.9") || (there && !strcmp(there, "0"))) return nullptr;
    return (void *)symbols;
}

void *wki_emu_dlsym(void *library, const char *name)
{
    if (library == (void *)symbols)
        for (const Symbol &one : symbols)
            if (!strcmp(one.name, name)) return one.at;
    return nullptr;
}

unsigned long wki_emu_dnn_runs(void)
{
    std::unique_lock<std::mutex> hold(state().lock);
    return runs;
}

void wki_emu_dnn_refuse(int refuse)
{
    std::unique_lock<std::mutex> hold(state().lock);
    refuses = refuse;
}
