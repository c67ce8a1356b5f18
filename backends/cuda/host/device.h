/* The plugin's devices: a queue each, its cached memory, and the table of kernels. */
#ifndef WKI_CUDA_DEVICE_H
#define WKI_CUDA_DEVICE_H
#include "backends/cuda/host/cuda.h"
#include "backends/cuda/plugin.h"

extern const wki_cuda_core *wki_cuda_core_here;

enum { WKI_CUDA_MOST_DEVICES = 64 };

/* Memory that calls have freed, by size class; see memory.c. */
typedef struct wki_cuda_pool wki_cuda_pool;

typedef struct wki_device {
    wki_queue queue; /* one for all threads: what is freed may be used by what comes behind it */
    bool reads_host; /* ordinary memory of the host, when a copy's turn comes */
    bool waits;      /* its kernels do, for those that they come behind in a graph (WKI_BEGIN) */
    wki_mutex lock;  /* of what follows */
    cudaStream_t copies; /* the queue for batches; NULL: not made yet */
    wki_cuda_pool *pool;
    void *products; /* what kernels/product.c keeps */
} wki_device;

typedef struct wki_device_text {
    char text[16];
} wki_device_text;
wki_device_text wki_device_name(int index); /* "cuda:0" */
cudaError_t wki_devices_find(void); /* once, when the plugin is opened */
int wki_device_count(void);
wk_status wki_device_kept(int index); /* else, of one that was lost: WK_E_DEVICE */
/* Opened when first asked for, and made the thread's current one. NULL with the error recorded, of one that was lost, too. */
wki_device *wki_device_at(int index);
wki_device *wki_device_opened(int index); /* NULL: not yet; nothing is recorded */
wk_status wki_device_wait(int index); /* for its queue; reports what CUDA says, or what kernels found */
wk_status wki_device_wait_for(int index, const char *doing); /* the same, in the name of an op */
wk_status wki_device_fault(wki_device *device); /* once: WK_E_RANGE for what kernels found so far */

wk_status wki_device_get(int index, size_t bytes, void **block, size_t *got);
void wki_device_put(int index, void *block, size_t got);
void wki_device_trim(int index);
void wki_device_stats(int index, wk_memory *out);

wk_status wki_device_run(int index, const wki_call *call);
extern const wki_uploader wki_cuda_uploader;
const wki_cuda_kernel *wki_cuda_kernel_of(const wki_call *call); /* NULL with WK_E_UNSUPPORTED recorded */
bool wki_cuda_waits(void); /* WICK_CUDA_SYNC=1 */
size_t wki_cuda_scratch(const wki_cuda_kernel *kernel, const wki_call *call);

wk_status wki_cuda_prepare(wki_plan *plan);
wk_status wki_cuda_replay(wki_plan *plan);
void wki_cuda_forget(wki_plan *plan);
#endif
