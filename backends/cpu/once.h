/* Operands of products on tiles that are packed once and read often (once.c), and what becomes of them (ops/pack.c). */
#ifndef WKI_CPU_ONCE_H
#define WKI_CPU_ONCE_H
#include "backends/cpu/cpu.h"
#include "backends/cpu/product.h"

/* The mode in which the call is made on tiles that take an operand packed ahead; WK_MATMUL_HIGHEST: it is not. */
wk_matmul_mode wki_product_packs(const wki_call *call);
/* May its sums be begun over the first of k, and gone on with by another call? */
bool wki_product_goes_on(const wki_call *call);

int64_t wki_packed_bytes(wk_matmul_mode mode, int64_t lines, int64_t k);
wki_packed wki_packed_at(void *bytes, wk_matmul_mode mode, int64_t lines, int64_t k);
#endif
