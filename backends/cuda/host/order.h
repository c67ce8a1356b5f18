/* The order of calls within a graph: each comes behind those whose bytes it shares, and beside all others. */
#ifndef WKI_CUDA_ORDER_H
#define WKI_CUDA_ORDER_H
#include "backends/cuda/host/cuda.h"
#include "backends/plan.h"

typedef struct wki_order wki_order;

/* For calls that have so many views together; each is captured between begin and end; NULL with WK_E_MEMORY recorded. */
wki_order *wki_order_new(int64_t views);
void wki_order_free(wki_order *order); /* NULL allowed */

/* uses: what else the call needs for itself, a bit each. waits: the first that it does is a kernel with WKI_BEGIN. */
cudaError_t wki_order_begin(wki_order *order, cudaStream_t stream, const wki_call *call, unsigned uses, bool waits);
cudaError_t wki_order_end(wki_order *order, cudaStream_t stream);
cudaError_t wki_order_join(wki_order *order, cudaStream_t stream); /* what follows comes behind all */
#endif
