/* oneDNN as the optional way of f32 products, convolutions and means of windows, and of products and convolutions whose
 * operands are bfloat16's numbers; see onednn.c. Without it the functions say no. */
#ifndef WKI_ONEDNN_H
#define WKI_ONEDNN_H
#include "backends/backend.h"
#include "backends/cpu/product.h"

#ifdef WICK_WITH_ONEDNN
bool wki_onednn_chosen(void);
void wki_onednn_choose(bool yes);               /* for all threads, from now on */
bool wki_onednn_has_bf16(double multiply_adds); /* and is it worth while for so many? */
bool wki_onednn_has_tiles(void);                /* AMX, faster than any vectors */

size_t wki_onednn_scratch(const wki_product *p); /* bytes, aligned to 64 */
bool wki_onednn_product(const wki_product *p,
                        void *scratch); /* false: this layout is not for it, nothing was written */

bool wki_onednn_takes(int op, const wki_view *weights, const wki_conv_attrs *attrs); /* see wki_backend */
bool wki_onednn_run(const wki_call *call, wk_status *status); /* false: not for it, nothing was written */
#else
static inline bool wki_onednn_chosen(void) { return false; }
static inline bool wki_onednn_has_tiles(void) { return false; }
static inline size_t wki_onednn_scratch(const wki_product *p) { return (void)p, 0; }
static inline bool wki_onednn_product(const wki_product *p, void *scratch) { return (void)p, (void)scratch, false; }
static inline bool wki_onednn_takes(int op, const wki_view *weights, const wki_conv_attrs *attrs)
{
    return (void)op, (void)weights, (void)attrs, false;
}
static inline bool wki_onednn_run(const wki_call *call, wk_status *status) { return (void)call, (void)status, false; }
#endif
#endif
