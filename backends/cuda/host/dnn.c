/* Convolutions by cuDNN's plain calls. The library is opened when first asked for: without it, or where it knows no
 * way, nothing is taken, and columns are multiplied instead. Which of its algorithms takes a convolution is asked once
 * for each kind of sizes and kept with what describes it; f32's units add up (no TF32).
 *
 * Results repeat: the algorithm depends on sizes alone, and is one that adds up in a fixed order. Those that transform
 * (Winograd, FFT) are left out: they round too coarsely, and spread NaN. */
#include "backends/cuda/host/dnn.h"
#include "backends/cuda/host/device.h"
#include "base/fault.h"

#ifdef WKI_CUDNN
#include <cudnn.h>
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

enum { SETS = 64, WAYS = 8, DIMS = 5 };
#define WORKSPACE ((size_t)64 << 20) /* at most */

#define EACH_FUNCTION(X)                                                                                               \
    X(cudnnCreate)                                                                                                     \
    X(cudnnSetStream)                                                                                                  \
    X(cudnnGetErrorString)                                                                                             \
    X(cudnnCreateTensorDescriptor)                                                                                     \
    X(cudnnSetTensorNdDescriptor)                                                                                      \
    X(cudnnDestroyTensorDescriptor)                                                                                    \
    X(cudnnCreateFilterDescriptor)                                                                                     \
    X(cudnnSetFilterNdDescriptor)                                                                                      \
    X(cudnnDestroyFilterDescriptor)                                                                                    \
    X(cudnnCreateConvolutionDescriptor)                                                                                \
    X(cudnnSetConvolutionNdDescriptor)                                                                                 \
    X(cudnnSetConvolutionMathType)                                                                                     \
    X(cudnnDestroyConvolutionDescriptor)                                                                               \
    X(cudnnGetConvolutionForwardAlgorithm_v7)                                                                          \
    X(cudnnGetConvolutionForwardWorkspaceSize)                                                                         \
    X(cudnnConvolutionForward)                                                                                         \
    X(cudnnGetConvolutionBackwardDataAlgorithm_v7)                                                                     \
    X(cudnnGetConvolutionBackwardDataWorkspaceSize)                                                                    \
    X(cudnnConvolutionBackwardData)

/* All that the choice of an algorithm depends on; compared as bytes. */
typedef struct key {
    int32_t device, kind, n, in, out;
    wki_window window;
} key;
_Static_assert(sizeof(key) == 23 * sizeof(int32_t), "a key has no gaps");

typedef struct recipe {
    key key;
    bool made, works;
    int algorithm;
    size_t workspace;
    cudnnTensorDescriptor_t x, y;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t how;
} recipe;

/* A device's. What failed for no reason of a convolution's own is not tried again. */
typedef struct library {
    cudnnHandle_t handle;
    bool off;
} library;

static struct {
    wki_mutex lock; /* of all; a handle has one stream at a time */
    bool opened, there;
    library of[WKI_CUDA_MOST_DEVICES];
    unsigned next[SETS]; /* the way that is given up next */
    recipe recipes[SETS][WAYS];
#define X(NAME) __typeof__(NAME) *NAME;
    EACH_FUNCTION(X)
#undef X
} dnn = { .lock = WKI_MUTEX_INIT };

/* ---- The library ---- */

