/* Products through oneDNN's sgemm, for builds that ask for it (WICK_WITH_ONEDNN=ON) and processes that choose it
 * (WICK_PRODUCTS=onednn). oneDNN shares a product out over threads of its own (OMP_NUM_THREADS), and its bits follow
 * from that. */
#include "backends/cpu/onednn.h"
#ifdef WICK_WITH_ONEDNN
#include <dnnl.h>
#include <stdlib.h>
#include <string.h>

bool wki_onednn_chosen(void)
{
    static atomic_int chosen; /* 0: not looked at, 1: no, 2: yes */
    int now = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (now) return now == 2;
    const char *wish = getenv("WICK_PRODUCTS");
    now = wish && !strcmp(wish, "onednn") ? 2 : 1;
    atomic_store_explicit(&chosen, now, memory_order_relaxed);
    return now == 2;
}

/* 'N' for row-major, 'T' for column-major, 0 for neither; *ld the distance between lines */
static char layout_of(int64_t rs, int64_t cs, int64_t rows, int64_t cols, int64_t *ld)
{
    if (cs == 1 || cols == 1) {
        *ld = rows == 1 || rs < cols ? cols : rs;
        return 'N';
    }
    *ld = cols == 1 || cs < rows ? rows : cs;
    return rs == 1 || rows == 1 ? 'T' : 0;
}

bool wki_onednn_product(const wki_product *p)
{
    int64_t lda, ldb, ldc;
    const char a = layout_of(p->a_rs, p->a_cs, p->m, p->k, &lda), b = layout_of(p->b_rs, p->b_cs, p->k, p->n, &ldb);
    if (!a || !b || p->mask || layout_of(p->c_rs, p->c_cs, p->m, p->n, &ldc) != 'N') return false;
    if (dnnl_sgemm(a, b, p->m, p->n, p->k, 1, p->a, lda, p->b, ldb, p->accumulate ? 1 : 0, p->c, ldc) != dnnl_success)
        return false;
    const float *bias = p->bias;
    for (int64_t i = 0; i < p->m && (bias || p->relu); i++) {
        float *c = (float *)p->c + i * ldc;
        for (int64_t j = 0; j < p->n; j++) {
            float x = bias ? c[j] + bias[j] : c[j];
            c[j] = p->relu && x < 0 ? 0 : x;
        }
    }
    return true;
}
#endif
