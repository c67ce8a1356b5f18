/* What the files of the plugin share: devices, queues, kernels, errors. C and CUDA C++ include it. */
#ifndef WKI_CUDA_H
#define WKI_CUDA_H
#ifdef __cplusplus
extern "C" {
#endif
#include "backends/call.h"
#include "base/error.h"
#include "base/fault.h"
#include <cuda_runtime_api.h>

/* What a kernel found out of range, in memory of the host that it can write. Of several one is kept, the first to come. */
typedef struct wki_cuda_fault {
    int32_t op;      /* 1 + the call's, written last; 0: nothing */
    int32_t claimed; /* by a thread that writes */
    int64_t value, low, high; /* an index, and what it had to be at least and at most; INT64_MAX: anything above */
} wki_cuda_fault;

/* Where a call's work goes. In a plan, what changes from replay to replay (random keys, the numbers of an update) lies at
 * a place on the device, from which kernels read it; else it is NULL and travels as an argument. */
typedef struct wki_queue {
    int index; /* of the device */
    cudaStream_t stream;
    wki_cuda_fault *fault;
    const void *changing;
    int lane; /* of WKI_PRODUCT_LANES: whose memory products may use for their sums */
    size_t scratch; /* bytes that the call's has, at least what it asked for */
} wki_queue;
enum { WKI_PRODUCT_LANES = 2 };

/* One an op, wki_cuda_NAME in kernels/NAME.cu or .c; all that it starts goes to the queue, in order, and it waits for nothing.
 * Scratch is memory of the device, of undefined contents. */
typedef struct wki_cuda_kernel {
    size_t (*scratch)(const wki_call *call); /* bytes; NULL: none */
    wk_status (*run)(const wki_queue *queue, const wki_call *call, void *scratch);
    unsigned (*shares)(const wki_call *call); /* what such calls may not use at once, as bits; NULL: nothing */
} wki_cuda_kernel;
enum { WKI_SHARES_LANE = 1, WKI_SHARES_DNN = 2 }; /* its lane's memory; cuDNN's handle */

/* Pieces of scratch begin at multiples of it. */
enum { WKI_SCRATCH_ALIGN = 256 };
static inline size_t wki_scratch_up(size_t bytes)
{
    return (bytes + WKI_SCRATCH_ALIGN - 1) / WKI_SCRATCH_ALIGN * WKI_SCRATCH_ALIGN;
}

/* Of the error that a function of CUDA returned, if any: WK_E_MEMORY, or WK_E_DEVICE "cuda:0: an illegal memory access was
 * encountered (in product)". After an error that stays with the device it is lost: see device.h. `doing` is kept then. */
wk_status wki_cuda_check(cudaError_t error, int index, const char *doing);
wk_status wki_launched(const wki_queue *queue, const wki_call *call); /* the same of the launches just made */

bool wki_cuda_is_off(const char *name); /* by an environment variable that is 0 */
bool wki_kernels_wait(int index); /* those for this device (WKI_BEGIN) */
/* n bytes, a multiple of 4, of the device's memory become word after word `word`. */
void wki_set_words(const wki_queue *queue, void *to, size_t n, uint32_t word);

/* Of a key's bytes (FNV-1a) */
static inline uint32_t wki_hash(const void *key, size_t bytes)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < bytes; i++) h = (h ^ ((const unsigned char *)key)[i]) * UINT64_C(1099511628211);
    return (uint32_t)(h >> 32);
}

/* The elements that views of one shape share, number 0 to count - 1, in as few dims as will do. A kernel takes it by value. */
enum { WKI_OPERANDS = 8 };
typedef struct wki_lattice {
    int64_t count;
    int32_t ndim; /* at least 1 */
    bool flat;    /* one dim, and every stride is 1 */
    int64_t size[WKI_MAX_DIMS];
    int64_t stride[WKI_OPERANDS][WKI_MAX_DIMS]; /* in elements; of views that are not there 0 */
} wki_lattice;
/* Of n views, at most WKI_OPERANDS, the dims d whose bits are set; sizes are the first view's. Row-major, or by_memory: in
 * the order of the first view's memory, for calls that do not care which element comes when. */
wki_lattice wki_lattice_of(const wki_view *const *views, int n, uint32_t dims, bool by_memory);
static inline uint32_t wki_dims_of(const wki_view *v) { return (1u << v->ndim) - 1; } /* all of them */
#ifdef __cplusplus
}
#endif
#endif