static bool open_library(void)
{
    if (wki_cuda_is_off("WICK_CUDA_DNN")) return false;
    void *file = dlopen("libcudnn.so.9", RTLD_NOW | RTLD_LOCAL);
    if (!file) return false;
    bool all = true;
#define X(NAME)                                                                                                        \
    dnn.NAME = (__typeof__(NAME) *)dlsym(file, #NAME);                                                                 \
    all = all && dnn.NAME;
    EACH_FUNCTION(X)
#undef X
    return all;
}

/* The device's, which is the thread's current one; NULL: there is none. */
static library *library_of(int index)
{
    if (!dnn.opened) dnn.there = open_library();
    dnn.opened = true;
    if (!dnn.there || index < 0 || index >= WKI_CUDA_MOST_DEVICES) return NULL;
    library *own = &dnn.of[index];
    if (own->off || own->handle) return own->off ? NULL : own;
    if (dnn.cudnnCreate(&own->handle)) {
        wki_device_trim(index); /* it may be memory that it lacks */
        own->off = dnn.cudnnCreate(&own->handle) != CUDNN_STATUS_SUCCESS;
        (void)cudaGetLastError();
    }
    return own->off ? NULL : own;
}

/* "Not like this", which holds for the same sizes at all times; any other failure does not. */
static bool is_refusal(cudnnStatus_t status)
{
    const int category = status / 1000 * 1000;
    return category == CUDNN_STATUS_BAD_PARAM || category == CUDNN_STATUS_NOT_SUPPORTED;
}

/* ---- How a convolution is made ---- */

static int64_t volume(const int32_t size[3]) { return (int64_t)size[0] * size[1] * size[2]; }

static bool is_in_range(const wki_dnn *d)
{
    const wki_window *w = d->window;
    const int64_t most = INT32_MAX;
    return d->n <= most && d->in <= most && d->out <= most && d->in * volume(w->kernel) <= most / d->out &&
           d->in * volume(w->in) <= most / d->n && d->out * volume(w->out) <= most / d->n;
}

static key key_of(int index, const wki_dnn *d)
{
    return (key){ index, d->kind, (int32_t)d->n, (int32_t)d->in, (int32_t)d->out, *d->window };
}

static size_t key_bytes(void) { return WKI_FAULT(173) ? offsetof(key, window) : sizeof(key); }

static unsigned set_of(const key *k) { return wki_hash(k, key_bytes()) % SETS; }

static void forget(recipe *r)
{
    if (r->x) (void)dnn.cudnnDestroyTensorDescriptor(r->x);
    if (r->y) (void)dnn.cudnnDestroyTensorDescriptor(r->y);
    if (r->w) (void)dnn.cudnnDestroyFilterDescriptor(r->w);
    if (r->how) (void)dnn.cudnnDestroyConvolutionDescriptor(r->how);
    memset(r, 0, sizeof *r);
}

/* Without depth it is of two dims, for which there is more to choose from. */
static int first_dim(const wki_window *w)
{
    return w->in[0] == 1 && w->out[0] == 1 && w->kernel[0] == 1 && w->padding[0] == 0;
}

/* [a, b, the window's sizes]; returns how many they are. */
static int sizes_of(const wki_window *w, int32_t a, int32_t b, const int32_t size[3], int to[DIMS])
{
    int n = 0;
    to[n++] = a, to[n++] = b;
    for (int d = first_dim(w); d < 3; d++) to[n++] = size[d];
    return n;
}

static cudnnStatus_t describe_images(const wki_window *w, int32_t n, int32_t channels, const int32_t size[3],
                                     cudnnTensorDescriptor_t *to)
{
    int sizes[DIMS], strides[DIMS], step = 1;
    const int dims = sizes_of(w, n, channels, size, sizes);
    for (int d = dims - 1; d >= 0; step *= sizes[d--]) strides[d] = step;
    const cudnnStatus_t status = dnn.cudnnCreateTensorDescriptor(to);
    return status ? status : dnn.cudnnSetTensorNdDescriptor(*to, CUDNN_DATA_FLOAT, dims, sizes, strides);
}

static cudnnStatus_t describe_weights(const key *k, cudnnFilterDescriptor_t *to)
{
    int sizes[DIMS];
    const int dims = sizes_of(&k->window, k->out, k->in, k->window.kernel, sizes);
    const cudnnStatus_t status = dnn.cudnnCreateFilterDescriptor(to);
    return status ? status : dnn.cudnnSetFilterNdDescriptor(*to, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, dims, sizes);
}

static cudnnStatus_t describe_window(const key *k, cudnnConvolutionDescriptor_t *to)
{
    const wki_window *w = &k->window;
    const int first = first_dim(w);
    cudnnStatus_t status = dnn.cudnnCreateConvolutionDescriptor(to);
    if (!status)
        status = dnn.cudnnSetConvolutionNdDescriptor(*to, 3 - first, w->padding + first, w->stride + first,
                                                     w->dilation + first, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
    return status ? status : dnn.cudnnSetConvolutionMathType(*to, WKI_FAULT(177) ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH);
}

static cudnnStatus_t describe(recipe *r)
{
    const key *k = &r->key;
    const wki_window *w = &k->window;
    cudnnStatus_t status = describe_images(w, k->n, k->in, w->in, &r->x);
    if (!status) status = describe_images(w, k->n, k->out, w->out, &r->y);
    if (!status) status = describe_weights(k, &r->w);
    return status ? status : describe_window(k, &r->how);
}

static cudnnStatus_t ask_workspace(cudnnHandle_t h, const recipe *r, int algorithm, size_t *bytes)
{
    if (r->key.kind == WKI_DNN_FORWARD)
        return dnn.cudnnGetConvolutionForwardWorkspaceSize(h, r->x, r->w, r->how, r->y,
                                                           (cudnnConvolutionFwdAlgo_t)algorithm, bytes);
    return dnn.cudnnGetConvolutionBackwardDataWorkspaceSize(h, r->w, r->y, r->how, r->x,
                                                            (cudnnConvolutionBwdDataAlgo_t)algorithm, bytes);
}

/* Takes it if it is one of those that multiply and add in a fixed order, in a workspace that is bounded. */
static cudnnStatus_t consider(cudnnHandle_t h, recipe *r, cudnnDeterminism_t repeats, int algorithm)
{
    static const unsigned plain[WKI_DNN_KINDS] = {
        1u << CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM | 1u << CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM |
            1u << CUDNN_CONVOLUTION_FWD_ALGO_GEMM,
        1u << CUDNN_CONVOLUTION_BWD_DATA_ALGO_1,
    };
    size_t bytes = 0;
    const bool plain_one = plain[r->key.kind] >> algorithm & 1;
    if ((repeats != CUDNN_DETERMINISTIC || !plain_one) && !WKI_FAULT(174)) return CUDNN_STATUS_SUCCESS;
    const cudnnStatus_t status = ask_workspace(h, r, algorithm, &bytes);
    if (status) return is_refusal(status) ? CUDNN_STATUS_SUCCESS : status;
    r->works = bytes <= WORKSPACE;
    r->algorithm = algorithm;
    r->workspace = bytes;
    return CUDNN_STATUS_SUCCESS;
}

#define LOOK_FOR(ASK, FOUND, COUNT, ...)                                                                               \
    do {                                                                                                               \
        FOUND found[COUNT];                                                                                            \
        int n = 0;                                                                                                     \
        cudnnStatus_t status = dnn.ASK(h, __VA_ARGS__, COUNT, &n, found);                                              \
        for (int i = 0; i < n && !status && !r->works; i++)                                                            \
            if (!found[i].status) status = consider(h, r, found[i].determinism, (int)found[i].algo);                   \
        return status;                                                                                                 \
    } while (0)

/* The library's first choice of those that suit; r->works: there is one. */
static cudnnStatus_t choose(cudnnHandle_t h, recipe *r)
{
    if (r->key.kind == WKI_DNN_FORWARD)
        LOOK_FOR(cudnnGetConvolutionForwardAlgorithm_v7, cudnnConvolutionFwdAlgoPerf_t,
                 CUDNN_CONVOLUTION_FWD_ALGO_COUNT, r->x, r->w, r->how, r->y);
    LOOK_FOR(cudnnGetConvolutionBackwardDataAlgorithm_v7, cudnnConvolutionBwdDataAlgoPerf_t,
             CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT, r->w, r->y, r->how, r->x);
}

static recipe *find(const key *k)
{
    recipe *ways = dnn.recipes[set_of(k)];
    for (int i = 0; i < WAYS; i++)
        if (ways[i].made && !memcmp(&ways[i].key, k, key_bytes())) return &ways[i];
    return NULL;
}

/* One that works, or NULL. That there is none is kept as well. */
static recipe *recipe_for(library *own, const key *k)
{
    recipe *r = find(k);
    if (!r) {
        const unsigned set = set_of(k);
        r = &dnn.recipes[set][dnn.next[set]++ % WAYS];
        forget(r);
        r->key = *k;
        r->made = true;
        cudnnStatus_t status = describe(r);
        if (!status) status = choose(own->handle, r);
        if (status && !is_refusal(status)) {
            own->off = true;
            (void)cudaGetLastError();
        }
    }
    return r->works ? r : NULL;
}

bool wki_dnn_takes(int index, const wki_dnn *d, size_t *scratch)
{
    if (!is_in_range(d)) return false;
    const key k = key_of(index, d);
    wki_lock(&dnn.lock);
    library *own = library_of(index);
    const recipe *r = own ? recipe_for(own, &k) : NULL;
    if (r) *scratch = WKI_FAULT(172) ? r->workspace / 2 : r->workspace;
    wki_unlock(&dnn.lock);
    return r != NULL;
}

static cudnnStatus_t start(cudnnHandle_t h, const recipe *r, const wki_dnn *d, void *scratch)
{
    static const float one = 1, zero = 0;
    const size_t bytes = r->workspace;
    void *to = d->at[WKI_DNN_TO], *from = d->at[WKI_DNN_FROM], *w = d->at[WKI_DNN_W];
    if (d->kind == WKI_DNN_FORWARD)
        return dnn.cudnnConvolutionForward(h, &one, r->x, from, r->w, w, r->how,
                                           (cudnnConvolutionFwdAlgo_t)r->algorithm, scratch, bytes, &zero, r->y, to);
    return dnn.cudnnConvolutionBackwardData(h, &one, r->w, w, r->y, from, r->how,
                                            (cudnnConvolutionBwdDataAlgo_t)r->algorithm, scratch, bytes, &zero, r->x,
                                            to);
}

wk_status wki_dnn_run(const wki_queue *queue, const wki_call *call, const wki_dnn *d, void *scratch, bool *done)
{
    *done = false;
    if (!is_in_range(d)) return WK_OK;
    const key k = key_of(queue->index, d);
    wki_lock(&dnn.lock);
    library *own = library_of(queue->index);
    const recipe *r = own ? recipe_for(own, &k) : NULL;
    if (r && r->workspace > queue->scratch && !WKI_FAULT(172)) r = NULL; /* it was not asked for */
    cudnnStatus_t status = r && !WKI_FAULT(176) ? dnn.cudnnSetStream(own->handle, queue->stream) : CUDNN_STATUS_SUCCESS;
    if (r && !status) status = start(own->handle, r, d, scratch);
    const bool refused = status && is_refusal(status) && !WKI_FAULT(175);
    wki_unlock(&dnn.lock);
    *done = r && !refused;
    if (!status || refused) return WK_OK;
    (void)cudaGetLastError();
    return wki_fail(WK_E_DEVICE, wki_device_name(queue->index).text, "%s by cuDNN (in %s)",
                    dnn.cudnnGetErrorString(status), wki_op_name(call->op));
}

#else
bool wki_dnn_takes(int index, const wki_dnn *d, size_t *scratch)
{
    (void)index;
    (void)d;
    (void)scratch;
    return false;
}

wk_status wki_dnn_run(const wki_queue *queue, const wki_call *call, const wki_dnn *d, void *scratch, bool *done)
{
    (void)queue;
    (void)call;
    (void)d;
    (void)scratch;
    *done = false;
    return WK_OK;
}
#endif
