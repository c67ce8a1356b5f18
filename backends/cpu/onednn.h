/* The optional way of f32 products, and of those whose operands are bfloat16's numbers; see onednn.c. Without it the
 * functions say no. */
#ifndef WKI_ONEDNN_H
#define WKI_ONEDNN_H
#include "backends/cpu/product.h"
#include <stdatomic.h>

#ifdef WICK_WITH_ONEDNN
bool wki_onednn_chosen(void);
size_t wki_onednn_scratch(const wki_product *p); /* bytes, aligned to 64 */
bool wki_onednn_product(const wki_product *p,
                        void *scratch); /* false: this layout is not for it, nothing was written */
#else
static inline bool wki_onednn_chosen(void) { return false; }
static inline size_t wki_onednn_scratch(const wki_product *p) { return (void)p, 0; }
static inline bool wki_onednn_product(const wki_product *p, void *scratch) { return (void)p, (void)scratch, false; }
#endif
#endif
