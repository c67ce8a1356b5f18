/* What a core can do at most, in f32, compiled for each instruction set (WKI_ISA): multiply-adds that wait for nothing,
 * and the triad of memory. Rests on the registers of vector.h. */
#include "backends/cpu/cpu.h"
#include "backends/cpu/isa/vector.h"

/* Chains enough to hide the latency of a multiply-add, few enough to stay in registers. */
enum { CHAINS = 10 };

static int64_t multiply_adds(int64_t rounds, float *to)
{
    vec sum[CHAINS], b = splat(0.5f);
    for (int k = 0; k < CHAINS; k++) sum[k] = splat((float)k);
    for (int64_t i = 0; i < rounds; i++) UNROLL for (int k = 0; k < CHAINS; k++) sum[k] = multiply_add(b, 0.5f, sum[k]);
    vec all = sum[0];
    for (int k = 1; k < CHAINS; k++) all += sum[k];
    store_some(to, all, 1);
    return rounds * CHAINS * VL * 2;
}

static void triad(int64_t n, float *restrict y, const float *restrict a, const float *restrict b, float s)
{
    int64_t i = 0;
    for (; i + VL <= n; i += VL) store(y + i, load(a + i) + splat(s) * load(b + i));
    for (; i < n; i++) y[i] = a[i] + s * b[i];
}

#define NAME_(isa) wki_peak_##isa
#define NAME(isa)  NAME_(isa)
const wki_peak_loops NAME(WKI_ISA) = { multiply_adds, triad };
