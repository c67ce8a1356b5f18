/* Products that one kernel of our own makes sooner than cuBLASLt's would be launched. C and CUDA C++ include it. */
#ifndef WKI_CUDA_SMALL_H
#define WKI_CUDA_SMALL_H
#include "backends/cuda/kernels/chain.h"
#ifdef __cplusplus
extern "C" {
#endif
/* Is the call of op product, in f32 or f64 and with something to add up, such a one? Then it needs no scratch, and wki_small_run does all of it. */
bool wki_small_takes(const wki_call *call);
/* then: NULL or, of one that wki_product_goes_on, a chain over the results in their order, which c holds side by side. */
wk_status wki_small_run(const wki_queue *queue, const wki_call *call, const wki_chain *then);
bool wki_small_goes_on(const wki_call *call);
/* Is it a product that is made so, and can be followed by a chain in the same launch? */
bool wki_product_goes_on(const wki_call *call);
#ifdef __cplusplus
}
#endif
#endif
