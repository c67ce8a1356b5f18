/* The choice of oneDNN, for builds that ask for it (WICK_WITH_ONEDNN=ON) and processes that choose it
 * (WICK_KERNELS=onednn). onednn_product.c multiplies matrices with it, onednn_window.c slides windows, onednn_plan.c
 * keeps what that takes. oneDNN shares work out over threads of its own (OMP_NUM_THREADS), and its bits follow from
 * that. */
#include "backends/cpu/onednn.h"
#include <dnnl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BF16_PAYS = 1 << 21 }; /* multiply-adds, below which narrowing the operands takes too long */

static atomic_int chosen; /* 0: not looked at, 1: no, 2: yes */

void wki_onednn_choose(bool yes) { atomic_store_explicit(&chosen, yes ? 2 : 1, memory_order_relaxed); }

bool wki_onednn_chosen(void)
{
    const int now = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (now) return now == 2;
    const char *wish = getenv("WICK_KERNELS");
    const bool yes = wish && !strcmp(wish, "onednn");
    wki_onednn_choose(yes);
    return yes;
}

bool wki_onednn_has_bf16(double multiply_adds)
{
    const unsigned bf16 = dnnl_cpu_isa_avx512_core_bf16;
    return multiply_adds >= BF16_PAYS && ((unsigned)dnnl_get_effective_cpu_isa() & bf16) == bf16;
}

bool wki_onednn_has_tiles(void)
{
    const unsigned amx = dnnl_cpu_isa_avx512_core_amx;
    return ((unsigned)dnnl_get_effective_cpu_isa() & amx) == amx;
}
