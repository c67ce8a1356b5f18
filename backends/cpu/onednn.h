/* The optional way of f32 products; see onednn.c. Without it the functions say no. */
#ifndef WKI_ONEDNN_H
#define WKI_ONEDNN_H
#include "backends/cpu/product.h"
#include <stdatomic.h>

#ifdef WICK_WITH_ONEDNN
bool wki_onednn_chosen(void);
bool wki_onednn_product(const wki_product *p); /* false: this layout is not for it, nothing was written */
#else
static inline bool wki_onednn_chosen(void) { return false; }
static inline bool wki_onednn_product(const wki_product *p) { return (void)p, false; }
#endif
#endif
